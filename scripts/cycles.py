#!/usr/bin/env python3
"""cycles.py - files that need each other in a circle.

    cycles.py DIR ...

A Python module needs what it imports, also inside of a function; an object
file needs those that define what it refers to.  Prints a circle and fails if
there is one below the folders.
"""

import ast
import os
import subprocess
import sys

SKIPPED = {"tests", "__pycache__"}


def files(tops, suffix):
    """All files of a kind below the folders, without tests."""
    for top in tops:
        for folder, inner, names in os.walk(top):
            inner[:] = sorted(set(inner) - SKIPPED)
            for name in sorted(names):
                if name.endswith(suffix):
                    yield os.path.join(folder, name)


def imported(path, text):
    """The units that a Python file may mean by its imports."""
    package = os.path.dirname(path)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom):
            base = package if node.level else os.path.dirname(package)
            for _ in range(node.level - 1):
                base = os.path.dirname(base)
            module = os.path.join(base, *(node.module or "").split("."))
            module = module.rstrip("/")
            yield module
            for alias in node.names:
                yield os.path.join(module, alias.name)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield os.path.join(os.path.dirname(package),
                                   *alias.name.split("."))


def modules(tops):
    """Each Python module with those that it needs."""
    needs = {}
    for path in files(tops, ".py"):
        with open(path, encoding="utf-8") as source:
            needs[path[:-3]] = set(imported(path, source.read()))
    # A package of another folder is imported by the name of its own.
    short = {name.split(os.sep, 1)[1]: name for name in needs}
    return {name: {other if other in needs else
                   short.get(other.split(os.sep, 1)[-1]) for other in wanted}
            for name, wanted in needs.items()}


def objects(tops):
    """Each object file with those that it needs."""
    owner, wanted = {}, {}
    for path in files(tops, ".o"):
        wanted[path] = set()
        for line in subprocess.run(["nm", path], capture_output=True,
                                   text=True, check=True).stdout.splitlines():
            kind, name = line.split()[-2:]
            if kind in "TDBRC":
                owner[name] = path
            elif kind == "U":
                wanted[path].add(name)
    return {path: {owner.get(name) for name in names}
            for path, names in wanted.items()}


def circle(needs):
    """The units of one circle in their order, or none."""
    done, path = set(), []

    def visit(name):
        if name in path:
            return path[path.index(name):] + [name]
        if name in done:
            return None
        path.append(name)
        for other in sorted(needs[name] - {None, name}):
            found = visit(other)
            if found:
                return found
        done.add(path.pop())
        return None

    for name in sorted(needs):
        found = visit(name)
        if found:
            return found
    return None


def main():
    """Prints the circle that was found, if one was."""
    tops = sys.argv[1:]
    found = circle(modules(tops)) or circle(objects(tops))
    if found:
        print("  " + " needs ".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Compares panics on goro with real Go, by programs made at random.

    panics.py RUN_GORO RUN_GO N SEED

Makes N programs of defers, panics, recovers, goexits, tries, onces and lazy
values in each other (run.c says how they are written), runs them on both, and
compares what each has printed and how it has ended.  A program that differs
is made as small as it can be and shown.  The last line is
"panics: N passed, N failed".
"""
import pathlib
import random
import re
import subprocess
import sys

sys.path.append(str(
    pathlib.Path(__file__).resolve().parents[3] / "conformance/differ"))
from oracle import Oracle  # noqa: E402

DEPTH = 5
LIMIT = 20  # seconds for one run
PLAIN = "ppprrrrR!!!~einxg"
BLOCKS = "ddddddccttttoAlKMBPmw"
FATAL = "uND"


def block(rnd, depth, banned, size):
    """A list of statements: (letter, None or a list)."""
    out = []
    for _ in range(rnd.randint(1, size)):
        if depth > 0 and rnd.random() < 0.55:
            op = rnd.choice(BLOCKS)
            if op in banned:
                op = "d"
            inner = banned | {op} if op in "ABKM" else banned
            out.append((op, block(rnd, depth - 1, inner, size)))
        elif rnd.random() < 0.004:
            out.append((rnd.choice(FATAL), None))
        else:
            out.append((rnd.choice(PLAIN), None))
    return out


def program(rnd):
    # Half of them in a goroutine, where a goexit is not the end of it all.
    body = block(rnd, rnd.randint(2, DEPTH), frozenset(), rnd.randint(2, 5))
    where = rnd.choice(["", "t", "w", "w"])
    return [(where, body)] if where else body


def text(statements):
    return "".join(
        op if inner is None else op + "{" + text(inner) + "}"
        for op, inner in statements
    )


def plain_if_fatal(s):
    """Go's fatal errors print the panics before them without their texts."""
    return re.sub("[enx]", "!", s) if "u" in s else s


def parse(s):
    """The statements of a text, as text() wrote it."""
    stack = [[]]
    for i, c in enumerate(s):
        if c == "{":
            stack.append([])
        elif c == "}":
            inner = stack.pop()
            stack[-1][-1] = (stack[-1][-1][0], inner)
        else:
            stack[-1].append((c, None))
    return stack[0]


def normal(out):
    """What stands before the goroutine that it ended in, and its state."""
    head, found, rest = out.partition("\n\ngoroutine ")
    if found:
        head += "\n[" + re.sub(r"^\d+ \[([^\],]*)[^\0]*", r"\1", rest) + "]"
    # Older ones say how to get rid of it.
    head = head.replace(" (use GODEBUG=panicnil=1 to disable)", "")
    return head.rstrip("\n")


def run_all(command, path, n):
    """The result of each program: its text and the status."""
    results = []
    while len(results) < n:
        start = len(results)
        try:
            done = subprocess.run(
                [command, path, str(start)],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                stdin=subprocess.DEVNULL,
                timeout=LIMIT + (n - start) / 100,
            )
            err, status = done.stderr, done.returncode
        except subprocess.TimeoutExpired as e:
            err, status = e.stderr or b"", "hangs"
        said = err.decode(errors="replace")
        parts = re.split(r"^== \d+\n", said, flags=re.M)
        if len(parts) < 2:
            sys.exit(f"panics: {command} does not run: {status} {parts}")
        results += [(normal(p), 0) for p in parts[1:-1]]
        results.append((normal(parts[-1]), status))
    return results


def smaller(statements):
    """All that is left when one statement, or the braces of one, is gone."""
    for i, (op, inner) in enumerate(statements):
        before, after = statements[:i], statements[i + 1:]
        yield before + after
        if inner is not None:
            yield before + inner + after
            for less in smaller(inner):
                yield before + [(op, less)] + after


def main():
    commands, n, seed = sys.argv[1:3], int(sys.argv[3]), int(sys.argv[4])
    rnd = random.Random(seed)
    programs = [plain_if_fatal(text(program(rnd))) for _ in range(n)]
    Oracle(commands, run_all,
           lambda p: map(text, smaller(parse(p)))).main("panics", programs)


if __name__ == "__main__":
    main()

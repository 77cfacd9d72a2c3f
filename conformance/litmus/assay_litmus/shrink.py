"""Makes a program that fails as small as it can be."""
from __future__ import annotations

from collections.abc import Callable, Iterator

HEADS = ("select", "try", "once", "if", "while")


def depth(line: str) -> int:
    return (len(line) - len(line.lstrip("\t"))) if line.strip() else 0


def block_end(lines: list[str], at: int) -> int:
    """The line after the block that begins at a line."""
    deep = 0
    for i in range(at, len(lines)):
        words = lines[i].split()
        if words and words[0] in HEADS:
            deep += not (words[0] == "once" and depth(lines[i]) == 0)
        elif words == ["end"]:
            deep -= 1
        if deep == 0:
            return i + 1
    return len(lines)


def actor_end(lines: list[str], at: int) -> int:
    end = at + 1
    while end < len(lines) and not (lines[end].startswith("go ") or
                                    lines[end] == "main"):
        end += 1
    return end


def smaller(text: str) -> Iterator[str]:
    """What a program becomes without one part, large parts first."""
    lines = [line for line in text.splitlines() if line.strip()]
    cuts = []
    for i, line in enumerate(lines):
        if line.split()[0] in ("litmus", "shows"):
            continue
        if line.startswith("go ") or line == "main":
            cuts.append(set(range(i, actor_end(lines, i))))
        elif depth(line) and line.split()[0] in HEADS:
            end = block_end(lines, i)
            cuts += [set(range(i, end)), {i, end - 1}]
        elif line.split() != ["end"]:
            cuts.append({i})
    for cut in sorted(cuts, key=len, reverse=True):
        yield "\n".join(line for i, line in enumerate(lines)
                        if i not in cut) + "\n"


def shrink(text: str, still_fails: Callable[[str], bool],
           tries: int = 300) -> str:
    """Takes parts away as long as what is left fails, with so many tries."""
    while tries > 0:
        for candidate in smaller(text):
            tries -= 1
            if still_fails(candidate):
                text = candidate
                break
            if tries <= 0:
                break
        else:
            return text
    return text

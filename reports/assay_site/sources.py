"""Cases: their titles, and the code of each in the tree."""
from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from assay_report.errors import Failure
from assay_report.workloads import ROOT

# A case in what the runner's --explain prints.
_CASE = re.compile(r"^  ([A-Z]+-\d+(?:/\w+)?): (.*)\n    source   (.*):(\d+)$",
                   re.M)
_STATIC = re.compile(r"static [^=;]*?\b(\w+)\([^;]*$")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Source:
    """A case as it stands in the tree."""

    id: str
    title: str
    file: str
    first: int  # line
    code: str


def sources(runner: Path) -> dict[str, list[Source]]:
    """The cases of each row, by what the runner explains."""
    try:
        told = subprocess.run([str(runner), "--explain", "*"], check=True,
                              capture_output=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError) as e:
        raise Failure(f"{runner} does not explain its cases: {e}") from e
    found: dict[str, list[Source]] = {}
    for name, title, file, line in _CASE.findall(told):
        found.setdefault(name.partition("/")[0], []).append(
            Source(name, title, file, block(file, int(line))[0],
                   code_of(file, int(line))))
    return found


@cache
def _lines(file: str) -> list[str]:
    return (ROOT / file).read_text().splitlines()


@cache
def block(file: str, line: int) -> tuple[int, int]:
    """The first and last line of what a line is in the head of."""
    lines = _lines(file)
    if line > len(lines):
        raise Failure(f"{file} has no line {line}: the runner is of another "
                      "tree; make build/release/conformance")
    first = line
    while first > 1 and lines[first - 2] not in ("", "}"):
        first -= 1
    last = line
    while last < len(lines) and lines[last - 1] != "}":
        last += 1
    return first, last


@cache
def _helpers(file: str) -> dict[str, int]:
    """Static functions of a file, and the line of each."""
    return {m[1]: n for n, line in enumerate(_lines(file), 1)
            if (m := _STATIC.match(line))}


@cache
def code_of(file: str, line: int) -> str:
    """A case, after the functions of its file that it uses."""
    found, new = set(), {block(file, line)}
    while new:
        found |= new
        words = set(_WORD.findall("\n".join(
            text for span in new for text in _text(file, span))))
        new = {block(file, at) for name, at in _helpers(file).items()
               if name in words} - found
    return "\n\n".join("\n".join(_text(file, span))
                       for span in sorted(found))


def _text(file: str, span: tuple[int, int]) -> list[str]:
    return _lines(file)[span[0] - 1:span[1]]

"""Strict JSON: what no careful writer means is an error, in one line.

Needs nothing outside the standard library.
"""
from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any, NoReturn

from .errors import Failure
from .shape import Check

LARGEST = 1 << 28  # bytes of a file
LARGEST_INT = 1 << 64


def read_text(path: Path) -> str:
    """A file's text; a Failure says why it cannot be read."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as e:
        raise Failure(f"{path}: {e.strerror}") from e
    if len(data) > LARGEST:
        raise Failure(f"{path}: over {LARGEST >> 20} MiB")
    try:
        return data.decode()
    except UnicodeDecodeError as e:
        raise Failure(f"{path}: not UTF-8 at byte {e.start}") from e


def read_json(path: Path, what: str, check: Check) -> Any:
    """What a file holds, if `check` takes it; a Failure says why not.

    `what` is what it should be, as in "a results file".
    """
    text = read_text(path)
    try:
        found = parse_json(text)
        check(found)
    except ValueError as e:
        raise Failure(f"{path}: not {what}: {e}") from None
    return found


def parse_json(text: str) -> Any:
    """What the text stands for.

    ValueError: it is no JSON, or JSON that readers do not agree on: a key
    twice, a number beyond any other's, half a character.
    """
    try:
        found = json.loads(text, parse_constant=_no_number,
                           parse_float=_finite, parse_int=_whole,
                           object_pairs_hook=_no_key_twice)
        json.dumps(found, ensure_ascii=False).encode()
    except RecursionError:
        raise ValueError("nested too deeply") from None
    except UnicodeEncodeError:
        raise ValueError("half a character, a lone surrogate") from None
    return found


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is not a number")


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError(f"{digits[:20]} is too large a number")
    return value


def _whole(digits: str) -> int:
    if len(digits) > 25 or abs(int(digits)) > LARGEST_INT:
        raise ValueError(f"{digits[:20]}... is too large a number")
    return int(digits)


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        keys = [k for k, _ in pairs]
        twice = next(k for k in keys if keys.count(k) > 1)
        raise ValueError(f"{twice[:40]!r} is there twice")
    return made

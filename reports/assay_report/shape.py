"""What a value out of a file must look like, in parts that are put together.

A check takes a value and raises Wrong, whose text says where and what.
"""
from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Check = Callable[[Any], None]

LONGEST_NAME = 200
LEAST_FIGURE, LARGEST_FIGURE = 1e-30, 1e30  # nothing measured is beyond


class Wrong(ValueError):
    """A value that is not as it must be."""


def text(value: Any) -> None:
    """Any words; who shows them takes care of what is in them."""
    if not isinstance(value, str):
        raise Wrong("not a text")


def name(value: Any) -> None:
    """A word for a thing: on one line, and all of it can be seen."""
    text(value)
    if not 0 < len(value) <= LONGEST_NAME or not value.isprintable():
        raise Wrong("not a name: empty, too long, or not printable")


def flag(value: Any) -> None:
    """True or false."""
    if not isinstance(value, bool):
        raise Wrong("not true or false")


def scalar(value: Any) -> None:
    """Anything that is in one piece."""
    if value is not None and not isinstance(value, (str, int, float)):
        raise Wrong("not a text, a number, true, false or null")


def is_figure(value: Any) -> bool:
    """Whether it can have been measured, and be reckoned with."""
    return (isinstance(value, (int, float)) and not isinstance(value, bool)
            and (value == 0 or LEAST_FIGURE <= abs(value) <= LARGEST_FIGURE))


def figure(value: Any) -> None:
    """A number that can have been measured."""
    if not is_figure(value):
        raise Wrong("not a number that can have been measured")


def amount(value: Any) -> None:
    """A figure that is not negative."""
    figure(value)
    if value < 0:
        raise Wrong("negative")


def positive(value: Any) -> None:
    """A figure above 0."""
    amount(value)
    if value == 0:
        raise Wrong("0")


def count(low: int, high: int) -> Check:
    """A whole number in that range."""
    def check(value: Any) -> None:
        if type(value) is not int or not low <= value <= high:
            raise Wrong(f"not a whole number from {low} to {high}")
    return check


def one_of(*known: str) -> Check:
    """One of these texts."""
    def check(value: Any) -> None:
        if not isinstance(value, str) or value not in known:
            raise Wrong(f"not one of {', '.join(known)}")
    return check


def every(*inner: Check) -> Check:
    """What all of them take."""
    def check(value: Any) -> None:
        for part in inner:
            part(value)
    return check


def nothing_or(inner: Check) -> Check:
    """null, or what `inner` takes."""
    def check(value: Any) -> None:
        if value is not None:
            inner(value)
    return check


def many(inner: Check, least: int = 0) -> Check:
    """A list of at least so many."""
    def check(value: Any) -> None:
        if not isinstance(value, list):
            raise Wrong("not a list")
        if len(value) < least:
            raise Wrong(f"fewer than {least}")
        for number, item in enumerate(value):
            _within(str(number), inner, item)
    return check


def each(*inner: Check) -> Check:
    """A list with one value for each check."""
    def check(value: Any) -> None:
        if not isinstance(value, list) or len(value) != len(inner):
            raise Wrong(f"not a list of {len(inner)}")
        for number, (part, item) in enumerate(zip(inner, value)):
            _within(str(number), part, item)
    return check


def table(inner: Check) -> Check:
    """An object whose keys are names."""
    def check(value: Any) -> None:
        if not isinstance(value, dict):
            raise Wrong("not an object")
        for key, item in value.items():
            _within("a key", name, key)
            _within(key, inner, item)
    return check


def record(needed: Mapping[str, Check],
           more: Mapping[str, Check] | None = None) -> Check:
    """An object that has what is needed; other keys are let be."""
    def check(value: Any) -> None:
        if not isinstance(value, dict):
            raise Wrong("not an object")
        for key in needed:
            if key not in value:
                raise Wrong(f"no {key}")
        for key, inner in {**needed, **(more or {})}.items():
            if key in value:
                _within(key, inner, value[key])
    return check


def _within(where: str, inner: Check, value: Any) -> None:
    try:
        inner(value)
    except Wrong as e:
        raise Wrong(f"{where}: {e}") from None

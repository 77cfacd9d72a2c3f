"""Variants of the model: what other languages mean by the same operation.

Each is a class of the rules that it changes; an interpreter names those that
describe it, and they are mixed in that order.  ../README.md has a table.
"""
from __future__ import annotations

from .model import Model

VARIANTS: dict[str, type[Model]] = {}


def model_of(names: tuple[str, ...]) -> type[Model]:
    """The model with these variants."""
    if not names:
        return Model
    return type("Variant", tuple(VARIANTS[name] for name in names), {})

"""Words of others, made harmless for who shows them."""
from __future__ import annotations

import re
import unicodedata

# What means something wherever it stands; "_" does at the edge of a word.
_MARKS = re.compile(r"[\\`*~|\[\]#$]|(?<![^\W_])_|_(?![^\W_])")
# What begins a list.
_BULLET = re.compile(r"^(\s*\d*)([-+.)])(?=\s|$)")


def plain(text: str) -> str:
    """The text on one line, with nothing in it that a terminal obeys."""
    return "".join(c if c.isprintable() or unicodedata.category(c) == "Zs"
                   else " " for c in text)


def markdown(value: object) -> str:
    """The value as plain words inside of Markdown, a table's cell too."""
    text = _MARKS.sub(r"\\\g<0>", plain(str(value)))
    text = _BULLET.sub(r"\1\\\2", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(
        ">", "&gt;")


def code(text: str) -> str:
    """The text as it is, in Markdown."""
    return "`" + plain(text).replace("`", "'") + "`"

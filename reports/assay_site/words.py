"""Texts of the tree as HTML: the little Markdown that they are written in."""
from __future__ import annotations

import re
from html import escape
from pathlib import Path

from markupsafe import Markup

_LINK = re.compile(r"\[([^]]+)\]\(([^)\s]+)\)")
_CODE = re.compile(r"`([^`]+)`")
_BOLD = re.compile(r"\*\*([^*]+)\*\*")


def inline(text: str) -> Markup:
    """A line: code, bold words, and links to other sites."""
    made = _CODE.sub(r"<code>\1</code>", escape(text, quote=False))
    made = _BOLD.sub(r"<strong>\1</strong>", made)
    return Markup(_LINK.sub(_link, made))


def _link(match: re.Match[str]) -> str:
    """One into the tree is words alone: the site has no such page."""
    words, target = match.groups()
    if not target.startswith("https://"):
        return words
    return f'<a href="{escape(target)}">{words}</a>'


def head_of(path: Path) -> list[Markup]:
    """The paragraphs of a README before its first table, list or heading."""
    if not path.is_file():
        return []
    text = path.read_text().partition("\n")[2]
    found = []
    for part in re.split(r"\n\s*\n", text.strip()):
        if part.startswith(("#", "|", "```", "- ", "1. ")):
            break
        found.append(inline(" ".join(part.split())))
    return found

"""Badges: a profile's score as a small picture, whose words say it all."""
from __future__ import annotations

from html import escape

from .field import Count

WIDE, NARROW = 6.8, 3.8  # of a letter, in the size that they are set in
THIN = set("1.,:;!|'ijltfI /()")
GOOD, SOME, BAD = "#00694d", "#59636e", "#a8400a"


def width(text: str) -> float:
    """About how wide a text is; the picture is stretched to it."""
    return sum(NARROW if c in THIN else WIDE for c in text)


def badge(profile: str, version: str, count: Count) -> str:
    """An SVG picture of its own, that needs nothing else."""
    left = f"assay {version} {profile}"
    right = f"{count.passed} of {count.total}"
    colour = GOOD if count.whole else BAD if count.failed else SOME
    if count.failed:
        right += f", {count.failed} fail"
    a, b = round(width(left)) + 12, round(width(right)) + 12
    title = escape(f"{left}: {right}")
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" width="{a + b}" height="20" \
viewBox="0 0 {a + b} 20" role="img" aria-label="{title}">
<title>{title}</title>
<clipPath id="c"><rect width="{a + b}" height="20" rx="3"/></clipPath>
<g clip-path="url(#c)"><rect width="{a}" height="20" fill="#33393f"/>\
<rect x="{a}" width="{b}" height="20" fill="{colour}"/></g>
<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" \
text-anchor="middle">
<text x="{a / 2}" y="14" textLength="{a - 12}">{escape(left)}</text>
<text x="{a + b / 2}" y="14" textLength="{b - 12}">{escape(right)}</text>
</g>
</svg>
"""

"""Why a run may be skipped: what bodies of cases say, and the process of one.

A twin's reasons are its host's own words.
"""
from __future__ import annotations

import re
from functools import cache

from . import git
from .plan import TRAITS, Runtime
from .verdicts import OTHER_GO

BODIES = "conformance/cases"
_SKIP = re.compile(r'\bskip\(\s*((?:"(?:[^"\\]|\\.)*"|PRI\w+|\s)+)')
_TEXT = re.compile(r'"((?:[^"\\]|\\.)*)"|PRI\w+')
_VALUE = re.compile(r"%[-+ 0-9.*]*[a-z]*")
_LACKS = re.compile(r"needs (\w+->\w+)", re.A)
_TRAIT = re.compile(r"needs the trait '(.*)'")
_ANSWER = re.compile(r"(\w+->\w+): not supported", re.A)


def fits(reason: str, rt: Runtime, twin: bool, commit: str) -> bool:
    """Whether a run on a runtime can have been skipped for that reason."""
    if twin:
        return not reason.startswith(OTHER_GO)
    if found := _LACKS.fullmatch(reason):
        return found[1] not in rt["has"]
    if found := _TRAIT.fullmatch(reason):
        return found[1] in TRAITS and not \
            rt["traits"] >> TRAITS.index(found[1]) & 1
    if found := _ANSWER.fullmatch(reason):
        return found[1] in rt["has"]
    known = reasons(commit)
    return reason == "needs virtual time" or known is None \
        or known.fullmatch(reason) is not None


@cache
def reasons(commit: str) -> re.Pattern[str] | None:
    """Those of the bodies as they were at a commit; None if it is not here."""
    text = git.lines_with("skip(", commit, BODIES)
    return None if text is None else re.compile(
        "|".join(map(pattern, _SKIP.findall(text))))


def pattern(text: str) -> str:
    """An expression for what printf makes of a literal of C."""
    whole = "".join(m[1] or "" for m in _TEXT.finditer(text))
    return ".*".join(map(re.escape, _VALUE.split(whole)))

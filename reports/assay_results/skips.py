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
# What a body finds out by itself; what its head asks for is the plan's.
_MAY_LACK = {"core->yield", "chan->make", "chan->send", "chan->recv",
             "chan->close", "time->now", "time->sleep"}
_TRAITS = {f"needs the trait '{t}'": 1 << TRAITS.index(t)
           for t in ("buffered channels", "select with sends")}
_ANSWER = re.compile(r"(\w+->\w+): not supported", re.A)


def fits(reason: str, rt: Runtime, twin: bool, commit: str) -> bool:
    """Whether a run on a runtime can have been skipped for that reason."""
    if reason.startswith(OTHER_GO):
        return False
    if twin:
        return True
    known = reasons(commit)
    if found := _LACKS.fullmatch(reason):
        return found[1] not in rt["has"] and (
            found[1] in _MAY_LACK or known is None
            or known.fullmatch(reason) is not None)
    if reason in _TRAITS:
        return not rt["traits"] & _TRAITS[reason]
    if found := _ANSWER.fullmatch(reason):
        return found[1] in rt["has"]
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

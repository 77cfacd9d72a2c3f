"""What a result that holds together is worth, in plain words."""
from __future__ import annotations

import shlex
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from assay_report.escape import plain

from . import git

UNSURE = ", if its commit is of this suite: this clone lacks its history"
HEAD = "{path}: {name} {release}{model}: ok{unsure}"
WORDS = """
  the claim: {scores}
  made by: whoever sent it, {date}, on {cpu}, {cpus} CPUs, {kernel}{disturbed}
  the file shows: it is whole, of suite {version}, each of {cases} cases ran \
{repeat} times or was skipped for a reason that fits what the runtime says of \
itself, and all sums follow
  it does not show: that the runs took place, or that the runtime is the one \
it names{twins}; nobody has signed it
  to repeat it: git checkout {commit} && make certify RUNTIME={word}
  the same runtime has SHA-256 {digest}"""
DISTURBED = 0.2  # CPUs
LITMUS = """
  the claim: {scores}
  the file shows: it is whole, of suite {version}, each of {cases} programs \
ran {rounds} times at each number of procs or is lacking what it says, and \
outcomes are allowed that are called so
  it does not show: that the runs took place; nobody has signed it
  to repeat it: git checkout {commit} && make certify RUNTIME={word}"""


def worth(path: Path, r: Mapping[str, Any], quiet: bool = False) -> str:
    """Some lines for a person; the first says that it is accepted."""
    litmus, of, machine = r["kind"] == "litmus", r["runtime"], r["machine"]
    kit = "" if litmus or not of["kit"] else \
        f", with the kit's {' '.join(of['kit'])}"
    model = "" if litmus else f" ({of['model']}{kit})"
    values = dict(
        path=path, name=of["name"], word=shlex.quote(of["name"]),
        release=of["version"], model=model,
        unsure=UNSURE if git.in_history(r["suite"]["commit"]) is None else "",
        scores=scores(r), date=time.strftime(
            "%Y-%m-%d", time.gmtime(r["started"])),
        cpu=machine.get("cpu"), cpus=machine.get("cpus_usable"),
        twins=twins(r), disturbed=disturbed(r), kernel=machine.get("kernel"),
        version=r["suite"]["version"], cases=len(r["cases"]),
        repeat=r["options"].get("repeat"), rounds=r["options"].get("rounds"),
        commit=r["suite"]["commit"][:12], digest=of.get("digest"))
    text = HEAD if quiet else HEAD + (LITMUS if litmus else WORDS)
    # A file may say anything: nothing of it reaches a terminal as it is.
    return text.format(**{k: plain(str(v)) for k, v in values.items()})


def twins(r: Mapping[str, Any]) -> str:
    """How many passes a host has told by itself."""
    told = set(r["runtime"].get("twins", ()))
    n = sum(c["id"] in told for c in r["cases"] if c["verdict"] == "pass")
    return f", or that {n} of the cases passed, which are twins: they are " \
        "the host's own word" if n else ""


def disturbed(r: Mapping[str, Any]) -> str:
    """A warning if failures may be those of others on the machine."""
    return f"; others used {r['others']} CPUs meanwhile, so bounds of time " \
        "may have failed for that" if r["others"] > DISTURBED else ""


def scores(r: Mapping[str, Any]) -> str:
    """The profiles on a line, or what litmus programs have shown."""
    if r["kind"] == "litmus":
        return "litmus " + ", ".join(
            f"{n} {kind}" for kind, n in r["totals"].items())
    return ", ".join(f"{name} {c['passed']} of {sum(c.values())}"
                     for name, c in r["profiles"].items())

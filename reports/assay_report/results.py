"""The results file: one JSON object, a line for each sample."""
from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import conformance, shape
from .errors import Failure
from .jsonfile import read_json
from .plan import Step
from .samples import ERROR, OK, SKIPPED, TIMEOUT

FORMAT = 1
PROCS, ROUND = shape.count(1, 1024), shape.count(0, 10**6)

OPTIONS = shape.record({
    "rounds": shape.count(1, 10**6), "procs": shape.many(PROCS, least=1),
    "pattern": shape.text, "min_time": shape.amount,
    "timeout": shape.amount, "quick": shape.flag, "tiny": shape.flag,
    "budget": shape.nothing_or(shape.amount),
    "repeats": shape.count(0, 1000)})
FACTS = shape.table(shape.scalar)
PROGRAM = shape.record(
    {"native": shape.flag, "argv": shape.many(shape.text),
     "digest": shape.text},
    dict.fromkeys(("runtime", "version", "model", "several_ps", "kit"),
                  shape.text))
ANY_SAMPLE = shape.record({
    "runtime": shape.name, "workload": shape.name, "procs": PROCS,
    "round": ROUND, "status": shape.one_of(OK, SKIPPED, ERROR, TIMEOUT),
    "seconds": shape.amount, "disturbed": shape.flag,
    "tries": shape.count(1, 1000)})
MEASURED = shape.record({"value": shape.amount},
                        {"counters": shape.table(shape.figure)})
UNMEASURED = shape.record({}, {"reason": shape.text})
DETAILS = shape.record({}, {
    "hist": shape.many(shape.each(shape.count(0, 1 << 63),
                                  shape.count(1, 10**9))),
    "timeline": shape.record({
        "end_us": shape.positive, "threads": shape.count(1, 10**7),
        "busy": shape.many(shape.many(shape.amount, 1), 1)})})


def _sample(value: Any) -> None:
    ANY_SAMPLE(value)
    (MEASURED if value["status"] == OK else UNMEASURED)(value)


FILE = shape.record({
    "options": OPTIONS,
    "machine": shape.every(FACTS, shape.record({"fingerprint": shape.name})),
    "build": shape.every(FACTS, shape.record({"commit": shape.text})),
    "programs": shape.table(PROGRAM), "missing": shape.table(shape.text),
    "started": shape.name, "samples": shape.many(_sample)}, {
    "finished": shape.text, "stopped": shape.text,
    "details": shape.table(DETAILS), "conformance": conformance.shown})


@dataclass
class Results:
    """Everything that is known about a run."""

    header: dict[str, Any] = field(default_factory=dict)
    samples: list[dict[str, Any]] = field(default_factory=list)
    details: dict[str, Any] = field(default_factory=dict)
    conformance: dict[str, Any] = field(default_factory=dict)
    _lines: list[str] = field(default_factory=list, repr=False)

    def add(self, sample: dict[str, Any]) -> None:
        """Appends a sample."""
        self.samples.append(sample)

    def done(self) -> set[Step]:
        """The steps that have a sample."""
        return {step_of(s) for s in self.samples}

    def save(self, path: Path) -> None:
        """Writes the file."""
        for sample in self.samples[len(self._lines):]:
            self._lines.append(_line(sample))
        parts = ['{\n"assay_results": ', str(FORMAT)]
        for key, value in self.header.items():
            parts += [",\n", json.dumps(key), ": ", _line(value)]
        parts += [',\n"samples": [\n', ",\n".join(self._lines), "\n]"]
        parts += [',\n"details": {\n', ",\n".join(
            f"{json.dumps(k)}: {_line(v)}" for k, v in self.details.items()),
            "\n}"]
        parts += [',\n"conformance": ', _line(self.conformance), "\n}\n"]
        write_whole(path, "".join(parts))


def write_whole(path: Path, text: str) -> None:
    """Whoever reads it sees the old or the new one."""
    new = path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        new.write_text(text)
        os.replace(new, path)
    except OSError as e:
        raise Failure(f"{path}: {e.strerror}") from e


def _line(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), allow_nan=False)


def step_of(sample: dict[str, Any]) -> Step:
    """The step that a sample was taken for."""
    return Step(sample["round"], sample["procs"], sample["workload"],
                sample["runtime"])


def details_key(step: Step) -> str:
    """Where the details of a step's cell are."""
    return f"{step.runtime} {step.procs} {step.workload}"


def load_results(path: Path) -> Results:
    """Reads and checks a results file."""
    if not path.exists():
        raise Failure(f"no results: {path}; make bench makes them")
    data = read_json(path, "a results file", _check)
    rest = ("assay_results", "samples", "details", "conformance")
    return Results({k: v for k, v in data.items() if k not in rest},
                   data["samples"], data.get("details", {}),
                   data.get("conformance", {}))


def same_machine(a: Results, b: Results) -> None:
    """Fails if they are of two machines."""
    one, other = (r.header["machine"].get("fingerprint") for r in (a, b))
    if one != other:
        raise Failure(f"the results are of two machines ({one}, {other}): "
                      "their times cannot be compared")


def _check(data: Any) -> None:
    """shape.Wrong: not a results file, or one that contradicts itself."""
    if not isinstance(data, dict) or "assay_results" not in data:
        raise shape.Wrong("no assay_results in it")
    made = data["assay_results"]
    shape.count(0, 10**6)(made)
    if made != FORMAT:
        raise shape.Wrong(f"format {made}, this program knows {FORMAT}")
    FILE(data)
    procs = data["options"]["procs"]
    if len(set(procs)) < len(procs):
        raise shape.Wrong("options: procs: one is there twice")
    seen = set()
    for number, sample in enumerate(data["samples"]):
        step = step_of(sample)
        if step in seen:
            raise shape.Wrong(f"samples: {number}: there already")
        if step.runtime not in data["programs"]:
            raise shape.Wrong(f"samples: {number}: no such program")
        seen.add(step)

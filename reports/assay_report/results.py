"""The results file: one JSON object, a line for each sample."""
from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .errors import Failure
from .plan import Step

FORMAT = 1
HEADER = ("options", "machine", "build", "programs", "missing", "started")
SAMPLE = {"runtime": str, "workload": str, "procs": int, "round": int,
          "status": str, "seconds": (int, float), "disturbed": bool,
          "tries": int}


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
    try:
        data = json.loads(path.read_text())
    except FileNotFoundError as e:
        raise Failure(f"no results: {path}; make bench makes them") from e
    except OSError as e:
        raise Failure(f"{path}: {e.strerror}") from e
    except ValueError as e:
        raise Failure(f"{path}: not a results file: {e}") from e
    wrong = _wrong_with(data)
    if wrong:
        raise Failure(f"{path}: not a results file: {wrong}")
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


def _wrong_with(data: Any) -> str:
    if not isinstance(data, dict) or "assay_results" not in data:
        return "no assay_results in it"
    if data["assay_results"] != FORMAT:
        return f"format {data['assay_results']}, this program knows {FORMAT}"
    for key in HEADER:
        if key not in data:
            return f"no {key}"
    for key in ("options", "machine", "build", "programs", "missing"):
        if not isinstance(data[key], dict):
            return f"{key} is not an object"
    if not isinstance(data.get("samples"), list):
        return "no samples"
    for number, sample in enumerate(data["samples"]):
        for key, kind in SAMPLE.items():
            if not isinstance(sample, dict) or \
                    not isinstance(sample.get(key), kind):
                return f"sample {number}: no {key}"
        if sample["status"] == "ok" and \
                not isinstance(sample.get("value"), (int, float)):
            return f"sample {number}: no value"
    return ""

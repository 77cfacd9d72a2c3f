"""Results files that are broken, odd, or meant to break their readers."""
from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

RUNTIMES = ("goro", "go")
DETAILED = "latency/open/rate:1000"
SURROGATE = "\ud800"


def good(rounds: int = 6, runtimes: tuple[str, ...] = RUNTIMES,
         workloads: tuple[str, ...] = ("core/yield",)) -> dict[str, Any]:
    """A small file in which all is well, and something of everything."""
    samples = [{"runtime": r, "workload": w, "procs": p, "round": n,
                "status": "ok", "value": 100.0 + n % 5, "seconds": 0.1,
                "counters": {"cpu_ns": 3.0}, "disturbed": False, "tries": 1}
               for w in workloads for r in runtimes for p in (1, 2)
               for n in range(rounds)]
    samples[-1] = {**samples[-1], "status": "error", "reason": "a | b"}
    del samples[-1]["value"], samples[-1]["counters"]
    return {
        "assay_results": 1,
        "options": {"rounds": rounds, "procs": [1, 2], "pattern": "",
                    "min_time": 0.1, "timeout": 20.0, "quick": False,
                    "tiny": False, "budget": None, "repeats": 2},
        "machine": {"fingerprint": "m", "cpu": "x", "cpus": 2},
        "build": {"commit": "c" * 40, "dirty": False},
        "programs": {r: {"native": False, "argv": [r], "digest": ""}
                     for r in runtimes},
        "missing": {"tokio": "no cargo"}, "started": "2025-01-31T12:00:00",
        "finished": "2025-01-31T13:00:00", "samples": samples,
        "details": {f"{runtimes[0]} 1 {DETAILED}": {
            "hist": [[10, 1], [20, 3]], "timeline": {
                "end_us": 5.0, "threads": 1, "busy": [[0.0, 1.0]]}}},
        "conformance": {"complete": True, "runtimes": {runtimes[0]: {
            "areas": {"CH": {"passed": 1, "failed": 1, "skipped": 0,
                             "known": 0}},
            "failed": [["CH-001", "fail", "a title"]],
            "states": [["", "send"], ["nil", "blocks"]], "version": "1"}}}}


def history_line() -> dict[str, Any]:
    """A line of a history in which all is well."""
    return {"date": "2025-01-01T00:00:00", "commit": "c", "machine": "m",
            "runtime": "goro", "workload": "core/yield", "procs": 1,
            "value": 10.0, "ci_low": 9.0, "ci_high": 11.0}


def places(value: Any, path: tuple[Any, ...] = ()
           ) -> Iterator[tuple[Any, ...]]:
    """The path of everything in it, and of what is inside of that."""
    yield path
    items = value.items() if isinstance(value, dict) else \
        enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from places(item, (*path, key))


def put(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """A copy in which `new` stands at the path."""
    if not path:
        return new
    made = copy.deepcopy(value)
    inner = made
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = new
    return made


def without(value: Any, path: tuple[Any, ...]) -> Any:
    """A copy in which nothing stands at the path."""
    made = put(value, path, None)
    inner = made
    for key in path[:-1]:
        inner = inner[key]
    del inner[path[-1]]
    return made


NEEDED = [("assay_results",), ("options",), ("machine",), ("build",),
          ("programs",), ("missing",), ("started",), ("samples",),
          ("options", "procs"), ("options", "rounds"), ("options", "quick"),
          ("machine", "fingerprint"), ("build", "commit"),
          ("programs", "goro", "native")] + [
    ("samples", 0, key) for key in ("runtime", "workload", "procs", "round",
                                    "status", "value", "seconds",
                                    "disturbed", "tries")]
FIRST = ("samples", 0)
HIST = ("details", f"goro 1 {DETAILED}", "hist")
TIMELINE = (*HIST[:-1], "timeline")
JUDGED = ("conformance", "runtimes", "goro")
# What is wrong: where, and what stands there.
WRONG: dict[str, tuple[tuple[Any, ...], Any]] = {
    "format of tomorrow": (("assay_results",), 2),
    "format that is true": (("assay_results",), True),
    "no procs": (("options", "procs"), []),
    "procs twice": (("options", "procs"), [1, 1]),
    "procs as text": (("options", "procs"), "12"),
    "negative seconds": ((*FIRST, "seconds"), -1),
    "negative value": ((*FIRST, "value"), -1.0),
    "value that is true": ((*FIRST, "value"), True),
    "value as text": ((*FIRST, "value"), "1"),
    "value null": ((*FIRST, "value"), None),
    "value beyond all": ((*FIRST, "value"), 1e308),
    "value next to nothing": ((*FIRST, "value"), 5e-324),
    "procs that are true": ((*FIRST, "procs"), True),
    "no procs at all": ((*FIRST, "procs"), 0),
    "half a processor": ((*FIRST, "procs"), 1.5),
    "a negative round": ((*FIRST, "round"), -1),
    "a sample twice": ((*FIRST, "round"), 1),
    "no tries": ((*FIRST, "tries"), 0),
    "disturbed as a number": ((*FIRST, "disturbed"), 1),
    "unknown status": ((*FIRST, "status"), "fine"),
    "status as a list": ((*FIRST, "status"), []),
    "a runtime of no program": ((*FIRST, "runtime"), "other"),
    "a runtime with a newline": ((*FIRST, "runtime"), "a\nb"),
    "an empty workload": ((*FIRST, "workload"), ""),
    "a workload that rings": ((*FIRST, "workload"), "core/yield\a"),
    "a workload without end": ((*FIRST, "workload"), "x" * 10000),
    "counters as a list": ((*FIRST, "counters"), [1]),
    "a counter as text": ((*FIRST, "counters", "cpu_ns"), "3"),
    "a reason as a list": (("samples", -1, "reason"), ["x"]),
    "samples as an object": (("samples",), {}),
    "a sample as a number": (FIRST, 1),
    "programs as a list": (("programs",), ["goro"]),
    "a program as text": (("programs", "goro"), "goro"),
    "missing as a list": (("missing",), [1]),
    "a fingerprint as a number": (("machine", "fingerprint"), 5),
    "a commit null": (("build", "commit"), None),
    "a fact as a list": (("machine", "cpu"), [[]]),
    "started as a number": (("started",), 5),
    "details as a list": (("details",), []),
    "an empty bin": ((*HIST, 0, 1), 0),
    "a bin of three": ((*HIST, 0), [1, 2, 3]),
    "a bin as text": ((*HIST, 0, 0), "x"),
    "a timeline of nothing": ((*TIMELINE, "busy"), []),
    "a timeline without time": ((*TIMELINE, "end_us"), 0),
    "a thread without bins": ((*TIMELINE, "busy", 0), []),
    "conformance as a list": (("conformance",), [1]),
    "conformance of nobody": (("conformance",), {"complete": True}),
    "areas as a list": ((*JUDGED, "areas"), []),
    "a failure of two": ((*JUDGED, "failed", 0), ["a", "b"]),
    "an error as a number": ((*JUDGED, "error"), 5),
}


def broken() -> dict[str, bytes]:
    """Files that no reader may take, by what is wrong with them."""
    whole = good()
    text = json.dumps(whole)
    value = '"value": 100.0'
    made = {
        "empty": b"", "blank": b" \n", "truncated": text[:-20].encode(),
        "cut in two": text[:len(text) // 2].encode(), "binary": bytes(
            range(256)), "NUL": b"\0\1", "BOM": b"\xef\xbb\xbf"
        + text.encode(), "UTF-16": text.encode("utf-16"),
        "Latin-1": text.replace('"x"', '"\xe4"').encode("latin-1"),
        "two files": (text + text).encode(), "a list": b"[1]",
        "a number": b"1", "a text": b'"x"', "null": b"null", "{}": b"{}",
        "deep": b"[" * 100000 + b"]" * 100000,
        "deep objects": b'{"a":' * 100000,
        "deep inside": text.replace('"x"', "[" * 5000 + "]" * 5000).encode(),
        "a key twice": text.replace(value, f'{value}, "value": 7').encode(),
        "lone surrogate": text.replace(
            '"goro"', '"goro\\ud800"').encode(),
        "lone surrogate in a fact": text.replace(
            '"x"', '"\\udfff"').encode(),
    }
    for number in ("NaN", "Infinity", "-Infinity", "1e999", "-1e999",
                   "1" + "0" * 400, "9" * 5000, "1e", "01", "0x1", "+1"):
        made[f"value {number[:12]}"] = text.replace(
            value, f'"value": {number}', 1).encode()
        made[f"a fact {number[:12]}"] = text.replace(
            '"cpus": 2', f'"cpus": {number}').encode()
    for path in NEEDED:
        made[f"without {path}"] = json.dumps(without(whole, path)).encode()
    for name, (path, new) in WRONG.items():
        made[name] = json.dumps(put(whole, path, new)).encode()
    return made


def broken_lines() -> dict[str, str]:
    """Lines that no history may have."""
    line = history_line()
    made = {"no JSON": "{", "a list": "[]", "NaN": json.dumps(
        {**line, "value": float("nan")}), "1e999": json.dumps(line).replace(
            "10.0", "1e999"), "deep": "[" * 100000,
        "huge": json.dumps(line).replace("10.0", "1" + "0" * 400),
        "surrogate": json.dumps({**line, "commit": SURROGATE}),
        "a key twice": json.dumps(line)[:-1] + ', "procs": 2}',
        "true procs": json.dumps({**line, "procs": True}),
        "no date": json.dumps({**line, "date": ""}),
        "a newline": json.dumps({**line, "runtime": "a\nb"}),
        "less than nothing": json.dumps({**line, "ci_low": -1})}
    for key in line:
        made[f"without {key}"] = json.dumps(without(line, (key,)))
        made[f"{key} null"] = json.dumps({**line, key: None})
        made[f"{key} a list"] = json.dumps({**line, key: []})
    return made

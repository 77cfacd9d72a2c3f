"""One sample: one process of a bench program that runs one workload.

Needs nothing outside the standard library.
"""
from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import shape
from .errors import Failure
from .load import Load, Watch
from .workloads import Workload

OK, SKIPPED, ERROR, TIMEOUT = "ok", "skipped", "error", "timeout"

# What every entry has; all other numbers of an entry are its counters.
USUAL = {"family_index", "per_family_instance_index", "repetitions",
         "repetition_index", "threads", "iterations", "real_time", "cpu_time",
         "items_per_second", "bytes_per_second"}


@dataclass(frozen=True)
class Program:
    """A bench program as benchmarks/README.md has it, ready to be started."""

    label: str
    argv: tuple[str, ...]  # what comes before the options of the contract
    native: bool  # no ABI between the workload and the runtime


@dataclass
class Sample:
    """What one process said, and what else the machine did meanwhile."""

    status: str
    value: float | None = None  # the headline, if status is OK
    reason: str = ""  # if it is not
    counters: dict[str, float] = field(default_factory=dict)
    context: dict[str, Any] = field(default_factory=dict)
    details: dict[str, str] = field(default_factory=dict)  # file: its text
    load: Load = field(default_factory=Load)
    seconds: float = 0.0


def sample(program: Program, workload: Workload, procs: int = 1,
           min_time: float = 0.2, timeout: float = 60.0, tiny: bool = False,
           details: bool = False) -> Sample:
    """Runs `workload` alone in a process of its own and reads its result.

    Blocks until the process has ended; after `timeout` seconds the process
    and all it started are killed.  A program that fails is a Sample with a
    reason, never an exception.
    """
    with tempfile.TemporaryDirectory(prefix="assay-") as folder:
        out = Path(folder, "result.json")
        argv = [*program.argv, "--procs", str(procs),
                "--filter", f"^{re.escape(workload.name)}$",
                "--min-time", repr(min_time), "--json", str(out)]
        if tiny:
            argv.append("--tiny")
        if details:
            argv += ["--details", folder]
        watch = Watch()
        ended = _run(argv, timeout)
        made = _judge(ended, out, workload)
        made.load = watch.stop(ended.cpu_seconds)
        made.seconds = ended.seconds
        if details and made.status == OK:
            made.details = {p.name: p.read_text()
                            for p in sorted(Path(folder).glob("*.tsv"))}
        return made


def list_names(program: Program, pattern: str = "") -> list[str]:
    """The workloads that the program has and `pattern` matches."""
    argv = [*program.argv, "--list"]
    if pattern:
        argv += ["--filter", pattern]
    try:
        done = subprocess.run(argv, capture_output=True, text=True,
                              timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired) as e:
        raise Failure(f"{program.label}: {e}") from e
    if done.returncode == 3:
        return []
    if done.returncode != 0:
        raise Failure(f"{program.label}: --list: status {done.returncode}: "
                      f"{last_line(done.stderr)}")
    return done.stdout.split()


@dataclass
class _Ended:
    status: int  # as in subprocess: -N is signal N
    timed_out: bool
    seconds: float
    cpu_seconds: float
    stderr: str


def _run(argv: list[str], timeout: float) -> _Ended:
    """Starts a process group of its own, so that ^C is ours alone to answer."""
    with tempfile.TemporaryFile() as err:
        start = time.monotonic()
        try:
            child = subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=err, start_new_session=True)
        except OSError as e:
            return _Ended(127, False, 0, 0, f"{argv[0]}: {e.strerror}")
        late = threading.Event()
        killer = threading.Timer(timeout, _kill, (child, late))
        killer.daemon = True
        try:
            killer.start()
            # wait4 tells the CPU time of the child and of its own children.
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
        except BaseException:
            _kill(child, late)
            child.wait()
            raise
        finally:
            killer.cancel()
        seconds = time.monotonic() - start
        err.seek(0)
        text = err.read().decode(errors="replace")
    return _Ended(child.returncode, late.is_set(), seconds,
                  usage.ru_utime + usage.ru_stime, text)


def _kill(child: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def _judge(ended: _Ended, out: Path, workload: Workload) -> Sample:
    if ended.timed_out:
        return Sample(TIMEOUT, reason=f"not done after {ended.seconds:.0f} s")
    if ended.status < 0:
        name = signal.Signals(-ended.status).name
        return Sample(ERROR, reason=f"ended by {name}")
    if ended.status == 3:
        return Sample(SKIPPED, reason="the program has no such workload")
    if ended.status not in (0, 1):
        return Sample(ERROR, reason=f"status {ended.status}: "
                                    f"{last_line(ended.stderr)}")
    try:
        # As lenient as can be: Google Benchmark writes NaN, and a counter's
        # name may be one of its own.
        result = json.loads(out.read_text())
    except (OSError, ValueError, RecursionError) as e:
        return Sample(ERROR, reason=f"no result to read: {e}")
    try:
        return parse(result, workload)
    except (AttributeError, TypeError, KeyError, ValueError) as e:
        return Sample(ERROR, reason=f"a malformed result: {e!r}")


def parse(result: dict[str, Any], workload: Workload) -> Sample:
    """The sample of `workload` in a bench program's JSON."""
    context = dict(result.get("context", {}))
    for skip in result.get("skipped", []):
        if skip["name"] == workload.name:
            return Sample(SKIPPED, reason=str(skip["reason"]),
                          context=context)
    for entry in result.get("benchmarks", []):
        if entry["name"] == workload.name:
            return _parse_entry(entry, context, workload)
    return Sample(ERROR, reason="the result does not have it", context=context)


def _parse_entry(entry: dict[str, Any], context: dict[str, Any],
                 workload: Workload) -> Sample:
    if entry.get("error_occurred"):
        return Sample(ERROR, reason=str(entry.get(
            "error_message", "an error")), context=context)
    value = _headline(entry, workload)
    if value is None:
        return Sample(ERROR, reason=f"no {workload.headline} in the result",
                      context=context)
    counters = {k: float(v) for k, v in entry.items()
                if k not in USUAL and shape.is_figure(v)}
    cpu, real, items = (entry.get(k) for k in (
        "cpu_time", "real_time", "items_per_second"))
    if all(map(shape.is_figure, (cpu, real, items))) and real > 0 < items:
        # CPU time of an item, as the headline is that of an item.
        counters["cpu_ns"] = cpu / real * 1e9 / items
    return Sample(OK, value, counters=counters, context=context)


def _headline(entry: dict[str, Any], workload: Workload) -> float | None:
    value = entry.get(workload.headline)
    if workload.headline == "time":
        items = entry.get("items_per_second")
        value = 1e9 / items if shape.is_figure(items) and items > 0 else None
    return float(value) if shape.is_figure(value) and value >= 0 else None


def last_line(text: str) -> str:
    """What a program that failed said last."""
    lines = [x.strip() for x in text.splitlines() if x.strip()]
    return lines[-1] if lines else "nothing on stderr"

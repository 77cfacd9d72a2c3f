"""How much of the machine others used while a sample ran."""
from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

TICK = 1 / os.sysconf("SC_CLK_TCK")

# Others may use this much of one CPU before a sample counts as disturbed, and
# this many ticks, as /proc/stat counts in ticks of 10 ms.
SHARE = 0.10
TICKS = 4


@dataclass
class Load:
    """CPU seconds of others and of the hypervisor while a sample ran."""

    others: float = 0.0  # other processes
    stolen: float = 0.0  # taken by the hypervisor
    pressure: float | None = None  # seconds in which some thread had to wait
    seconds: float = 0.0
    load1: float = 0.0  # the machine's load average

    @property
    def share(self) -> float:
        """What was lost to others, in CPUs."""
        if self.seconds <= 0:
            return 0.0
        return (self.others + self.stolen) / self.seconds

    @property
    def disturbed(self) -> bool:
        return (self.share > SHARE
                and self.others + self.stolen > TICKS * TICK)


class Watch:
    """Measures from its making to stop()."""

    def __init__(self, proc: Path = Path("/proc")):
        self.proc = proc
        self.start = time.monotonic()
        self.busy, self.stolen = _cpu_seconds(proc)
        self.pressure = _pressure(proc)

    def stop(self, own: float) -> Load:
        """The load since then; `own` CPU seconds were the sample's."""
        busy, stolen = _cpu_seconds(self.proc)
        pressure = _pressure(self.proc)
        waited = None
        if pressure is not None and self.pressure is not None:
            waited = pressure - self.pressure
        return Load(max(0.0, busy - self.busy - own), stolen - self.stolen,
                    waited, time.monotonic() - self.start, _load1(self.proc))


def _cpu_seconds(proc: Path) -> tuple[float, float]:
    """Seconds of CPU used by processes, and stolen, since the machine started.

    Interrupts are left out: those of the loopback belong to the sample.
    """
    try:
        fields = (proc / "stat").read_text().split("\n", 1)[0].split()[1:]
    except OSError:
        return 0.0, 0.0
    ticks = [int(x) for x in fields] + [0] * 8
    user, nice, system, stolen = ticks[0], ticks[1], ticks[2], ticks[7]
    return (user + nice + system) * TICK, stolen * TICK


def _pressure(proc: Path) -> float | None:
    try:
        line = (proc / "pressure" / "cpu").read_text().split("\n", 1)[0]
        return int(line.rsplit("total=", 1)[1]) / 1e6
    except (OSError, IndexError, ValueError):
        return None


def _load1(proc: Path) -> float:
    try:
        return float((proc / "loadavg").read_text().split()[0])
    except (OSError, IndexError, ValueError):
        return 0.0

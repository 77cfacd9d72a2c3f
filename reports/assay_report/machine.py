"""Facts about the machine and the build that figures depend on."""
from __future__ import annotations

import hashlib
import os
import platform
import subprocess
from pathlib import Path
from typing import Any

from .workloads import ROOT


def machine_facts() -> dict[str, Any]:
    """What a reader needs to judge figures made here; all is plain JSON."""
    info = _cpuinfo()
    facts = {
        "cpu": info.get("model name") or info.get("CPU part", "unknown"),
        "cpus": os.cpu_count() or 1,
        "cpus_usable": len(os.sched_getaffinity(0)),
        "mhz": info.get("cpu MHz", ""),
        "caches": _caches(),
        "memory_mb": _meminfo("MemTotal") // 1024,
        "architecture": platform.machine(),
        "kernel": platform.release(),
        "libc": " ".join(platform.libc_ver()).strip(),
        "governor": _read(
            "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
        or "none here",
        "smt": {"1": "on", "0": "off"}.get(
            _read("/sys/devices/system/cpu/smt/active"), "unknown"),
        "virtual": "hypervisor" in info.get("flags", "").split(),
        "cgroup_cpu_max": _read("/sys/fs/cgroup/cpu.max") or "none",
        "aslr": _read("/proc/sys/kernel/randomize_va_space"),
        "thp": _chosen(_read("/sys/kernel/mm/transparent_hugepage/enabled")),
        "max_map_count": _read("/proc/sys/vm/max_map_count"),
    }
    return {**facts, "fingerprint": _fingerprint(facts)}


def _fingerprint(facts: dict[str, Any]) -> str:
    """Names a machine: the facts that must agree to compare nanoseconds."""
    keys = ("cpu", "cpus_usable", "memory_mb", "architecture", "kernel",
            "virtual")
    text = "\n".join(str(facts.get(k)) for k in keys)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def build_facts(compiler: str = "", flags: str = "",
                root: Path = ROOT) -> dict[str, Any]:
    """The commit of the tree, and what it was compiled with."""
    facts: dict[str, Any] = {"flags": flags}
    facts["compiler"] = _first_line([*compiler.split(), "--version"]) \
        if compiler else ""
    facts["commit"] = _first_line(["git", "-C", str(root), "rev-parse", "HEAD"])
    facts["commit_date"] = _first_line(
        ["git", "-C", str(root), "log", "-1", "--format=%cI"])
    facts["dirty"] = bool(_first_line(
        ["git", "-C", str(root), "status", "--porcelain", "-uno"]))
    return facts


def digest(path: str | Path) -> str:
    """Tells two builds of a file apart."""
    try:
        return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:16]
    except OSError:
        return ""


def _cpuinfo() -> dict[str, str]:
    found: dict[str, str] = {}
    for line in _read("/proc/cpuinfo").split("\n\n")[0].splitlines():
        key, _, value = line.partition(":")
        found[key.strip()] = value.strip()
    return found


def _caches() -> str:
    sizes = []
    for index in sorted(Path("/sys/devices/system/cpu/cpu0/cache")
                        .glob("index*")):
        kind = _read(index / "type")[:1].lower()
        letter = kind if kind in ("d", "i") else ""
        sizes.append(f"L{_read(index / 'level')}{letter} "
                     f"{_read(index / 'size')}")
    return ", ".join(sizes)


def _meminfo(key: str) -> int:
    for line in _read("/proc/meminfo").splitlines():
        if line.startswith(key + ":"):
            return int(line.split()[1])
    return 0


def _chosen(text: str) -> str:
    """The word in brackets."""
    return text.partition("[")[2].partition("]")[0] or text


def _read(path: str | Path) -> str:
    try:
        return Path(path).read_text().strip()
    except OSError:
        return ""


def _first_line(argv: list[str]) -> str:
    try:
        out = subprocess.run(argv, capture_output=True, text=True,
                             timeout=20, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return out.splitlines()[0].strip() if out.strip() else ""

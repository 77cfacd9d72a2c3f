"""A results file with made-up figures: full, and true by construction."""
import numpy as np

from assay_report.results import Results
from assay_report.workloads import load_workloads

# How many times slower than goro, everywhere.
FACTOR = {"goro": 1.0, "go": 4.0, "pthread": 60.0, "boost_fiber": 2.0}


def synthetic(rounds=10, procs=(1, 2), runtimes=tuple(FACTOR), quick=False,
              disturbed=0, pattern="", seed=1, one_p=()):
    """Results of `runtimes`; the first `disturbed` samples were disturbed.

    Those of `one_p` are N:1, and measured at the least procs alone."""
    chance = np.random.default_rng(seed)
    results = Results({
        "options": {"rounds": rounds, "procs": list(procs),
                    "pattern": pattern, "min_time": 0.2, "timeout": 60.0,
                    "quick": quick, "tiny": False, "budget": None,
                    "repeats": 2},
        "machine": {"cpu": "Made-up CPU", "cpus": 2, "kernel": "6.0",
                    "virtual": True, "smt": "off", "governor": "performance",
                    "fingerprint": "0123456789ab"},
        "build": {"commit": "c" * 40, "compiler": "cc 12", "flags": "-O2",
                  "dirty": False, "commit_date": "2025-01-31T12:00:00+00:00"},
        "programs": {r: {"native": r == "go", "argv": [r], "digest": "",
                         "runtime": r, "version": "1.0",
                         "model": "N:1" if r in one_p else "N:M"}
                     for r in (*runtimes, "base")},
        "missing": {"tokio": "no tokio here: Debian package cargo"},
        "started": "2025-01-31T12:00:00+00:00",
        "finished": "2025-01-31T13:00:00+00:00"})
    for r in range(rounds):
        drift = chance.lognormal(0, 0.05)
        for p in procs:
            for n, w in enumerate(load_workloads().values()):
                if pattern in w.name:
                    for runtime in runtimes if not w.is_base else ("base",):
                        if runtime in one_p and p > min(procs):
                            continue
                        results.add(one(w, n, runtime, p, r,
                                        drift * chance.lognormal(0, 0.02)))
    for sample in results.samples[:disturbed]:
        sample["disturbed"] = True
        sample["tries"] = 3
    for runtime in runtimes:
        for p in procs if runtime not in one_p else procs[:1]:
            add_details(results, runtime, p, chance)
    results.conformance = conformance(runtimes, not quick)
    return results


def one(w, n, runtime, procs, number, noise):
    made = {"runtime": runtime, "workload": w.name, "procs": procs,
            "round": number, "status": "ok", "disturbed": False, "tries": 1,
            "seconds": 0.3, "others": 0.0, "load1": 0.1, "counters": {}}
    if runtime == "boost_fiber" and w.family == "net":
        return {**made, "status": "skipped", "reason": "no net->dial"}
    if runtime == "pthread" and "1000000" in w.name:
        return {**made, "status": "timeout", "reason": "not done after 60 s"}
    value = 10 * (n + 1) * FACTOR.get(runtime, 3.0) * noise
    if w.headline == "bytes_per_goroutine":
        value = 4300.0 * noise ** 0.1
    if w.headline == "makespan_ratio":
        value = 1 + 0.01 * FACTOR.get(runtime, 3.0) * noise
    made["value"] = value
    if w.name.startswith("time/sleepers"):
        made["counters"] = {"cpu_ms": value}
    return made


def add_details(results, runtime, procs, chance):
    for name in ("latency/open/rate:1000", "latency/open_spawn/rate:20000",
                 "fair/first_run/slice_us:0", "fair/timer_late/slice_us:0"):
        times = np.sort(chance.lognormal(10, 1, 400)) * FACTOR.get(runtime, 3)
        results.details[f"{runtime} {procs} {name}"] = {
            "hist": [[int(t), 1] for t in times]}
    busy = [[1.0] * 95 + [0.0] * 5 for _ in range(procs)]
    results.details[f"{runtime} {procs} sched/balance/tasks:10000/us:50"] = {
        "timeline": {"end_us": 250000.0, "threads": procs, "busy": busy}}


def conformance(runtimes, complete):
    area = {"passed": 20, "failed": 0, "skipped": 1, "known": 0}
    states = [["", "send", "recv", "close"],
              ["nil", "blocks", "blocks", "panics"],
              ["open-empty", "done", "blocks", "done"],
              ["closed-drained", "panics", "zero", "panics"]]
    made = {r: {"areas": {"CH": dict(area), "SE": dict(area)}, "failed": [],
                "states": states, "version": "1.0"} for r in runtimes}
    if "pthread" in made:
        made["pthread"]["areas"]["SE"]["failed"] = 1
        made["pthread"]["failed"] = [["SE-001", "fail", "select is fair"]]
        made["pthread"]["states"] = [
            *states[:3], ["closed-drained", "panics", "-", "panics"]]
    return {"complete": complete, "runtimes": made}

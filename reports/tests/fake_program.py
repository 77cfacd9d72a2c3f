"""A bench program with made-up figures.

    fake_program.py NAME KIND [options of the contract]

KIND: ok, or what is wrong with it.  ok takes 1 ms a sample and says that an
item took 100 ns, divided by procs, times FAKE_FACTOR of the environment.
"""
import json
import os
import re
import signal
import sys
import time

NAMES = ["core/yield", "chan/pingpong", "mem/parked/n:100000",
         "latency/open/rate:1000", "net/serve/conns:100/bytes:64"]


def options(argv):
    found = {"--list": False, "--tiny": False}
    while argv:
        word = argv.pop(0)
        found[word] = True if word in found else argv.pop(0)
    return found


def entry(name, procs):
    time_of_item = 100 * float(os.environ.get("FAKE_FACTOR", "1")) / procs
    made = {"name": name, "run_name": name, "run_type": "iteration",
            "iterations": 10, "real_time": time_of_item,
            "cpu_time": 2 * time_of_item, "time_unit": "ns",
            "items_per_second": 1e9 / time_of_item, "messages": 2}
    if name.startswith("mem/"):
        made["bytes_per_goroutine"] = 4300
    if name.startswith("latency/"):
        made.update(p50_ns=1e5, p99_ns=2e5, p999_ns=3e5, max_ns=4e5)
    if name.startswith("net/"):
        made["cpu_ns_per_item"] = 2 * time_of_item
    return made


def main():
    name, kind, *argv = sys.argv[1:]
    given = options(argv)
    names = [n for n in NAMES if re.search(given.get("--filter", ""), n)]
    if given["--list"]:
        print("\n".join(names))
        return 0 if names else 3
    if kind == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    if kind == "hang":
        time.sleep(1000)
    if kind == "usage":
        print("fake: cannot load it", file=sys.stderr)
        return 2
    procs = int(given["--procs"])
    result = {"context": {"runtime": name, "version": "7", "model": "N:M",
                          "assay_bench": "1", "procs": str(procs),
                          "tiny": "0"},
              "benchmarks": [entry(n, procs) for n in names], "skipped": []}
    if kind == "onep":
        result["context"]["several_ps"] = "0"
    if kind == "error":
        result["benchmarks"][0] = {"name": names[0], "error_occurred": True,
                                   "error_message": "sum is 1, not 2"}
    if kind == "skip" or (kind == "nonet" and names[0].startswith("net/")):
        result.update(benchmarks=[], skipped=[
            {"name": n, "reason": "no net->dial"} for n in names])
    if kind == "lacks":
        del result["benchmarks"][0]["items_per_second"]
    if "--details" in given and names[0].startswith("latency/"):
        with open(given["--details"] + "/latency_open_rate_1000.hist.tsv",
                  "w") as f:
            f.write("100000\t50\n200000\t49\n400000\t1\n")
    text = json.dumps(result)
    if kind == "odd":  # as Google Benchmark may write it
        text = text.replace('"messages": 2', '"threads": 1, "messages": 2, '
                            '"rate": NaN, "most": Infinity, "threads": 8')
    with open(given["--json"], "w") as f:
        f.write({"garbage": "{", "deep": "[" * 100000,
                 "list": "[1]"}.get(kind, text))
    return 1 if kind == "error" else 0


sys.exit(main())

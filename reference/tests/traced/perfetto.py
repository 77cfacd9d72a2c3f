#!/usr/bin/env python3
"""Checks what goro-trace makes for Perfetto.

    perfetto.py [NAME ...] <JSON     the names that tracks must have

A track must not be a process's main thread, and 0 is the idle thread.  Slices
of a track must not overlap, and what begins in it must end.
"""
import json
import sys
from collections import defaultdict


def no_overlap(track, slices):
    end = 0
    for begin, length in sorted(slices):
        # ns with three digits behind the point, in binary
        assert begin >= end - 0.0005, f"{track}: overlap at {begin}"
        end = begin + length


def main():
    events = json.load(sys.stdin)["traceEvents"]
    processes = {e["pid"] for e in events}
    names, slices, depth = {}, defaultdict(list), defaultdict(int)
    for e in events:
        track = e["pid"], e["tid"]
        if e["ph"] == "M" and e["name"] == "thread_name":
            names[track] = e["args"]["name"]
        elif e["ph"] == "X":
            slices[track].append((e["ts"], e["dur"]))
        elif e["ph"] in "BE":
            depth[track] += 1 if e["ph"] == "B" else -1
            assert depth[track] >= 0, f"{track}: ends what did not begin"
        if e["ph"] not in "MC":
            assert e["tid"] != 0 and e["tid"] not in processes, e
    for track, found in slices.items():
        assert track in names, f"{track} has no name"
        no_overlap(names[track], found)
    for name in sys.argv[1:]:
        assert name in names.values(), f"no track {name}: {names}"


main()

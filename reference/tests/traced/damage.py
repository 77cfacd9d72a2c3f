#!/usr/bin/env python3
"""Damages a trace: each copy must be refused by a reader.

    damage.py TRACE DIR             writes DIR/NAME for each kind of damage
    damage.py TRACE DIR generation  the one of them that takes a long trace

Dropped, doubled, exchanged and renumbered are events that take a number, or
that say what a goroutine does: those which a writer could lose without a sign.
"""
import sys
from pathlib import Path

BATCH, STRINGS, STACKS, SYNC, END = 1, 4, 2, 50, 52
GO_START, GO_BLOCK, GO_UNBLOCK = 16, 20, 21
# How many numbers follow the time of an event.
NUMBERS = {9: 2, 10: 2, 12: 3, 13: 2, 14: 3, 16: 2, 19: 2, 20: 2, 21: 3, 22: 2,
           25: 3, 26: 2, 40: 4, 41: 2, 42: 3, 43: 3, 44: 4, 48: 4}


def read(data, at):
    """Returns a varint and the place behind it."""
    n = shift = 0
    while True:
        byte = data[at]
        at += 1
        n |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return n, at


def varint(n):
    out = bytearray()
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    return bytes(out) + bytes([n])


def events(data):
    """Cuts a batch into events: lists of kind, time and numbers."""
    out, at = [], 0
    while at < len(data):
        event = [data[at]]
        at += 1
        for _ in range(1 + NUMBERS.get(event[0], 0)):
            n, at = read(data, at)
            event.append(n)
        out.append(event)
    return out


def batches(trace):
    """Returns the header and what follows: [generation, thread, time, events]
    for a batch of events, bytes for anything else."""
    out, at = [trace[:16]], 16
    while at < len(trace):
        begin = at
        if trace[at] == END:
            out.append(trace[at:at + 1])
            at += 1
            continue
        head, at = [], at + 1
        for _ in range(4):
            n, at = read(trace, at)
            head.append(n)
        data = trace[at:at + head[3]]
        at += head[3]
        if data[0] in (STRINGS, STACKS, SYNC):
            out.append(trace[begin:at])
        else:
            out.append([*head[:3], events(data)])
    return out


def write(path, parts):
    with open(path, "wb") as f:
        for part in parts:
            if isinstance(part, bytes):
                f.write(part)
                continue
            data = b"".join(bytes([e[0]]) + b"".join(map(varint, e[1:]))
                            for e in part[3])
            f.write(bytes([BATCH]) + b"".join(map(varint, part[:3])) +
                    varint(len(data)) + data)


def place(parts, kind):
    """The middle one of its kind: its batch, and where it is in there."""
    all_ = [(p[3], i) for p in parts if isinstance(p, list)
            for i, e in enumerate(p[3]) if e[0] == kind]
    return all_[len(all_) // 2]


def drop(found, i):
    del found[i]


def double(found, i):
    found.insert(i, [found[i][0], 0, *found[i][2:]])


def exchange(found, i):
    found[i], found[i + 1] = found[i + 1], found[i]


def renumber(found, i):
    found[i][3] += 1


def generations(parts):
    """Cuts what follows the header behind each end."""
    out = [[]]
    for part in parts:
        out[-1].append(part)
        if part == bytes([END]):
            out.append([])
    return out


def main():
    trace, out = Path(sys.argv[1]).read_bytes(), Path(sys.argv[2])
    if sys.argv[3:] == ["generation"]:
        header, *parts = batches(trace)
        found = generations(parts)
        del found[1]
        write(out / "drop-generation", [header, *sum(found, [])])
        return
    for name, how, kind in (
            ("drop-start", drop, GO_START), ("drop-block", drop, GO_BLOCK),
            ("drop-unblock", drop, GO_UNBLOCK),
            ("double-start", double, GO_START),
            ("double-block", double, GO_BLOCK),
            ("double-unblock", double, GO_UNBLOCK),
            ("exchange", exchange, GO_BLOCK),
            ("renumber-start", renumber, GO_START),
            ("renumber-unblock", renumber, GO_UNBLOCK)):
        parts = batches(trace)
        how(*place(parts, kind))
        write(out / name, parts)


main()

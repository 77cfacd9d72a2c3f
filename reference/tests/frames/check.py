#!/usr/bin/env python3
"""Compares the stacks of a dump with those that the program wants.

    check.py [--inlined] [--own|--foreign] [--json] <OUTPUT OF chain

With --inlined the dump has been through goro-symbolize: inlined functions are
there too, and each place that can have one has a file and a line.  Every frame
of the goroutines that the program knows is looked at; with --foreign functions
of libc may be in the program's file.
"""

import json
import re
import sys

HEAD = re.compile(r"^goroutine (\d+) \[([^\]]+)\]:$")
PLACE = re.compile(
    r"^\t(?:(\?\?|.+\.(?:c|cc|h|s)):(\d+))(?: \+0x[0-9a-f]+)?$"
)
# Of libc's functions it is not known which there are.
OURS = re.compile(r"/chain|/frames/|/reference/src/|\?\?")
FOREIGN = "--foreign" in sys.argv[1:]
CREATED = re.compile(r"^created by (\S+?)(?:\(.*\))? in goroutine 1$")


def read_want(words, inlined):
    """Returns the names of a line "want"."""
    names = []
    for word in words:
        name, _, times = word.partition("*")
        if name.startswith("~") and not inlined:
            continue
        names += [name.lstrip("~")] * int(times or 1)
    return names


def read(text, inlined):
    """Returns {goroutine: names wanted}, {goroutine: (state, frames)}."""
    want, got = {}, {}
    lines = iter(text.splitlines())
    for line in lines:
        words = line.split()
        head = HEAD.match(line)
        if words[:1] == ["want"]:
            want[int(words[1])] = read_want(words[2:], inlined)
        if not head:
            continue
        frames = []
        for line in lines:
            if not line:
                break
            place = next(lines, "")
            assert PLACE.match(place), f"after {line!r} comes {place!r}"
            frames.append((line, place))
        got[int(head[1])] = (head[2], frames)
    return want, got


def frame_of(place):
    """Returns a frame of JSON as the lines of a dump are."""
    return (
        f"{place.get('function', place['pc'])}(...)",
        f"\t{place['file']}+{place['address']}.s:0",
    )


def read_json(text):
    """Returns the same of a dump in JSON; looks at what else is in it."""
    start = text.index("\n{") + 1
    want, _ = read(text[:start], False)
    said = json.loads(text[start:])
    never = re.search(r"^never (0x[0-9a-f]+)$", text, re.M)[1]
    threads = {t["goroutine"] for t in said["threads"] if "goroutine" in t}
    assert 1 in threads, "the caller is on no thread"
    got = {}
    for g in said["goroutines"]:
        frames = [frame_of(place) for place in g["stack"]]
        if g["id"] != 1:
            name, place = frame_of(g["created_by"])
            name = name.removesuffix("(...)")
            frames.append((f"created by {name} in goroutine 1", place))
            assert g["parent"] == 1
        got[g["id"]] = (g["state"], frames)
        if g["state"] == "chan receive":
            assert g["seconds"] < 30
            assert g.get("waits_for") == [never], f"{never} {g}"
    return want, got


def complain(goroutine, frames, what):
    """Prints what is wrong with a stack; returns 1."""
    print(f"goroutine {goroutine}: {what}; its stack is")
    for name, place in frames:
        print(f"  {name} {place.strip()}")
    return 1


def check(goroutine, want, state, frames, inlined):
    """Returns how many faults a stack has."""
    if not frames or not CREATED.match(frames[-1][0]):
        return complain(goroutine, frames, "nobody has created it")
    names, wrong = [], 0
    for name, place in frames[:-1]:
        function = name.removesuffix("(...)")
        if "ch_" in function:
            names.append(function)
            if inlined and PLACE.match(place)[2] == "0":
                wrong += complain(goroutine, frames, f"no line: {name}")
        elif function.startswith("goro_") or FOREIGN:
            pass
        elif OURS.search(place):
            wrong += complain(goroutine, frames, f"what is {name}?")
    if names != want:
        wrong += complain(goroutine, frames, f"wanted {' '.join(want)}")
    return wrong


def main():
    """Reads, compares; fails if anything is wrong."""
    inlined = "--inlined" in sys.argv[1:]
    if "--json" in sys.argv[1:]:
        want, got = read_json(sys.stdin.read())
    else:
        want, got = read(sys.stdin.read(), inlined)
    wrong = 0
    for goroutine, (state, frames) in got.items():
        if goroutine == 1:
            continue
        expected = want.pop(goroutine, ["ch_fresh"])
        wrong += check(goroutine, expected, state, frames, inlined)
    if want or len(got) < 8:
        print(f"missing: {want}")
        wrong += 1
    print(f"{sum(len(f) for _, f in got.values())} frames, {wrong} faults")
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Compares a runtime with real Go, by programs made at random.

    differ.py RUN RUNTIME.so RUN_GO N SEED

Makes N programs of channels, selects, contexts, groups and timers (run.c says
how they are written), runs them on both in virtual time, and compares what
each has printed.  A program that differs is made as small as it can be and
shown.  The last line is "differ: N passed, N failed".
"""
import random
import re
import subprocess
import sys

from oracle import Oracle

LIMIT = 20  # seconds for one run, and more for many programs
CHANS, CONTEXTS, TIMERS = 6, 8, 2


def arms(rnd):
    """Cases that no one event makes ready together."""
    chosen = []
    for c in rnd.sample(range(CHANS), rnd.randint(0, 3)):
        chosen.append(rnd.choice("rs") + str(c))
    if rnd.random() < 0.3 or not chosen:
        chosen.append("x" + str(rnd.randrange(CONTEXTS)))
    elif rnd.random() < 0.3:
        chosen.append("t" + str(rnd.randrange(TIMERS)))
    rnd.shuffle(chosen)
    return ".".join(chosen[:4])


def chan_op(rnd, _):
    op = rnd.choice("sssspeerrrrqwwkl")
    return f"{op}{rnd.randrange(CHANS)},{rnd.randrange(6)}"


def select_op(rnd, _):
    return f"S{rnd.choice('sspe')},{rnd.randrange(6)}:{arms(rnd)}"


def context_op(rnd, made):
    """Makes one, of one that is likely to be there, or uses one."""
    if len(made) < CONTEXTS and rnd.random() < 0.5:
        parent = rnd.choice(made)
        made.append(len(made))
        return f"{rnd.choice('ccTTvu')}{made[-1]},{parent},{rnd.randrange(8)}"
    op, i = rnd.choice("KKKEEEEAAa"), rnd.choice(made[-3:])
    if op == "K" and i < 2:
        op = "E"
    return f"{op}{i},{rnd.randrange(3)}"


def timer_op(rnd, _):
    op = rnd.choice("tttzZZF")
    return f"{op}{rnd.randrange(6 if op == 'F' else TIMERS)},{rnd.randrange(6)}"


def group_op(rnd, _):
    op = rnd.choice("GGGyyg")
    return f"{op}{rnd.randrange(6)},{rnd.randrange(3)}"


KINDS = [chan_op, chan_op, select_op, context_op, timer_op, group_op]


def program(rnd):
    """Most are of two or three kinds, which then meet each other."""
    kinds = [rnd.choice(KINDS) for _ in range(rnd.randint(2, 4))]
    made = [0, 1]
    goroutines = [[rnd.choice(kinds)(rnd, made)
                   for _ in range(rnd.randint(1, 20))]
                  for _ in range(rnd.randint(1, 4))]
    if rnd.random() < 0.3:
        # Before there is a task, or Go's group hangs; and nobody blocks at the
        # limit beside who waits, which Go takes for a misuse at times.
        goroutines = [[op.replace("G", "y") for op in ops]
                      for ops in goroutines]
        goroutines[0].insert(0, f"L{rnd.randint(1, 3)},0")
    return goroutines


def text(goroutines):
    return "|".join(" ".join(ops) for ops in goroutines)


def parse(line):
    return [ops.split() for ops in line.split("|")]


def run_all(command, path, n):
    """What each program has printed."""
    results = []
    while len(results) < n:
        start = len(results)
        try:
            done = subprocess.run(
                command + [path, str(start)],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                stdin=subprocess.DEVNULL,
                timeout=LIMIT + (n - start) / 20,
            )
            out, err, how = done.stdout, done.stderr, done.returncode
        except subprocess.TimeoutExpired as e:
            out, err, how = e.stdout or b"", b"", "hangs"
        parts = re.split(r"^== \d+\n", out.decode(errors="replace"),
                         flags=re.M)[1:]
        if err.startswith(b"differ:"):
            sys.exit(err.decode(errors="replace"))
        results += [re.sub(r"^---.*\n", "", p, flags=re.M)
                    for p in parts[:n - start]]
        if len(results) < n:  # the next one is what it has died of
            first = err.decode(errors="replace").split("\n")[0]
            results.append(f"ended: {how} {first.split(' [')[0]}\n")
    return results


def smaller(p):
    goroutines = parse(p)
    for g, ops in enumerate(goroutines):
        before, after = goroutines[:g], goroutines[g + 1:]
        if len(goroutines) > 1:
            yield text(before + after)
        for i in range(len(ops)):
            yield text(before + [ops[:i] + ops[i + 1:]] + after)


def main():
    run, runtime, go = sys.argv[1:4]
    n, seed = int(sys.argv[4]), int(sys.argv[5])
    rnd = random.Random(seed)
    programs = [text(program(rnd)) for _ in range(n)]
    Oracle([[run, runtime], [go, "-"]], run_all, smaller).main(
        "differ", programs)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Runs the programs of GoKer on a runtime and says who stays in each.

    goker.py [-n N] [--procs "1 2"] [--only WORD] [--as-main] [--scale F]
             [--races] [--strict] [--table] CONFORMANCE RUNTIME

RUNTIME is a shared object or a host, CONFORMANCE the runner that loads the
former.  Each program runs N times at each number of procs, in a process of its
own.  Where the runtime can print its goroutines, those that stay must be at
sites that the program names; where it reports leaks, they must be among those
that stay.  --as-main runs a program as the main goroutine: then it ends by a
deadlock report, or main returns.  --races says that the build has
ThreadSanitizer.  With --strict a leak that no run reports is unexpected.
--table prints what the programs are.  The last line counts; the status is 1 if
anything was unexpected.
"""
import argparse
import collections
import concurrent.futures
import os
import re
import subprocess
import sys

CIRCLE = re.compile(r"^goro: lockcycle: a deadlock of \d+ goroutine", re.M)
HEAD = re.compile(r"^goroutine (\d+)(?: [^\[]*)?\[([^\]]*)\]")
DEADLOCK = "all goroutines are asleep - deadlock!"
RACE, RACE_STATUS = "WARNING: ThreadSanitizer: data race", 66
CERTAIN = "cockroach/584"  # which never ends in another way
LIMIT = 40  # seconds for one run


class Program:
    def __init__(self, line):
        (self.id, self.file, self.kind, least, most, copies, self.locks,
         self.other, *self.sites) = line.split("\t")
        self.least, self.most, self.copies = int(least), int(most), int(copies)
        self.name = self.id.replace("/", "_")
        self.race = self.other == "race"
        self.panic = self.other.startswith("panic: ") and self.other

    def site(self, goroutine, names):
        """The site that a goroutine is at, or None.

        Without names it is any that has the goroutine's wait reason.
        """
        for site in self.sites:
            function, reasons = re.match(r"(\S+) \[(.*)\]$", site).groups()
            if ((function in goroutine.functions or not names) and
                    goroutine.reason in reasons.split("|")):
                return site
        return None


class Goroutine:
    def __init__(self, number, state):
        self.number = int(number)
        self.leaked = "(leaked)" in state
        self.reason = state.split(",")[0].replace("(leaked)", "").strip()
        self.functions = []

    def __str__(self):
        at = self.functions[-1] if self.functions else "?"
        return f"{at} [{self.reason}]"


def goroutines(text):
    """The goroutines of a dump, but for main."""
    found = []
    for line in text.splitlines():
        head = HEAD.match(line)
        if head:
            found.append(Goroutine(*head.groups()))
        elif found and not line.startswith(("\t", " ", "created by")):
            name = re.match(r"[\w.$]+", line)
            found[-1].functions += [name.group()] if name else []
    return [g for g in found if g.number != 1]


def part(out, head, end):
    """What the program wrote between two lines, or None."""
    found = re.search(rf"^{head}\n(.*?)^{end}$", out, re.S | re.M)
    return found and found.group(1)


class Run:
    """What one run of a program has shown."""

    def __init__(self, options, program, status, out, err):
        self.names = options.names
        self.left, self.seen, self.found, self.wrong = None, None, None, []
        self.skipped = re.search(r"^skip (.*)$", out, re.M)
        self.deadlock = status == 2 and DEADLOCK in err
        self.hangs = status is None
        self.race = RACE in err
        self.circles = len(CIRCLE.findall(err))
        self.panics = status == 2 and bool(program.panic) and \
            program.panic in err.splitlines()
        if self.skipped or self.hangs or self.panics:
            return
        if self.race:
            if not program.race:
                self.wrong.append("a data race")
            status = 0 if status == RACE_STATUS else status
        if self.deadlock:
            if not any(s.startswith(program.name + " ")
                       for s in program.sites):
                self.wrong.append("deadlock, and main should have returned")
            return
        self.read_report(program, out)
        if status != 0 or "over" not in out.splitlines():
            said = re.findall(r"^fail (.*)$", out, re.M) or err.splitlines()
            self.wrong.append(f"status {status}: {said[0] if said else '?'}")

    def read_report(self, program, out):
        left = re.search(r"^left (\d+)$", out, re.M)
        dump = part(out, "dump:", "(?:leaks:|over)")
        leaks = part(out, "leaks:", "over")
        self.left = left and int(left.group(1))
        if dump is not None:
            stay = [g for g in goroutines(dump) if g.functions]
            at = self.sites(program, stay, "stays")
            self.seen = at if self.names else None
            numbers = {g.number for g in stay}
        if leaks is not None:
            leaked = goroutines(leaks)
            self.found = self.sites(program, leaked, "reported as leaked")
            if dump is not None and {g.number for g in leaked} - numbers:
                self.wrong.append("a leak is reported that is no goroutine")

    def judge_circles(self, program):
        """A runtime that reports circles of locks reports all, and no other."""
        if self.left and not self.circles and \
                program.locks in ("self", "circle"):
            self.wrong.append("the circle of locks is not reported")
        if self.left == 0 and self.circles:
            self.wrong.append("a circle of locks, and none stays")

    def sites(self, program, stay, what):
        at = collections.Counter()
        for g in stay:
            site = program.site(g, self.names)
            if site is None:
                self.wrong.append(f"{g} {what}")
            else:
                at[site] += 1
        return at


def run(options, program, procs, i):
    command = options.child + ["--assay-case", program.id, "--procs",
                               str(procs), "--seed", str(i + 1),
                               "--time-scale", str(options.scale)]
    env = dict(os.environ)
    asked = options.circles is None or options.circles and i % 2 == 0
    if asked:
        env["GODEBUG"] = "lockcycle=1"
    if options.as_main:
        env["GOKER_AS_MAIN"] = "1"
    with subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          errors="replace") as child:
        limit = 3 if options.as_main else LIMIT
        try:
            out, err = child.communicate(timeout=limit * options.scale)
            status = child.returncode
        except subprocess.TimeoutExpired:
            child.kill()
            (out, err), status = child.communicate(), None
    result = Run(options, program, status, out, err)
    if asked and options.circles:
        result.judge_circles(program)
    if result.hangs and not options.as_main:
        result.wrong.append("does not end")
    return result


def find_out(options):
    """Sets whether dumps name the functions of a program in C, and whether the
    runtime reports circles of locks: it then does so in every other run."""
    options.names, options.circles = True, None
    certain = next(p for p in programs(options, "") if p.id == CERTAIN)
    shown = run(options, certain, 1, 0)
    options.names, options.circles = bool(shown.seen), bool(shown.circles)


def ends(runs):
    """How the runs of a program have ended, in words."""
    words = []
    for what, word in (("deadlock", "deadlock report"), ("hangs", "hangs"),
                       ("panics", "panic"), ("race", "race"),
                       ("left", "some stay")):
        n = sum(bool(getattr(r, what)) for r in runs)
        words += [f"{word} in {n}"] if n else []
    return ", ".join(words or ["none stays in any"]) + f" of {len(runs)}"


def union(runs, of):
    """The sites seen in any run; None if the runtime cannot tell."""
    known = [getattr(r, of) for r in runs if getattr(r, of) is not None]
    return set().union(*known) if known else None


def check_strictly(runs):
    """Where some stay the runtime must report one as leaked, in some run."""
    for site in sorted((union(runs, "seen") or set()) -
                       (union(runs, "found") or set())):
        runs[-1].wrong.append(f"{site} is not reported as leaked")


class Totals:
    def __init__(self):
        self.passed = self.failed = self.skipped = self.wrong = 0
        self.sites = self.in_single = self.possible = 0
        self.stay = self.reported = 0
        self.others = self.others_seen = 0
        self.found = {"seen": 0, "found": 0}
        self.knows = {"seen": False, "found": False}

    def add(self, program, runs, races):
        if program.panic or program.race and races:
            self.others += 1
            self.others_seen += any(r.panics or r.race for r in runs)
        self.sites += len(program.sites)
        for of in self.found:
            sites = union(runs, of)
            self.knows[of] |= sites is not None
            self.found[of] += len(sites or ())
        self.stay += sum(sum((r.seen or {}).values()) for r in runs)
        self.reported += sum(sum((r.found or {}).values()) for r in runs)
        of = "found" if self.knows["found"] else "seen"
        self.in_single += sum(len(getattr(r, of) or ()) for r in runs)
        self.possible += len(program.sites) * len(runs)

    def last_line(self):
        line = f"goker: {self.passed} passed, {self.failed} failed"
        if self.skipped:
            line += f", {self.skipped} skipped"
        if self.knows["seen"]:
            line += f"; at {self.found['seen']} of {self.sites} sites some stay"
        if self.knows["found"]:
            line += (f", at {self.found['found']} found "
                     f"({self.reported} of {self.stay} goroutines)")
        if self.knows["seen"]:
            line += f", in single runs {self.in_single} of {self.possible}"
        if self.others:
            line += f"; {self.others_seen} of {self.others} others seen"
        return line + f", {self.wrong} unexpected"


def show(program, procs, runs):
    kinds = [f"{program.id:18} P{procs} {program.kind:24} {ends(runs)}"]
    for of, words in ("seen", "sites"), ("found", "found"):
        sites = union(runs, of)
        if sites is not None:
            kinds.append(f"{words} {len(sites)}/{len(program.sites)}")
    print("  ".join(kinds), flush=True)
    wrong = collections.Counter(w for r in runs for w in r.wrong)
    for text, n in wrong.items():
        print(f"    UNEXPECTED in {n} of {len(runs)} runs: {text}")
    return bool(wrong)


def judge(options, program, by_procs, totals):
    skipped = by_procs[0][1][0].skipped
    if skipped:
        totals.skipped += 1
        print(f"{program.id:18}    skipped: {skipped.group(1)}", flush=True)
        return
    if options.strict:
        check_strictly([r for _, some in by_procs for r in some])
    bad = [show(program, procs, runs) for procs, runs in by_procs]
    runs = [r for _, some in by_procs for r in some]
    totals.add(program, runs, options.races)
    totals.wrong += sum(len(r.wrong) for r in runs)
    totals.failed += any(bad)
    totals.passed += not any(bad)


def programs(options, word):
    """Those with this word, by the order of their files and numbers."""
    out = subprocess.run(options.child + ["--assay-goker"], check=True,
                         stdout=subprocess.PIPE, text=True).stdout
    found = [Program(line) for line in out.splitlines()]
    found.sort(key=lambda p: (p.file, p.kind, p.id.split("/")[0],
                              int(p.id.split("/")[1])))
    return [p for p in found if word in f"{p.id} {p.kind}"]


def table(chosen):
    """The programs as the README shows them."""
    print("| program | what is wrong | stay | where | locks, or else |")
    print("|---|---|---|---|---|")
    for p in chosen:
        stay = f"{p.least}" if p.least == p.most else f"{p.least}-{p.most}"
        where = ", ".join(f"`{s.split(' [')[0]}` {s.split('[')[1][:-1]}"
                          for s in p.sites).replace("|", " or ")
        more = p.other if p.locks == "-" else p.locks
        print(f"| [{p.id}]({os.path.basename(p.file)}) | {p.kind} | {stay} | "
              f"{where} | {more.strip('-')} |")


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-n", type=int, default=10)
    parser.add_argument("--procs", default="1 2")
    parser.add_argument("--only", default="")
    parser.add_argument("--as-main", action="store_true")
    parser.add_argument("--races", action="store_true")
    parser.add_argument("--strict", action="store_true")
    parser.add_argument("--table", action="store_true")
    parser.add_argument("--scale", type=float, default=1)
    parser.add_argument("conformance")
    parser.add_argument("runtime")
    options = parser.parse_args()
    options.child = [options.runtime]
    if options.runtime.endswith(".so"):
        options.child = [options.conformance, "--assay-runtime",
                         options.runtime]
    return options


def main():
    options, totals = parse(), Totals()
    chosen = programs(options, options.only)
    if not chosen:
        sys.exit(f"goker: no program has '{options.only}' in its name or kind")
    if options.table:
        return table(chosen)
    find_out(options)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        planned = [(p, [(procs, [pool.submit(run, options, p, procs, i)
                                 for i in range(options.n)])
                        for procs in map(int, options.procs.split())])
                   for p in chosen]
        for program, by_procs in planned:
            judge(options, program, [(procs, [f.result() for f in futures])
                                     for procs, futures in by_procs], totals)
    print(totals.last_line())
    return 1 if totals.failed else 0


if __name__ == "__main__":
    sys.exit(main())

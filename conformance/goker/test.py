"""What goker.py makes of a run, by runs that are made up."""
import types
import unittest

import goker

PROGRAM = "\t".join((
    "moby/1", "x.c", "channel", "0", "2", "1", "-", "-",
    "wait [chan receive]", "moby_1 [sync.RWMutex.Lock|sync.Mutex.Lock]"))
RACY = PROGRAM.replace("\t-\t-", "\t-\trace")
PANICS = PROGRAM.replace("\t-\t-", "\t-\tpanic: send on closed channel")
MAIN = "goroutine 1 [running]:\nrun_main(...)\n"
WAITS = "goroutine 7 [chan receive, 2 minutes]:\nwait(...)\n"
LOCKS = ("goroutine 8 [sync.Mutex.Lock]:\nlock(...)\n\t/x.c:7 +0x1\n"
         "moby_1(...)\n")


def report(*left, leaks=None):
    text = f"left {len(left)}\ndump:\n" + "\n".join((MAIN,) + left)
    if leaks is not None:
        text += "leaks:\n" + "\n".join(leaks)
    return text + "over\ndone \n"


def run(out="", status=0, err="", line=PROGRAM, names=True):
    options = types.SimpleNamespace(names=names)
    return goker.Run(options, goker.Program(line), status, out, err)


class Judging(unittest.TestCase):
    def expect(self, result, wrong=""):
        self.assertEqual("; ".join(result.wrong), wrong)

    def test_those_that_stay(self):
        result = run(report(WAITS, LOCKS))
        self.expect(result)
        self.assertEqual((result.left, len(result.seen)), (2, 2))
        self.assertIsNone(result.found)

    def test_leaks(self):
        leaked = WAITS.replace("receive, 2 minutes", "receive (leaked)")
        result = run(report(WAITS, LOCKS, leaks=[leaked]))
        self.expect(result)
        self.assertEqual(list(result.found), ["wait [chan receive]"])

    def test_strictly(self):
        runs = [run(report(WAITS, LOCKS, leaks=[WAITS])) for _ in range(2)]
        goker.check_strictly(runs)
        self.expect(runs[0])
        self.expect(runs[1], "moby_1 [sync.RWMutex.Lock|sync.Mutex.Lock] "
                    "is not reported as leaked")
        runs = [run(report(WAITS, leaks=leaks)) for leaks in ([], [WAITS])]
        goker.check_strictly(runs)
        self.expect(runs[1])

    def test_a_leak_that_does_not_stay(self):
        self.expect(run(report(WAITS, leaks=[LOCKS])),
                    "a leak is reported that is no goroutine")

    def test_another_function_or_reason(self):
        self.expect(run(report(WAITS.replace("wait", "other"))),
                    "other [chan receive] stays")
        self.expect(run(report(WAITS.replace("receive", "send"))),
                    "wait [chan send] stays")

    def test_who_made_it_is_no_site(self):
        text = WAITS.replace("wait(", "other(")
        self.expect(run(report(text + "created by wait in goroutine 2\n")),
                    "other [chan receive] stays")

    def test_without_names(self):
        text = WAITS.replace("wait", "0x1234")
        self.expect(run(report(text), names=False))
        self.expect(run(report(text.replace("receive", "send")), names=False),
                    "0x1234 [chan send] stays")

    def test_a_wrong_number(self):
        self.expect(run(report() + "fail kit.c:9: left 3\n", 1),
                    "status 1: kit.c:9: left 3")

    def test_a_crash_and_a_cut(self):
        self.expect(run("", -11, "boom"), "status -11: boom")
        self.expect(run(report(WAITS).replace("over", "")), "status 0: ?")

    def test_deadlock(self):
        err = "fatal error: " + goker.DEADLOCK + "\n"
        self.expect(run("", 2, err))
        self.expect(run("", 2, err, PROGRAM.replace("moby_1 ", "other ")),
                    "deadlock, and main should have returned")

    def test_races(self):
        err = goker.RACE + " (pid=1)\n"
        self.expect(run(report(), 66, err), "a data race")
        result = run(report(), 66, err, RACY)
        self.expect(result)
        self.assertTrue(result.race)

    def test_circles(self):
        circle = PROGRAM.replace("\t-\t-", "\tcircle\t-")
        err = "goro: lockcycle: a deadlock of 2 goroutines\n"
        for line, left, said, wrong in (
                (circle, [WAITS], err, ""), (PROGRAM, [WAITS], "", ""),
                (circle, [], "", ""),
                (circle, [WAITS], "", "the circle of locks is not reported"),
                (PROGRAM, [], err, "a circle of locks, and none stays")):
            result = run(report(*left), err=said, line=line)
            result.judge_circles(goker.Program(line))
            self.expect(result, wrong)

    def test_panics(self):
        err = "panic: send on closed channel\n\ngoroutine 3 [running]:\n"
        self.expect(run("", 2, err), "status 2: panic: send on closed channel")
        self.expect(run("", 2, err, PANICS))
        self.expect(run("", 2, "panic: other\n", PANICS),
                    "status 2: panic: other")

    def test_skipped(self):
        self.assertTrue(run("skip needs context->done\n", 77).skipped)

    def test_the_last_line(self):
        totals = goker.Totals()
        both = run(report(WAITS, LOCKS, leaks=[WAITS]))
        totals.add(goker.Program(PROGRAM), [both, run(report(leaks=[]))], True)
        self.assertIn("at 2 of 2 sites some stay, at 1 found (1 of 2 "
                      "goroutines), in single runs 1 of 4", totals.last_line())


if __name__ == "__main__":
    unittest.main()

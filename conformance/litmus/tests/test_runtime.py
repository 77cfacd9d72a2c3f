"""The interpreter and the tool, on goro and on goro with planted faults."""
import contextlib
import io
import os
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from assay_litmus import __main__ as tool
from assay_litmus.child import Batch, Broken, Runtime
from assay_litmus.judge import Plan, Task
from assay_litmus.program import Outcome, load, parse
from assay_litmus.terms import Terms

BUILD = Path(os.environ.get("LITMUS_BUILD", "build/release"))
FOLDER = Path(__file__).resolve().parent.parent / "programs"
GORO = str(BUILD / "runtimes/goro.so")

# Faults of conformance/mutants, and a program that notices each.
FAULTS = """
no_rendezvous open-send-waits
recv_never_blocks open-recv-waits
ring_one_short buffered-send-has-room
ring_one_long buffered-full-waits
lifo buffered-order
discard_keeps recv-throws-away
close_drops closed-drains-first
close_twice_ok closed-close-panics
close_nil_ok nil-close-panics
send_closed_ok closed-send-panics
blocked_send_ok close-panics-sender
closed_not_zeroed closed-recv-gives-zero
range_one_more closed-recv-gives-zero
send_nil_ok nil-send-blocks
recv_nil_closed nil-recv-blocks
close_wakes_one close-wakes-receivers
try_recv_empty_closed poll-recv-empty
try_send_full_ok poll-send-full
try_recv_nil_closed poll-nil
default_though_ready select-default-if-nothing-else
empty_select_returns select-empty
nil_case_ready nil-select-never-ready
closed_never_ready closed-recv-is-ready
select_send_closed_ok closed-send-is-ready
parked_send_closed_ok close-panics-select
wrong_case select-takes-one
self_match select-not-with-itself
no_channel_twice select-same-channel-twice
mutex_excludes_nobody mutex-excludes
trylock_always mutex-trylock
mutex_reentrant mutex-not-reentrant
unlock_free_ok mutex-unlock-unlocked
readers_exclude rwmutex-readers-share
writers_share rwmutex-writer-waits-for-readers
tryrlock_alone rwmutex-try
wait_returns_at_once waitgroup-never-done
negative_group_ok waitgroup-negative
one_waiter_released waitgroup-releases-all
once_does_not_wait once-in-itself
once_twice once-runs-once
once_panic_undone once-panic-is-done
broadcast_wakes_one cond-broadcast-wakes-all
signal_wakes_all cond-signal-wakes-one
signal_kept cond-signal-before-wait
wait_without_lock_ok cond-wait-unlocked
"""


def runtime(path: str = GORO, **env: str) -> Runtime:
    return Runtime(str(BUILD / "conformance"), path, env=env, silence=30)


def program(name: str):
    return load(FOLDER / f"{name}.lit")


def judged(rt: Runtime, terms: Terms, names: list[str],
           rounds: int) -> list[Task]:
    tasks = [Task.of(program(name), terms) for name in names]
    Plan(rt, rounds, (2,)).run(tasks)
    return tasks


class Asking(unittest.TestCase):
    def test_counts_and_clocks(self):
        p = program("two-receivers-share")
        for virtual in (True, False):
            result = Batch(runtime(), 2, virtual).run([(p, 200), (p, 100)])
            self.assertEqual([r.seen.total() for r in result], [200, 100])
            self.assertEqual({r.virtual for r in result}, {virtual})

    def test_goes_on_when_many_are_left(self):
        batch = Batch(runtime(), 1, True)
        p = program("open-send-waits")
        result = batch.run([(p, 7000), (p, 10)])
        self.assertEqual([r.seen.total() for r in result], [7000, 10])
        self.assertEqual(batch.starts, 3)

    def test_a_fatal_error_is_an_outcome(self):
        p = parse("litmus x\nshows y\nmutex m\ngo a\nlock m\nunlock m\n"
                  "go b\ntrylock m x\nunlock m\n")
        result = Batch(runtime(), 1, True).run([(p, 20)], one_by_one=True)[0]
        fatal = Outcome("fatal sync: unlock of unlocked mutex")
        self.assertEqual(result.trouble, "")
        self.assertEqual(result.seen.total(), 20)
        self.assertIn(fatal, result.seen)

    def test_a_fatal_error_of_one_left_behind(self):
        p = parse("litmus x\nshows y\nmutex m\ngo a\nunlock m\nmain\n"
                  "x = 1\n")
        task = Task.of(p, runtime().terms())
        Plan(runtime(), 500, (1, 2, 4)).run([task])
        self.assertFalse(task.failed, task.results)
        self.assertEqual(task.unseen(), set())

    def test_one_that_cannot_be_asked(self):
        with self.assertRaises(Broken):
            runtime("/nonexistent.so").terms()


class Hosts(unittest.TestCase):
    """Programs that behave like no runner and no host."""

    def host(self, script: str, silence: float = 20) -> Runtime:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = Path(folder.name) / "host"
        path.write_text("#!/bin/sh\n" + script)
        path.chmod(0o755)
        return Runtime("", str(path), silence=silence)

    def trouble(self, script: str) -> str:
        p = parse("litmus x\nshows y\ngo a\nx = 1\n")
        return Batch(self.host(script), 1, False).run([(p, 2)])[0].trouble

    def test_silent_about_itself(self):
        with self.assertRaisesRegex(Broken, "nothing of itself for 0.5 s"):
            self.host("exec sleep 50\n", 0.5).terms()

    def test_odd_lines(self):
        for line in ("seen 3", "seen x 0 0", "seen 2 0 zz -1", "begin 7",
                     "begin", "end 0", "end 0 x", "begin -1"):
            with self.subTest(line=line):
                self.assertIn("says what no runner says: '" + line,
                              self.trouble(f"echo begin 0; echo {line}\n"))

    def test_a_line_that_is_cut(self):
        self.assertIn("ends with 3", self.trouble(
            "echo begin 0; printf 'seen 1 0 1 -'; exit 3\n"))

    def test_lines_of_the_runtime_itself(self):
        self.assertEqual("", self.trouble(
            "echo; echo hello; echo begin 0; echo seen 2 0 1 -1; "
            "echo end 0 2\n"))

    def test_no_round(self):
        self.assertEqual("ends without a round",
                         self.trouble("echo begin 0; echo end 0 0\n"))

    def test_a_program_that_was_not_asked_for(self):
        p = parse("litmus x\nshows y\ngo a\nx = 1\n")
        host = self.host("echo begin 0; echo seen 2 0 1 -1; echo end 0 2\n")
        with self.assertRaisesRegex(Broken, "'begin 0'"):
            Batch(host, 1, False).run([(p, 2), (p, 2)])

    def test_nothing_before_an_odd_line(self):
        with self.assertRaisesRegex(Broken, "says what no runner says"):
            self.trouble("echo seen 1 0 1 -1\n")


class Faults(unittest.TestCase):
    def setUp(self):
        self.terms = runtime().terms()
        self.faults = [line.split() for line in FAULTS.split("\n")[1:-1]]

    def wrapped(self, fault: str) -> Runtime:
        return runtime(str(BUILD / "mutants/wrap.so"), MUTANT=fault,
                       MUTANT_OF=GORO)

    def test_each_is_noticed(self):
        for fault, name in self.faults:
            with self.subTest(fault):
                self.assertTrue(any(
                    judged(self.wrapped(fault), self.terms, [name], n)[0].failed
                    for n in (50, 500, 2000)))

    def test_without_a_fault_none_is(self):
        for task in judged(self.wrapped("none"), self.terms,
                           [name for _, name in self.faults], 50):
            self.assertFalse(task.failed, task.program.name)


class Tool(unittest.TestCase):
    def said(self, *argv: str) -> tuple[int, str, str]:
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                status = tool.main(["--build", str(BUILD), *argv])
            except SystemExit as e:
                status = int(str(e.code))
        return status, out.getvalue(), err.getvalue()

    def test_the_folder_on_goro(self):
        status, out, _ = self.said("-n", "60", "--procs", "2 4")
        count = len(list(FOLDER.glob("*.lit")))
        self.assertEqual(status, 0, out)
        self.assertEqual(out.splitlines()[-1],
                         f"litmus: {count} passed, 0 failed, 0 skipped")

    def test_random_ones_on_goro(self):
        status, out, _ = self.said("-n", "50", "--random", "40", "--procs",
                                   "2", "--seed", "5")
        self.assertEqual(status, 0, out)
        self.assertIn("litmus: 40 passed, 0 failed, 0 skipped", out)

    def test_a_failure_is_shown_small_and_kept(self):
        env = {"MUTANT": "close_drops", "MUTANT_OF": GORO}
        with tempfile.TemporaryDirectory() as folder, \
                mock.patch.dict(os.environ, env):
            path = Path(folder) / "long.lit"
            path.write_text(
                "litmus long\nshows a fault\nchan c 2\nchan d 1\ngo a\n"
                "\tsend d 1\n\tsend c 1\n\tx = 1\n\tclose c\n\trecv c y ok\n"
                "go b\n\trecv d z\n")
            status, out, _ = self.said(
                "--runtime", str(BUILD / "mutants/wrap.so"), "-n", "20",
                "--procs", "1", "--save", folder + "/kept", str(path))
            kept = (Path(folder) / "kept/long.lit").read_text()
        self.assertEqual(status, 1, out)
        self.assertIn("NOT ALLOWED", out)
        self.assertIn("litmus: 0 passed, 1 failed, 0 skipped", out)
        self.assertNotIn("recv d", kept)
        self.assertIn("recv c y", kept)

    def test_outcomes(self):
        status, out, _ = self.said("--outcomes", str(FOLDER /
                                                     "lost-update.lit"))
        self.assertEqual((status, out.splitlines()[1:]),
                         (0, ["  done: n=1", "  done: n=2"]))

    def test_bad_input(self):
        for argv, why in ((["--runtime", "nothing"], "no runtime nothing"),
                          (["/nonexistent.lit"], "No such file"),
                          (["--only", "zebra"], "no program's name"),
                          (["--procs", "none"], "none"),
                          (["-n", "0"], "less than 1")):
            status, _, err = self.said(*argv)
            self.assertEqual(status, 2, argv)
            self.assertIn(why, err.splitlines()[-1])

"""Certified results: planted forgeries, each refused for its own reason."""
import contextlib
import copy
import io
import json
import pickle
import tempfile
import time
import unittest
from pathlib import Path
from unittest import mock

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assay_report.errors import Failure
from assay_results import __main__ as tool
from assay_results import certify, form, git, suite, verdicts
from assay_results.check import check
from assay_results.worth import worth

from .certified import (EVERYTHING, commit, good, good_litmus, history, in_git,
                        signed, use_history)

setUpModule = use_history
GOOD = good(fails=["CH-011"])
LESS = good("less", has=[n for n in EVERYTHING if n != "chan->select"],
            traits=0, model="N:1")
TEXTS = st.lists(st.sampled_from("a1 \u00e9\x00/"), max_size=5).map("".join)
SOME = settings(derandomize=True, deadline=None, max_examples=25,
                database=None, suppress_health_check=list(HealthCheck))


def case(result, name):
    """A case of a result, to be changed."""
    return next(c for c in result["cases"] if c["id"] == name)


def call(*words):
    """The tool's status, stdout and stderr."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), \
            mock.patch("sys.argv", ["results", *words]):
        status = tool.status_of("check-results", tool.run)
    return status, out.getvalue(), err.getvalue()


class WithFiles(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def write(self, text, name="r.json"):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def refused(self, text, why, name="r.json"):
        """One line, and status 1."""
        status, out, err = call("check", str(self.write(text, name)))
        self.assertEqual((status, out), (1, ""), err)
        self.assertEqual(err.count("\n"), 1, err)
        self.assertIn(why, err)

    def forged(self, why, result=GOOD, sign=signed, **top):
        """Takes what changes a good result; the change is found out."""
        def plant(change):
            made = pickle.loads(pickle.dumps({**result, **top}))
            change(made)
            self.refused(form.text_of(sign(made)), why)
        return plant


class Good(WithFiles):
    def test_is_accepted_and_its_worth_told(self):
        for result in (GOOD, LESS, good("host", host=True)):
            path = self.write(form.text_of(result))
            status, out, err = call("check", str(path))
            self.assertEqual((status, err), (0, ""))
            self.assertIn("ok\n", out)
            self.assertIn("it does not show: that the runs took place", out)
            self.assertIn("to repeat it: git checkout "
                          + history()[1][:12], out)

    def test_same_text_and_small(self):
        text = form.text_of(GOOD)
        self.assertEqual(text, form.text_of(json.loads(text)))
        self.assertLess(len(text), 400_000)

    def test_missing_file_has_status_2(self):
        status, _, err = call("check", str(self.folder / "none.json"))
        self.assertEqual(status, 2, err)

    def test_worst_status_counts(self):
        ok = self.write(form.text_of(GOOD))
        bad = self.write("{", "bad.json")
        self.assertEqual(call("check", str(ok), str(bad), "--quiet")[0], 1)


class Forged(WithFiles):
    def test_truncated(self):
        self.refused(form.text_of(GOOD)[:-9000], "truncated")

    def test_not_a_number(self):
        self.refused(form.text_of(GOOD).replace(':900.0', ':NaN'),
                     "NaN is not a number")

    def test_key_twice(self):
        text = form.text_of(GOOD)
        self.refused(text.replace('"complete":true', '"complete":true,\n'
                                  '"complete":true'), "'complete' is there")

    def test_absurd_size(self):
        self.refused(form.text_of(GOOD) + " " * form.LARGEST, "over 4 MiB")

    def test_edited(self):
        def change(r):
            r["machine"]["cpu"] = "a faster one"
        self.forged("edited", sign=lambda r: r)(change)

    def test_interrupted(self):
        self.forged("interrupted", complete=False)(lambda r: None)

    def test_one_repetition(self):
        self.forged("1 repetitions")(lambda r: r["options"].update(repeat=1))

    def test_fewer_procs(self):
        self.forged("procs [1]")(lambda r: r["options"].update(procs=[1]))

    def test_patient_bounds(self):
        self.forged("multiplied by 10")(
            lambda r: r["options"].update(timeout_scale=10))

    def test_changed_tree(self):
        self.forged("nobody can")(lambda r: r["suite"].update(clean=False))

    def test_a_filter(self):
        self.forged("CH-012 is missing and 2")(
            lambda r: r.update(cases=[c for c in r["cases"] if
                                      not c["id"].startswith("CH-012")]))

    def test_a_case_that_is_none(self):
        self.forged("ZZ-001 is no case of the suite")(
            lambda r: r["cases"].append({**r["cases"][-1], "id": "ZZ-001"}))

    def test_a_case_twice(self):
        self.forged("cases twice")(
            lambda r: r["cases"].insert(0, r["cases"][0]))

    def test_a_run_left_out(self):
        self.forged("in repetition 3 CH-012 has not run at procs 1 2 4")(
            lambda r: case(r, "CH-012")["runs"].pop())

    def test_a_repetition_too_many(self):
        self.forged("repetition 4 of 3")(
            lambda r: case(r, "CH-012")["runs"].append([1, 4, 20.0]))

    def test_a_verdict_mended(self):
        def change(r):
            case(r, "CH-011")["verdict"] = "pass"
            del case(r, "CH-011")["why"]
        self.forged("CH-011: the verdict does not follow")(change)

    def test_a_failure_without_a_reason(self):
        self.forged("CH-011: a reason")(
            lambda r: case(r, "CH-011").pop("why"))

    def test_totals(self):
        def sign(r):
            r["totals"]["cases"]["failed"] -= 1
            return {**r, "digest": form.digest(r)}
        self.forged("totals do not follow", sign=sign)(lambda r: None)

    def test_scores(self):
        def sign(r):
            r["profiles"]["core"]["passed"] += 1
            return {**r, "digest": form.digest(r)}
        self.forged("scores do not follow", sign=sign)(lambda r: None)

    def passed(self, result, name):
        made = case(result, name)
        made.update(verdict="pass", runs=[
            [p, n, 7.1 + n + p] for n in (1, 2, 3) for p in (1, 2, 4)])
        made.pop("why", None)

    def test_a_pass_without_the_function(self):
        self.forged("cannot have run: needs chan->select", LESS)(
            lambda r: self.passed(r, "SE-001"))

    def test_a_pass_without_the_trait(self):
        self.forged("cannot have run: needs the trait 'restart'", LESS)(
            lambda r: self.passed(r, "BT-005"))

    def test_a_pass_of_another_go(self):
        self.forged("cannot have run: until Go 1.22")(
            lambda r: self.passed(r, "TM-019"))

    def test_a_pass_of_c_on_a_host(self):
        self.forged("cannot have run: for runtimes of C alone",
                    good("host", host=True))(
            lambda r: self.passed(r, "EMB-001"))

    def skipped(self, why, runs=()):
        """CH-011 in a result, skipped."""
        return lambda r: case(r, "CH-011").update(
            verdict="skip", why=why, runs=list(runs))

    def test_a_skip_in_place_of_a_failure(self):
        self.forged("CH-011 has not run at procs")(
            self.skipped("needs chan->len"))

    def test_a_skip_of_another_go(self):
        def change(r):
            case(r, "SE-001").update(why="since Go 1.27")
        self.forged("SE-001: the reason does not follow", LESS)(change)

    def test_a_run_skipped_for_a_reason_that_does_not_fit(self):
        runs = case(GOOD, "CH-012")["runs"]
        self.forged("CH-011: no run of it is skipped for 'it would fail'")(
            self.skipped("it would fail",
                         [[*run, "skip", "it would fail"] for run in runs]))

    def test_a_run_skipped_for_what_a_head_asks(self):
        runs = case(GOOD, "CH-012")["runs"]
        for why in ("needs foo->bar", "needs the trait 'restart'",
                    "since Go 9.9"):
            self.forged(f"CH-011: no run of it is skipped for '{why}'")(
                self.skipped(why, [[*run, "skip", why] for run in runs]))

    def test_a_case_skipped_for_what_no_run_says(self):
        runs = case(GOOD, "CH-012")["runs"]
        self.forged("CH-011: the reason does not follow")(
            self.skipped("since Go 9.9", [
                [*run, "skip", "no IPv6 here"] for run in runs]))

    def test_all_runs_but_the_first_skipped(self):
        def change(r):
            for run in case(r, "CH-012")["runs"][1:]:
                run += ["skip", "no IPv6 here"]
        self.forged("CH-012: the verdict does not follow")(change)

    def test_runs_at_other_procs(self):
        for procs in ([1, 1, 1], [0, 0, 0], [1]):
            def change(r, procs=procs):
                case(r, "CH-012")["runs"] = [
                    [p, n, 7.1 + p + n] for n in (1, 2, 3) for p in procs]
            self.forged("CH-012 has not run at procs 1 2 4")(change)

    def test_only_at_one_proc_by_what_the_runtime_says(self):
        self.assertEqual(case(LESS, "CH-011")["runs"][1][:2], [1, 2])
        self.forged("CH-011 has not run at procs 1", LESS)(
            lambda r: case(r, "CH-011")["runs"].append([2, 3, 7.5]))

    def test_cases_made_up(self):
        def change(r):
            r["cases"] += [{"id": f"CH-011/x{i}", "verdict": "pass",
                            "runs": []} for i in range(3)]
            r["cases"].sort(key=lambda c: c["id"])
        self.forged("CH-011/x0 is no case of the suite")(change)

    def test_twins_of_what_is_no_host(self):
        self.forged("it has twins and is no host", LESS)(
            lambda r: r["runtime"].update(
                twins=[c["id"] for c in r["cases"]]))

    def test_a_function_twice(self):
        self.forged("has: one is there twice")(
            lambda r: r["runtime"]["has"].append("chan->len"))

    def test_a_twin_of_no_case(self):
        self.forged("its twin ZZ-001 is of no case", good("h", host=True))(
            lambda r: r["runtime"].update(twins=["ZZ-001"]))

    def test_no_version_of_go(self):
        self.forged("it follows Go '1.\u00b2', which is no version")(
            lambda r: r["runtime"].update(go_version="1.\u00b2"))

    def test_a_commit_that_is_not_of_this_history(self):
        for sha in ("c" * 40, in_git(history()[0], "rev-parse",
                                     "HEAD^{tree}")):
            self.forged("not in this history")(
                lambda r, sha=sha: r["suite"].update(commit=sha))

    def test_no_time_at_all(self):
        def change(r):
            case(r, "CH-012")["runs"][0][2] = 0.0
        self.forged("no run takes 0.0 ms")(change)

    def test_times_that_do_not_fit(self):
        self.forged("does not fit into 20.0 s")(
            lambda r: r.update(seconds=20.0))

    def test_times_made_up(self):
        def change(r):
            for c in r["cases"]:
                for run in c["runs"]:
                    run[2] = 25.0
        self.forged("half of all runs take the same time")(change)

    def test_the_future(self):
        self.forged("of the future")(
            lambda r: r.update(started=int(time.time()) + 10**6))

    def test_before_its_commit(self):
        self.forged("older than the commit")(
            lambda r: r.update(started=10**8))

    def test_other_behaviours_or_cases(self):
        for key in ("behaviours", "cases"):
            self.forged(f"the commit that it names has other {key}")(
                lambda r, key=key: r["suite"].update({key: "b" * 40}))

    def test_a_version_that_never_was(self):
        def sign(r):
            return {**r, "digest": form.digest(r)}
        self.forged("not of suite 7.7.7", sign=sign)(
            lambda r: r["suite"].update(version="7.7.7"))

    def test_a_name_of_another(self):
        self.refused(form.text_of(GOOD), "of mine/1.2.json",
                     "results/goro/1.2.json")


class Litmus(WithFiles):
    LACKS = {"cond": "it has none", "sleep": "neither"}

    def forged(self, why, **of):
        """Takes what changes a good one, which is then refused."""
        def plant(change):
            made = good_litmus(**of)
            change(made)
            self.refused(form.text_of(form.signed(made)), why)
        return plant

    def test_is_accepted(self):
        for of in ({}, {"lacks": self.LACKS}, {"fails": "rendezvous"}):
            made = good_litmus(**of)
            path = self.write(form.text_of(made))
            status, out, err = call("check", str(path))
            self.assertEqual((status, err), (0, ""))
            self.assertIn(f"litmus {made['totals']['passed']} passed", out)

    def test_an_outcome_called_allowed(self):
        def change(r):
            made = case(r, "rendezvous")
            made.update(verdict="pass")
            made["outcomes"][-1][2] = True
            del made["why"]
            r["totals"] = verdicts.count(c["verdict"] for c in r["cases"])
        self.forged("'done: x=7' is not allowed", fails="rendezvous")(change)

    def test_a_skip_that_is_none(self):
        self.forged("rendezvous: skipped and should not be")(
            lambda r: (case(r, "rendezvous").update(
                verdict="skip", why="no select", rounds=0, outcomes=[]),
                r.update(totals=verdicts.count(
                    c["verdict"] for c in r["cases"]))))

    def test_a_failure_without_outcome_or_reason(self):
        self.forged("rendezvous: a reason for a pass, or none")(
            lambda r: case(r, "rendezvous").update(
                verdict="fail", rounds=0, outcomes=[]))

    def test_a_program_left_out(self):
        self.forged("partial: buffered-full-waits is missing")(
            lambda r: (r["cases"].pop(0), r.update(totals=verdicts.count(
                c["verdict"] for c in r["cases"]))))

    def test_a_skip_for_another_reason(self):
        self.forged("cond-signal-wakes-one: skipped for another reason",
                    lacks=self.LACKS)(
            lambda r: case(r, "cond-signal-wakes-one").update(why="no time"))

    def test_a_variant_or_a_model_of_nobody(self):
        for key, value in (("variants", ["nonsense"]), ("model", "M:M"),
                           ("lacks", {"nonsense": "none"})):
            self.forged("runtime: " if key != "lacks" else "no feature")(
                lambda r, of={key: value}: r["runtime"].update(of))

    def test_an_outcome_twice_or_left_out(self):
        self.forged("rendezvous: an outcome twice")(
            lambda r: case(r, "rendezvous")["outcomes"].append(
                [case(r, "rendezvous")["outcomes"][0][0], 0, True]))
        self.forged("select-chooses-any: an outcome twice, or left out")(
            lambda r: case(r, "select-chooses-any")["outcomes"].pop())

    def test_in_no_time(self):
        self.forged("programs do not run in 1e-05 s")(
            lambda r: r.update(seconds=1e-5))

    def test_a_commit_of_no_suite(self):
        self.forged("not in this history")(
            lambda r: r["suite"].update(commit="c" * 40))

    def test_rounds(self):
        def fewer(r):
            case(r, "rendezvous")["rounds"] = 42
            case(r, "rendezvous")["outcomes"][0][1] = 42
        self.forged("rendezvous ran 42 rounds, not 600")(fewer)
        self.forged("partial: 10 rounds")(
            lambda r: r["options"].update(rounds=10))
        self.forged("601 outcomes in 600 rounds")(
            lambda r: case(r, "rendezvous")["outcomes"][0].__setitem__(
                1, 601))


class Clone(WithFiles):
    """What can be told depends on what the clone has."""

    def setUp(self):
        super().setUp()
        self.clone = self.folder / "clone"
        in_git(self.folder, "clone", "-q", "--depth=1",
               f"file://{history()[0]}", str(self.clone))

    def here(self):
        self.enterContext(mock.patch.object(git, "ROOT", self.clone))

    def test_shallow_cannot_tell_of_a_commit_and_says_so(self):
        made = copy.deepcopy(GOOD)
        made["suite"]["commit"] = "c" * 40
        path = str(self.write(form.text_of(signed(made))))
        self.here()
        for words in ([path], [path, "--quiet"]):
            status, out, err = call("check", *words)
            self.assertEqual((status, err), (0, ""))
            self.assertIn("ok, if its commit is of this suite: this clone "
                          "lacks its history\n", out)

    def test_shallow_cannot_tell_of_a_suite_that_it_lacks(self):
        made = copy.deepcopy(GOOD)
        made["suite"].update(commit="c" * 40, cases="b" * 40)
        path = self.write(form.text_of(signed(made)))
        self.here()
        status, _, err = call("check", str(path))
        self.assertEqual(status, 2)
        self.assertIn("git fetch --unshallow", err)

    def test_a_commit_without_a_suite(self):
        in_git(self.clone, "rm", "-q", "-r", "--cached", "conformance")
        (self.clone / "a").touch()
        in_git(self.clone, "add", "a")
        (self.clone / "conformance/version").unlink()
        made = copy.deepcopy(GOOD)
        made["suite"]["commit"] = commit(self.clone, "a")
        self.here()
        self.refused(form.text_of(signed(made)), "has no suite")

    def test_a_commit_without_its_cases(self):
        in_git(self.clone, "rm", "-q", "--cached", "conformance/cases.tsv")
        made = copy.deepcopy(GOOD)
        made["suite"]["commit"] = commit(self.clone, "conformance/version")
        self.here()
        self.refused(form.text_of(signed(made)), "has no cases")


class Printed(WithFiles):
    """Nothing of a file reaches a terminal as it is."""

    def test_a_machine_that_writes_to_the_terminal(self):
        for cpu in ("\x1b[31mevil", "x\n/tmp/other.json: ok", "\u202e"):
            made = signed({**GOOD, "machine": {"cpu": cpu}})
            self.refused(form.text_of(made), "not printable")

    def test_worth_is_plain(self):
        text = worth(Path("a\x1b[31m\nb"), {**GOOD, "machine": {
            "cpu": "\x1b[31m\nevil", "kernel": "\u202e"}})
        self.assertEqual(text.count("\n"), 6)
        self.assertTrue(text.replace("\n", "").isprintable())

    def test_twins_are_told(self):
        made = good("host", host=True)
        made["runtime"]["twins"] = ["CH-011", "CH-012"]
        self.assertIn("that 2 of the cases passed, which are twins",
                      worth(Path("x"), made))

    def test_a_name_that_a_shell_would_run(self):
        made = good("$(reboot)")
        self.assertIn("RUNTIME='$(reboot)'", worth(Path("x"), made))


class Fuzzed(WithFiles):
    def places(self, value, path=()):
        yield path
        items = value.items() if isinstance(value, dict) else \
            enumerate(value[:3]) if isinstance(value, list) else ()
        for key, item in items:
            yield from self.places(item, (*path, key))

    @SOME
    @given(st.data())
    def test_anything_anywhere(self, data):
        made = {**GOOD, "cases": copy.deepcopy(GOOD["cases"][:4])}
        made = copy.deepcopy(made)
        path = data.draw(st.sampled_from(list(self.places(made))[1:]))
        at = made
        for key in path[:-1]:
            at = at[key]
        at[path[-1]] = data.draw(st.recursive(
            st.none() | st.booleans() | st.floats() | TEXTS |
            st.integers(), lambda x: st.lists(x, max_size=3) |
            st.dictionaries(TEXTS, x, max_size=3), max_leaves=5))
        path = self.write(json.dumps(made))
        with self.assertRaises(Failure):
            check(path)

    @SOME
    @given(st.binary(max_size=200), st.integers(0, 200_000))
    def test_any_bytes(self, data, at):
        text = form.text_of(GOOD).encode()
        path = self.folder / "r.json"
        path.write_bytes(text[:at] + data + text[at + 1:])
        with contextlib.suppress(Failure):
            self.assertEqual(check(path), GOOD)


class Kept(unittest.TestCase):
    def test_results_of_the_tree_are_accepted(self):
        self.enterContext(mock.patch.object(git, "ROOT", suite.ROOT))
        for path in sorted(suite.ROOT.glob("results/*/*.json")):
            with self.subTest(path=path):
                try:
                    check(path)
                except Failure as e:
                    if e.status == 2 and git.is_shallow():
                        self.skipTest("a shallow clone")
                    raise


class Certify(WithFiles):
    def told(self):
        """What the runner would say."""
        def run(r):
            return {"procs": r[0], "repetition": r[1], "seconds": r[2] / 1000,
                    "verdict": verdicts.run_verdict(r),
                    "reason": r[4] if len(r) > 4 else None}
        of = GOOD["runtime"]
        return {"complete": True, "seconds": 900.0, "runtimes": [
            {**of, "kit": "chan, sync", "path": __file__}], "options": {
                **GOOD["options"], "shuffle": None}, "results": [
                    {"id": c["id"], "verdict": c["verdict"],
                     "reason": c.get("why"),
                     "runs": [run(r) for r in reversed(c["runs"])]}
                    for c in reversed(GOOD["cases"])]}

    def test_made_of_what_the_runner_says(self):
        tree = {"version": "1.0.0", "commit": history()[1], "clean": True}
        made = certify.made(self.told(), tree, GOOD["started"], 0.1)
        self.assertEqual(made["cases"], GOOD["cases"])
        self.assertEqual(made["profiles"], GOOD["profiles"])
        self.assertEqual(made["runtime"]["kit"], ["chan", "sync"])
        check(self.write(form.text_of(made)))

    def test_refused_replaces_nothing(self):
        out = self.folder / "results"
        old = self.write("{}", "results/mine/1.2.json")
        told = {**self.told(), "seconds": 0.1}
        with mock.patch.object(certify, "run", return_value=told), \
                mock.patch.object(git, "changed", return_value=""), \
                mock.patch.object(git, "head", return_value=history()[1]):
            status, text, err = call(
                "certify", "--runtime", "mine", "--build",
                str(self.folder), "--out", str(out))
        self.assertEqual(status, 1, err)
        self.assertIn("would refuse it", text)
        self.assertEqual(old.read_text(), "{}")
        self.assertTrue(old.with_suffix(".refused").is_file())

    def test_a_path_is_no_interpreter(self):
        mine = self.write("", "elsewhere/mine.so")
        with mock.patch.object(certify, "run", side_effect=Failure("cases")), \
                mock.patch.object(certify.litmus, "run",
                                  side_effect=Failure("litmus")), \
                mock.patch.object(git, "changed", return_value=""):
            _, _, err = call("certify", "--runtime", str(mine.resolve()),
                             "--build", str(self.folder / "build"))
        self.assertIn("cases", err)

    def test_interrupted_leaves_nothing(self):
        runner = self.write("#!/bin/sh\nexit 130\n", "build/conformance")
        runner.chmod(0o755)
        out = self.folder / "results"
        status, _, err = call("certify", "--runtime", "mine", "--build",
                              str(runner.parent), "--out", str(out))
        self.assertEqual(status, 130, err)
        self.assertFalse(out.exists())


if __name__ == "__main__":
    unittest.main()

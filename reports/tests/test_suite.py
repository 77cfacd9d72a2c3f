"""What the checker of results knows of the suite: rules, verdicts, lists."""
import re
import unittest

from assay_report.shape import Wrong
from assay_results import plan, skips, suite, verdicts

from .certified import EVERYTHING, good, history, use_history

setUpModule = use_history
LESS = good("less", has=[n for n in EVERYTHING if n != "chan->select"],
            traits=0, model="N:1")


class Plan(unittest.TestCase):
    """The runner's rules, as the checker knows them."""

    def test_releases(self):
        self.assertEqual(plan.release("1.26.8"), (1, 26))
        for text in ("nope", "", "0", "1", "1.\u00b2", "1.\u0663", "1.",
                     "1.26rc1", "0.9", "1.1000", "1.26\n"):
            with self.assertRaises(Wrong, msg=text):
                plan.release(text)

    def test_who_says_no_version_follows_the_newest(self):
        rows = suite.behaviours_now()[1].values()
        newest = max(plan.release(r.since) for r in rows if r.since)
        self.assertEqual(plan.release_of({"go_version": None}, rows), newest)

    def test_traits_are_those_of_the_contract(self):
        text = (suite.ROOT / "conformance/runner/runtime.c").read_text()
        names = dict(re.findall(r'\{(ASSAY_TRAIT_\w+), "(.*?)"\}', text))
        bits = re.findall(r"^\t(ASSAY_TRAIT_\w+) = (\d+)", (
            suite.ROOT / "abi/assay.h").read_text(), re.M)
        self.assertEqual([(names[n], int(b)) for n, b in bits], [
            (t, 1 << i) for i, t in enumerate(plan.TRAITS)])

    def test_why_a_run_is_skipped(self):
        rt, sha = LESS["runtime"], history()[1]
        for why in ("chan->len: not supported", "needs time->sleep",
                    "needs the trait 'buffered channels'",
                    "needs virtual time", "no IPv6 here",
                    "needs 300 goroutines",
                    "no C++ compiler has made the bodies: x.so: none"):
            self.assertTrue(skips.fits(why, rt, False, sha), why)
        for why in ("it would fail", "since Go 9.9", "needs chan->len",
                    "needs chan->select", "chan->select: not supported",
                    "needs the trait 'parallel'", "needs the trait 'x'",
                    "moon->rise: not supported", "no IPv6 here, nor there",
                    "GOMAXPROCS is set\\n", "%s", ""):
            self.assertFalse(skips.fits(why, rt, False, sha), why)
        self.assertTrue(skips.fits("a host's own words", rt, True, sha))
        self.assertFalse(skips.fits("since Go 9.9", rt, True, sha))

    def test_reasons_are_whole(self):
        bodies = "".join(p.read_text() for p in sorted(
            suite.ROOT.glob(f"{skips.BODIES}/*/*.[ch]")))
        known = skips.reasons(history()[1]).pattern.split("|")
        self.assertEqual(len(known), len(re.findall(r"\tskip\(\"", bodies)))


class Verdicts(unittest.TestCase):
    def test_row(self):
        def row(*cases):
            return verdicts.row_verdict([{"verdict": v, "why": w}
                                         for v, w in cases])
        passed, lacks = ("pass", ""), ("skip", "needs net->dial")
        old = ("skip", "until Go 1.22")
        self.assertEqual(row(passed, old), "pass")
        self.assertEqual(row(passed, lacks), "skip")
        self.assertEqual(row(old), "skip")
        self.assertEqual(row(passed, lacks, ("timeout", "")), "fail")

    def test_case(self):
        runs = [[1, 1, 5.0], [2, 1, 5.0, "crash", "x"]]
        self.assertEqual(verdicts.case_verdict(runs), "crash")
        self.assertEqual(verdicts.case_verdict(runs[:1]), "pass")
        self.assertEqual(verdicts.case_verdict([]), "skip")

    def test_a_case_of_which_a_run_was_skipped_is_no_pass(self):
        runs = [[1, 1, 5.0], [2, 1, 5.0, "skip", "one CPU"]]
        self.assertEqual(verdicts.case_verdict(runs), "skip")
        self.assertEqual(verdicts.case_verdict(
            [*runs, [4, 1, 5.0, "fail", "x"]]), "fail")


class MustPass(unittest.TestCase):
    """The frozen lists; conformance/mustpass/README.md says what to do."""

    def test_nothing_was_dropped(self):
        rows = suite.behaviours_now()[1]
        for name in suite.versions():
            for profile, ids in suite.frozen(name).profiles.items():
                with self.subTest(version=name, profile=profile):
                    self.assertTrue(ids)
                    self.assertEqual(sorted(set(ids)), sorted(ids))
                    self.assertEqual(set(ids) - set(rows), set(),
                                     "gone from the suite: a new version?")
                    self.assertEqual(set(ids) & set(suite.uncovered()), set())
                    cases = {suite.row_of(c)
                             for c in suite.frozen(name).cases}
                    self.assertEqual(set(ids) - cases, set())

    def test_the_version_has_lists(self):
        self.assertIn(suite.short(suite.version()), suite.versions())

    def test_profiles_are_parts_of_go_compatible(self):
        for name in suite.versions():
            lists = suite.frozen(name).profiles
            for profile, ids in lists.items():
                self.assertLessEqual(set(ids), set(lists["go-compatible"]),
                                     profile)

    def test_cases_are_there(self):
        newest = suite.frozen(suite.versions()[-1])
        self.assertEqual(newest.cases - set(suite.cases_now()[1]), set(),
                         "gone from the suite: a new version?")

"""The page and its Markdown, made from true and from made-up results."""
import contextlib
import io
import json
import re
import tempfile
import unittest
from argparse import Namespace
from html.parser import HTMLParser
from pathlib import Path

from assay_report.analysis import (MET, MET_MAYBE, MISSED, UNKNOWN, Analysis)
from assay_report.details import merge_details, reduce_details
from assay_report.errors import Failure
from assay_report.figures import merged, percentile_curve
from assay_report.report import make_page, report
from assay_report.results import load_results
from assay_report.style import colours, markers, number, quantity
from assay_report.stats import median_interval
from assay_report.targets import Target, load_targets
from assay_report.workloads import ROOT, load_workloads

from .synthetic import synthetic

RECORDED = Path(__file__).with_name("data") / "quick.json"
VOID = {"meta", "link", "br", "img", "hr", "use", "path"}


def analyse(results, targets=()):
    return Analysis(results, load_workloads(), targets or load_targets())


class Outline(HTMLParser):
    """What is on a page, and whether its tags match."""

    def __init__(self, text):
        super().__init__()
        self.open, self.wrong = [], []
        self.figures, self.tables, self.links = [], [], []
        self.ids, self.scripts = [], 0
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag not in VOID:
            self.open.append(tag)
        if tag == "figure":
            self.figures.append(attrs.get("class"))
        if tag == "table":
            self.tables.append((attrs.get("class") or "").split(" ")[0])
        self.scripts += tag == "script"
        for key in ("src", "href", "xlink:href"):
            if key in attrs:
                self.links.append(attrs[key])
        if "id" in attrs:
            self.ids.append(attrs["id"])

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.wrong.append((tag, self.getpos()))


class FullPage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.page = make_page(synthetic(disturbed=3))
        cls.html = cls.page.html()
        cls.markdown = cls.page.markdown()
        cls.outline = Outline(cls.html)

    def test_well_formed_and_self_contained(self):
        self.assertEqual(self.outline.wrong, [])
        self.assertEqual(self.outline.open, [])
        self.assertEqual(self.outline.scripts, 0)
        outside = [x for x in self.outline.links
                   if not x.startswith(("#", "data:"))]
        self.assertEqual(outside, [])
        self.assertNotIn("@import", self.html)
        self.assertEqual(len(self.outline.ids), len(set(self.outline.ids)))
        for link in self.outline.links:
            if link.startswith("#"):
                self.assertIn(link[1:], self.outline.ids)

    def test_every_kind_of_picture(self):
        kinds = self.outline.figures
        self.assertEqual(kinds.count("bars"), 2 + 11 * 2)
        self.assertEqual(kinds.count("curve"), 4)
        self.assertEqual(kinds.count("percentiles"), 8)
        self.assertEqual(kinds.count("balance"), 2)
        self.assertEqual(kinds.count("scaling"), 1)
        self.assertEqual(kinds.count("yardsticks"), 1)
        self.assertEqual(self.html.count("<svg"), len(kinds))

    def test_every_kind_of_table(self):
        tables = self.outline.tables
        self.assertEqual(tables.count("ratios"), 11)
        self.assertEqual(tables.count("medians"), 11)
        self.assertEqual(tables.count("matrix"), 1)

    def test_pictures_take_the_colours_of_the_page(self):
        for sentinel in ("#010203", "#040506", "#070809"):
            self.assertNotIn(sentinel, self.html)
        self.assertIn("prefers-color-scheme: dark", self.html)
        for runtime, colour in colours(["goro", "go", "pthread"]).items():
            self.assertGreater(self.html.lower().count(colour.lower()), 10,
                               runtime)

    def test_what_is_lacking_says_why(self):
        self.assertIn("boost_fiber: no net-&gt;dial", self.html)
        self.assertIn("not done after 60 s", self.html)
        self.assertIn("tokio is left out: no tokio here: Debian package cargo",
                      self.html)

    def test_conformance_is_beside_it(self):
        self.assertIn("20 / 1 / 1", self.html)
        self.assertIn("select is fair", self.html)
        self.assertEqual(self.html.count(" \u2260</td>"), 1)
        self.assertLess(self.html.index('<h2 id="conformance"'),
                        self.html.index('<h2 id="overview"'))

    def test_markdown(self):
        text = self.markdown
        for name in load_workloads():
            if not name.startswith("base/"):
                self.assertIn(f"| {name} |", text)
        for table in re.findall(r"(?:^\|.*\n)+", text, re.M):
            widths = {line.count("|") for line in table.splitlines()}
            self.assertEqual(len(widths), 1, table[:200])
        self.assertIn("10 rounds", text)
        self.assertIn("3 disturbed, 6 repeated", text)

    def test_same_results_same_page(self):
        for pattern in ("chan/", "latency/"):
            first, again = (make_page(synthetic(disturbed=3, pattern=pattern))
                            for _ in range(2))
            self.assertEqual(first.html(), again.html(), pattern)


class RecordedPage(unittest.TestCase):
    """A true quick run, cut down."""

    @classmethod
    def setUpClass(cls):
        cls.results = load_results(RECORDED)
        cls.html = make_page(cls.results).html()

    def test_pictures_and_tables(self):
        outline = Outline(self.html)
        self.assertEqual((outline.wrong, outline.open), ([], []))
        self.assertLessEqual(
            {"bars", "curve", "percentiles", "balance", "scaling",
             "yardsticks"}, set(outline.figures))
        self.assertLessEqual({"bests", "ratios", "medians", "targets"},
                             set(outline.tables))
        # The channel states alone are no sums of areas.
        self.assertNotIn("matrix", outline.tables)

    def test_marked_as_quick(self):
        page = make_page(self.results)
        self.assertIn("(quick)", self.html.split("</title>")[0])
        self.assertIn("Quick mode", self.html)
        self.assertIn("Quick mode", page.markdown())
        self.assertIn("Do not rely on these figures.", self.html)


class Words(unittest.TestCase):
    def test_few_samples_say_so(self):
        self.assertEqual(quantity(median_interval([5e3]), "ns"),
                         ("5.00\u00a0\u00b5s", ""))
        self.assertIn("n\u00a03", quantity(median_interval([1, 2, 3]),
                                           "ns")[1])
        self.assertNotIn("n", quantity(median_interval(range(1, 11)), "x")[1])

    def test_numbers(self):
        self.assertEqual([number(x) for x in (0, 0.01234, 1.5, 1234567)],
                         ["0", "0.0123", "1.50", "1\u2009234\u2009567"])

    def test_a_runtime_keeps_its_colour(self):
        alone, many = colours(["goro"]), colours(["x", "go", "goro", "y"])
        self.assertEqual(alone["goro"], many["goro"])
        self.assertEqual(len(set(many.values())), 4)

    def test_sixteen_look_different(self):
        names = ["goro", "go", "pthread", "boost_fiber", "tokio",
                 *(f"runtime{n}" for n in range(11))]
        hue, shape = colours(names), markers(names)
        self.assertEqual(len({(hue[r], shape[r]) for r in names}), 16)


class Verdicts(unittest.TestCase):
    def reach(self, limit, against="go", rounds=10, **more):
        target = Target("core/yield", 1, "-", against, limit, str(limit))
        results = synthetic(rounds=rounds, pattern="core/yield", **more)
        return analyse(results, [target]).reached()[0]

    def test_met_and_missed(self):
        self.assertEqual(self.reach(1 / 3).verdict, MET)
        self.assertEqual(self.reach(1 / 5).verdict, MISSED)
        self.assertAlmostEqual(self.reach(1).measured.value, 0.25, delta=0.02)

    def test_few_rounds_decide_nothing(self):
        self.assertEqual(self.reach(1 / 3, rounds=3).verdict, MET_MAYBE)

    def test_not_measured_says_why(self):
        gone = self.reach(1, runtimes=("goro", "pthread"))
        self.assertEqual(gone.verdict, UNKNOWN)
        self.assertIn("go was not asked for", gone.reason)
        gone = self.reach(1, procs=(2,))
        self.assertIn("not measured at procs 1", gone.reason)

    def test_absolute_and_yardsticks(self):
        self.assertTrue(self.reach(200, against="").met)
        results = synthetic(pattern="e")
        table = [t for t in load_targets() if t.against_base or not t.against]
        for r in analyse(results, table).reached():
            self.assertIsNotNone(r.measured, r.target)

    def test_targets_are_of_workloads_that_exist(self):
        names = load_workloads()
        for t in load_targets():
            self.assertIn(t.workload, names)
            self.assertTrue(not t.against_base or t.against in names)


class Trust(unittest.TestCase):
    def test_calm_and_full_is_trusted(self):
        self.assertTrue(analyse(synthetic(pattern="core/yield")).trusted)

    def test_disturbed_quick_short_or_interrupted_is_not(self):
        self.assertFalse(analyse(synthetic(pattern="core/yield",
                                           disturbed=20)).trusted)
        self.assertFalse(analyse(synthetic(pattern="core/yield",
                                           quick=True)).trusted)
        self.assertFalse(analyse(synthetic(5, pattern="core/yield")).trusted)
        results = synthetic(pattern="core/yield")
        del results.header["finished"]
        self.assertFalse(analyse(results).trusted)


class Details(unittest.TestCase):
    def test_timeline(self):
        made = reduce_details({"sched_balance_x.tsv":
                               "1\t0\t100\n0\t0\t50\n1\t100\t200\n"})
        self.assertEqual(made["timeline"]["end_us"], 200)
        self.assertEqual([sum(b) for b in made["timeline"]["busy"]],
                         [100, 25])

    def test_malformed_is_left_out(self):
        self.assertEqual(reduce_details({"sched_balance.tsv": "",
                                         "x.hist.tsv": "a\tb\n"}), {})
        self.assertEqual(merge_details({"hist": [[1, 2]]},
                                       {"hist": [[1, 1], [3, 1]]}),
                         {"hist": [[1, 3], [3, 1]]})

    def test_percentiles(self):
        xs, ys = percentile_curve([[10, 90], [20, 9], [30, 1]])
        self.assertEqual([round(x, 6) for x in xs], [0, 1, 2])
        self.assertEqual(list(ys), [10, 20, 30])

    def test_spans_that_touch_are_one(self):
        self.assertEqual(merged([(0, 1), (1, 1), (3, 1)]), [(0, 2), (3, 1)])


class Program(unittest.TestCase):
    def run_report(self, results, **more):
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder)
            if isinstance(results, str):
                (out / "results.json").write_text(results)
            elif results is not None:
                results.save(out / "results.json")
            history = None
            if "history" in more:
                history = out / "history.jsonl"
                history.write_text(more["history"])
            said = io.StringIO()
            with contextlib.redirect_stdout(said):
                report(Namespace(out=out, history=history, markdown=False,
                                 subject=more.get("subject", "")))
            self.assertIn(f"{out}/report.html", said.getvalue())
            return (out / "report.html").read_text()

    def test_bad_input(self):
        none = synthetic(pattern="core/yield")
        for sample in none.samples:
            sample["status"] = "error"
        odd = synthetic(rounds=1, pattern="core/yield")
        odd.samples[0]["workload"] = "core/nothing"
        for results in (None, "{", "{}", none, odd):
            with self.assertRaises(Failure):
                self.run_report(results)
        with self.assertRaises(Failure):
            self.run_report(synthetic(pattern="core/yield"), subject="nobody")

    def test_one_runtime_without_go(self):
        html = self.run_report(synthetic(rounds=2, pattern="core/",
                                         runtimes=("pthread",)))
        self.assertEqual(Outline(html).wrong, [])
        self.assertNotIn("to Go</th>", html)

    @unittest.skipUnless((ROOT / "ci/assay_gate").is_dir(), "no ci/ here")
    def test_history(self):
        lines = [{"date": f"2025-01-{d:02}", "commit": "c" * 40,
                  "machine": "0123456789ab", "runtime": runtime,
                  "workload": "core/yield", "procs": 1, "value": value,
                  "ci_low": value * 0.98, "ci_high": value * 1.02}
                 for d in range(1, 29) for runtime, value in
                 (("goro", 50 + d % 2 if d < 15 else 70 + d % 2), ("go", 200))]
        text = "".join(json.dumps(x) + "\n" for x in lines)
        html = self.run_report(synthetic(rounds=2, pattern="core/yield"),
                               history=text)
        self.assertEqual(Outline(html).figures.count("history"), 1)
        self.assertTrue(re.search(r"\+(39|40) %", html))
        with self.assertRaises(Failure):
            self.run_report(synthetic(rounds=1, pattern="core/yield"),
                            history="{}\n")


if __name__ == "__main__":
    unittest.main()

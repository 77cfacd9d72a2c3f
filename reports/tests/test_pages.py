"""Pages of many shapes: what is on them is so, and what is not so is not."""
import re
import unittest

from assay_report.report import make_page

from .synthetic import synthetic

FEW = "core/switch_set"


class Shape:
    """A page and its Markdown, made from made-up figures."""

    def __init__(self, change=lambda results: None, **more):
        results = synthetic(**{"rounds": 6, "pattern": FEW, **more})
        change(results)
        page = make_page(results)
        self.html, self.markdown = page.html(), page.markdown()
        self.titles = re.findall(r"<h2[^>]*>(.*?)</h2>", self.html)
        self.charts = re.findall(r"<figcaption><b>(.*?)</b>", self.html)


def no_conformance(results):
    results.conformance = {}


class NecoAlone(unittest.TestCase):
    """One runtime, with one P, that is not goro."""

    @classmethod
    def setUpClass(cls):
        cls.page = Shape(runtimes=("neco",), one_p=("neco",),
                         change=no_conformance)

    def test_no_targets(self):
        self.assertNotIn("arget", self.page.html.split("</style>")[1])
        self.assertNotIn("arget", self.page.markdown)
        self.assertNotIn("goro", self.page.markdown)

    def test_no_section_is_empty(self):
        self.assertEqual(self.page.titles, ["Goroutines",
                                            "Machine and build"])
        self.assertIn("Not judged in this run", self.page.html)

    def test_no_other_procs(self):
        self.assertNotIn("GOMAXPROCS=2", self.page.html)
        self.assertEqual(self.page.charts, [
            "Working set: a yield among n goroutines, GOMAXPROCS=1"])

    def test_nobody_is_best(self):
        self.assertIn("nobody to compare neco with", self.page.html)
        self.assertNotIn(">best<", self.page.html)
        self.assertNotIn("<h3>Ratios", self.page.html)
        self.assertIn("| core/switch_set/n:2 | 1 |", self.page.markdown)


class NecoBesideOthers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.page = Shape(runtimes=("neco", "go", "pthread", "goro"),
                         one_p=("neco",), pattern="core/s")

    def test_the_first_is_the_subject(self):
        self.assertIn("<h1>neco next to go, pthread, goro</h1>",
                      self.page.html)

    def test_targets_are_those_of_goro(self):
        self.assertIn("Targets of goro", self.page.titles)
        self.assertNotIn("argets of neco", self.page.html)
        self.assertIn("targets of goro met", self.page.markdown)
        self.assertGreater(self.page.html.index("Targets of goro</h2>"),
                           self.page.html.index("Goroutines</h2>"))

    def test_conformance_is_first_and_whole(self):
        self.assertEqual(self.page.titles[0], "Conformance")
        self.assertRegex(self.page.html, "(?s)Right[?].*fails 1</span> of 41")
        self.assertIn("conformance of pthread: 40 passed, **1 failed**",
                      self.page.markdown)

    def test_neco_is_not_at_two_procs(self):
        start = self.page.html.index("<caption class=\"left\">GOMAXPROCS=2")
        table = self.page.html[start:self.page.html.index("</table>", start)]
        self.assertIn("neco: one P", re.sub("<.*?>.</i>|<.*?>", "", table))
        self.assertNotIn("neco to the best", table)
        for chart in re.findall("(?s)<figure.*?</figure>", self.page.html):
            if "GOMAXPROCS=2" in chart:
                self.assertNotIn("neco", chart)
        self.assertIn("neco: it has one P, and was measured at procs 1",
                      self.page.html)

    def test_best_by_how_much_and_how_sure(self):
        self.assertIn("10 of 10 figures; all these leads are sure",
                      re.sub("<.*?>", "", self.page.html).replace(
                          "\u00a0", " ").replace("&nbsp;", " "))
        self.assertRegex(self.page.markdown, "goro is typically "
                         "(2.9|3.0).\u00a0× ahead of the next")


class Few(unittest.TestCase):
    def test_old_samples_at_more_procs_do_not_count(self):
        def one_p(results):
            results.header["programs"]["neco"]["several_ps"] = "0"
        page = Shape(runtimes=("neco", "go"), change=one_p)
        self.assertNotIn("GOMAXPROCS=2", page.markdown)
        self.assertNotIn("GOMAXPROCS=2", page.html)

    def test_the_kit_is_named(self):
        def kit(results):
            results.header["programs"]["neco"]["kit"] = "chan sync"
        page = Shape(pattern="core/yield", runtimes=("neco", "go"),
                     rounds=1, change=kit)
        self.assertIn("chan, sync of the kit", page.html)
        self.assertIn("chan, sync of the kit", page.markdown)

    def test_one_sample_has_no_interval(self):
        page = Shape(rounds=1, quick=True, runtimes=("neco", "go"))
        self.assertIn("nothing tells chance from speed", page.html)
        self.assertNotIn("interval", page.html.split("</style>")[1])
        for line in page.markdown.splitlines():
            if line.startswith("| core"):
                self.assertNotRegex(line, r"\d–\d|\(")
        self.assertIn("Do not rely on these figures", page.html)

    def test_few_rounds_have_a_range(self):
        page = Shape(rounds=3, quick=True, runtimes=("neco", "go"))
        self.assertIn("too few for an interval", page.html)
        self.assertIn("range of the rounds", page.html)
        self.assertNotIn("95\u00a0%", page.html)

    def test_targets_that_were_not_measured_are_no_section(self):
        page = Shape(runtimes=("goro", "go"), procs=(1,), rounds=1)
        self.assertNotIn("arget", page.html.split("</style>")[1])
        self.assertNotIn("arget", page.markdown)

    def test_a_point_is_no_chart(self):
        page = Shape(pattern="core/yield", runtimes=("neco", "go"),
                     one_p=("neco",))
        self.assertEqual(page.charts, [])
        page = Shape(pattern="core/switch_set/n:2", procs=(1,),
                     runtimes=("neco", "go"))
        self.assertEqual(page.charts, [])

    def test_quick_has_channel_states_and_no_sums(self):
        page = Shape(quick=True, pattern="core/yield")
        self.assertIn("asks for the channel states alone", page.html)
        self.assertNotIn('class="matrix', page.html)
        self.assertIn("What channels do in each state", page.html)

    def test_a_family_of_failures_is_said_and_is_no_section(self):
        def fail(results):
            for s in results.samples:
                if s["workload"].startswith("net/"):
                    s.update(status="skipped", reason="no net->dial")
        page = Shape(pattern="n", runtimes=("neco", "go"), procs=(1,),
                     rounds=1, change=fail)
        self.assertNotIn("Network", page.titles)
        self.assertIn("Network: nothing was measured. neco: no net-&gt;dial",
                      page.html)

    def test_tables_that_are_alike_are_shown_once(self):
        page = Shape(pattern="core/yield", rounds=1,
                     runtimes=("neco", "go", "may"))
        self.assertEqual(page.html.count("closed-drained"), 1)
        self.assertNotIn("\u2260", page.html)

    def test_odd_names(self):
        name = "x" * 60 + '"<&>'
        page = Shape(pattern="core/yield", runtimes=(name, "go"))
        self.assertNotIn('"<&>', page.html)
        self.assertIn("x&quot;&lt;", page.html.replace("&#34;", "&quot;"))


if __name__ == "__main__":
    unittest.main()

"""The site: whole, the same twice, and good in a real browser."""
import contextlib
import html
import io
import json
import os
import re
import shutil
import tempfile
import unittest
from html.parser import HTMLParser
from pathlib import Path
from unittest import mock
from xml.etree import ElementTree

from assay_report.errors import Failure
from assay_results import form, suite
from assay_site import __main__ as tool
from assay_site import defects, field, place, words
from assay_site.badge import badge

from .browser import BROWSER, dom_of
from .certified import EVERYTHING, good, good_litmus, use_history
from .synthetic import synthetic

BUILD = suite.ROOT / "build/release"
FIELD = (good("goro"), good("threads", traits=1, model="1:1", fails=[
    "CH-011", "TM-026", "CH-012/buffered"]),
    good("<tiny>", has=[n for n in EVERYTHING if n.startswith(
        ("core", "chan", "time"))], traits=0, model="N:1"),
    good_litmus("tasks", lacks={"cond": "it has none"}, fails="rendezvous"))
SHOWN = ("index", "rows", "row/CH-012", "row/DL-003", "runtime/threads",
         "runtime/tiny", "litmus/tasks")

setUpModule = use_history

PROBE = """<script>
addEventListener("load", () => {
  const box = x => x.getBoundingClientRect();
  const all = [...document.querySelectorAll("body *")];
  document.querySelectorAll("details").forEach(d => d.open = true);
  const shade = c => { const [r, g, b] = c.match(/[0-9.]+/g).slice(0, 3)
    .map(v => v / 255).map(v => v <= .03928 ? v / 12.92 :
      ((v + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b; };
  const paper = x => { for (; x; x = x.parentElement) {
    const c = getComputedStyle(x).backgroundColor;
    if (!/, 0\\)$/.test(c)) return c; } return "rgb(255, 255, 255)"; };
  const contrast = x => { const both = [getComputedStyle(x).color,
    paper(x)].map(shade);
    return (Math.max(...both) + .05) / (Math.min(...both) + .05); };
  const text = all.filter(x => [...x.childNodes].some(n =>
    n.nodeType === 3 && n.data.trim()) && box(x).width > 1);
  const made = {
    page: location.pathname, width: innerWidth,
    scroll: document.documentElement.scrollWidth,
    wide: all.filter(x => box(x).right > innerWidth + 1 &&
      !x.closest(".wide, .jump")).map(x => x.outerHTML.slice(0, 80)),
    pale: text.filter(x => contrast(x) < 4.5)
      .map(x => x.outerHTML.slice(0, 80)).slice(0, 3),
    small: text.filter(x => parseFloat(getComputedStyle(x).fontSize) < 10.5)
      .map(x => x.outerHTML.slice(0, 80)).slice(0, 3),
    reach: [...document.querySelectorAll(".wide")].filter(x =>
      x.scrollWidth > x.clientWidth && x.tabIndex < 0).length,
    broken: [...document.images].filter(x => !x.naturalWidth).length,
    paper: getComputedStyle(document.body).backgroundColor};
  parent.postMessage(JSON.stringify(made), "*");
});
</script>"""

# Windows are never as narrow as a phone, frames are.  Each page of a frame
# says what it has measured.
FRAME = """<!DOCTYPE html><meta name="color-scheme" content="light dark">
<style>iframe {{ border: 0; width: {width}px; height: 900px }}</style>
<script>addEventListener("message", e => {{
  const out = document.createElement("pre");
  out.className = "probe";
  out.textContent = e.data;
  document.body.append(out);
}});</script>
"""


class Page(HTMLParser):
    """Ids, links, and what a page loads; VOID elements have no end."""

    VOID = {"meta", "link", "img", "br"}

    def __init__(self, text):
        super().__init__()
        self.ids, self.links, self.loads, self.open = set(), [], [], []
        self.headings, self.unnamed = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        if tag not in self.VOID:
            self.open.append(tag)
        if "id" in a:
            assert a["id"] not in self.ids, a["id"]
            self.ids.add(a["id"])
        if tag == "a":
            self.links.append(a["href"])
        if tag in ("img", "script", "link", "iframe", "source"):
            self.loads.append(a.get("src") or a.get("href"))
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "img" and not a.get("alt"):
            self.unnamed.append(a)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag


def build(folder, results):
    """The files of a site, by their names."""
    for result in results:
        path = folder.joinpath("results", *form.place(result))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(form.text_of(result))
    synthetic(rounds=2, procs=(1,), pattern="chan/").save(
        folder / "results/bench.json")
    argv = ["site", "--results", str(folder / "results"), "--build",
            str(BUILD), "--out", str(folder / "site")]
    with mock.patch("sys.argv", argv), \
            contextlib.redirect_stdout(io.StringIO()):
        tool.run()
    return {str(p.relative_to(folder / "site")): p.read_text()
            for p in sorted((folder / "site").rglob("*")) if p.is_file()}


@unittest.skipUnless((BUILD / "conformance").is_file(),
                     "the runner is not built")
class Site(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.here = Path(cls.folder.name)
        cls.files = build(cls.here, FIELD)
        cls.pages = {n: Page(t) for n, t in cls.files.items()
                     if n.endswith(".html")}

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_a_page_for_each(self):
        rows = {c.row for c in suite.cases_now()[1].values()}
        self.assertEqual({f"row/{r}.html" for r in rows},
                         {n for n in self.pages if n.startswith("row/")})
        for name in ("goro", "threads", "tiny"):
            self.assertIn(f"runtime/{name}.html", self.pages)
            for profile in suite.PROFILES:
                self.assertIn(f"badge/{name}/{profile}.svg", self.files)

    def test_same_twice(self):
        self.assertEqual(build(self.here, FIELD), self.files)

    def test_links_lead_somewhere(self):
        for name, page in self.pages.items():
            for link in page.links + page.loads:
                if link.startswith(("https://", "data:,")):
                    continue
                path, _, anchor = link.partition("#")
                target = str((Path("/") / Path(name).parent / path)
                             .resolve().relative_to("/")) if path else name
                self.assertIn(target, self.files, f"{name}: {link}")
                if anchor:
                    self.assertIn(anchor, self.pages[target].ids,
                                  f"{name}: {link}")

    def test_nothing_from_outside(self):
        for name, page in self.pages.items():
            for load in page.loads:
                self.assertNotRegex(load, "^(https?:)?//", name)
        self.assertNotRegex(self.files["style.css"], r"@import|url\(")

    def test_form(self):
        for name, page in self.pages.items():
            self.assertEqual(page.open, [], name)
            self.assertEqual(page.unnamed, [], name)
            self.assertEqual(page.headings[0], 1, name)
            for a, b in zip(page.headings, page.headings[1:]):
                self.assertLessEqual(b, a + 1, name)

    def test_worst_first(self):
        index = self.files["index.html"]
        places = [index.index(f">{html.escape(n)}</a>")
                  for n in ("<tiny>", "threads", "goro")]
        self.assertEqual(places, sorted(places))

    def test_words_of_others_are_only_words(self):
        self.assertNotIn("<tiny>", "".join(self.files.values()))

    def test_row_has_code_and_reasons(self):
        page = self.files["row/CH-012.html"]
        self.assertIn("CASE_TABLE(CH_012, send_on_closed", page)
        self.assertIn("x.c:1: 1 == 2", page)

    def test_speed_is_beside_the_others(self):
        page = self.files["runtime/goro.html"]
        self.assertIn("Speed beside the others", page)
        self.assertIn("fastest</span>", page)
        self.assertNotIn("Speed beside", self.files["runtime/threads.html"])

    def test_refused_results_end_it(self):
        bad = {**FIELD[0], "complete": False}
        with tempfile.TemporaryDirectory() as other, \
                self.assertRaises(Failure):
            build(Path(other), [bad])

    @unittest.skipUnless(BROWSER, "not installed: chromium")
    def test_phone_and_desk_light_and_dark(self):
        there = self.here / "probed"
        shutil.copytree(self.here / "site", there)
        paths = [there / f"{name}.html" for name in SHOWN]
        for path in paths:
            path.write_text(path.read_text().replace("</head>",
                                                     PROBE + "</head>", 1))
        papers = {self.probe(paths, width, dark)
                  for width, dark in ((390, True), (1280, False))}
        self.assertEqual(len(papers), 2, papers)

    def probe(self, paths, width, dark):
        """Looks at each page; the colour of its paper."""
        frame = self.here / "frame.html"
        frame.write_text(FRAME.format(width=width) + "".join(
            f'<iframe src="{path}"></iframe>' for path in paths))
        dom, err = dom_of(frame, 1300, dark, self.here / "profile")
        seen = [json.loads(html.unescape(text)) for text in re.findall(
            r'<pre class="probe">(.*?)</pre>', dom, re.S)]
        self.assertEqual({found["page"] for found in seen},
                         set(map(str, paths)), err[-500:])
        for found in seen:
            with self.subTest(page=found["page"], width=width):
                self.assertEqual(found["width"], width)
                self.assertLessEqual(found["scroll"], width, found)
                for what in ("wide", "pale", "small"):
                    self.assertEqual(found[what], [], found)
                self.assertEqual((found["reach"], found["broken"]), (0, 0),
                                 found)
        return seen[0]["paper"]


class Place(unittest.TestCase):
    """What a site would destroy is refused, and nothing is touched."""

    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        (self.folder / "precious").write_text("kept")

    def refused(self, out, why):
        argv = ["site", "--out", str(out)]
        err = io.StringIO()
        with mock.patch("sys.argv", argv), contextlib.redirect_stderr(err):
            status = tool.status_of("site", tool.run)
        self.assertEqual((status, err.getvalue().count("\n")), (2, 1))
        self.assertIn(why, err.getvalue())
        self.assertEqual((self.folder / "precious").read_text(), "kept")
        self.assertEqual(os.listdir(self.folder), ["precious"])

    def test_the_current_directory_and_what_holds_it(self):
        with contextlib.chdir(self.folder):
            for out in (".", self.folder):
                self.refused(out, "holds the current directory")
            for out in ("..", "/"):  # the tree may be there as well
                self.refused(out, "holds the ")

    def test_the_tree_and_what_holds_it(self):
        for out in (suite.ROOT, suite.ROOT.parent):
            self.refused(out, "holds the tree")

    def test_a_folder_of_others(self):
        self.refused(self.folder, "is not empty and no site")

    def test_a_file(self):
        self.refused(self.folder / "precious", "not a folder")

    def test_a_site_is_replaced(self):
        out = self.folder / "site"
        for text in ("one", "two"):
            place.replace(place.fit(out), [("a/b", text)])
            self.assertEqual((out / "a/b").read_text(), text)
        self.assertEqual(sorted(os.listdir(self.folder)),
                         ["precious", "site"])

    def test_two_pages_of_one_name_are_refused(self):
        out = self.folder / "site"
        place.replace(out, [("a", "old")])
        with self.assertRaisesRegex(Failure, "two pages .* would be r/a-b"):
            place.replace(out, [(f"r/{form.word(name)}.html", "x")
                                for name in ("a b", "a-b")])
        self.assertEqual((out / "a").read_text(), "old")

    def test_the_old_one_stays_if_the_new_one_fails(self):
        out = self.folder / "site"
        place.replace(out, [("a", "old")])
        for failing in ("mkdir", "write_text"):
            with mock.patch.object(Path, failing, side_effect=OSError), \
                    self.assertRaises(OSError):
                place.replace(out, [("a", "new")])

        def rename(a, b, real=os.rename):
            if Path(a).name == "new":
                raise KeyboardInterrupt
            real(a, b)
        with mock.patch("os.rename", rename), \
                self.assertRaises(KeyboardInterrupt):
            place.replace(out, [("a", "new")])
        self.assertEqual((out / "a").read_text(), "old")
        self.assertEqual(sorted(os.listdir(self.folder)),
                         ["precious", "site"])


class Parts(unittest.TestCase):
    def test_badge(self):
        for count in (field.Count(3, 0, 0), field.Count(1, 1, 1),
                      field.Count(0, 0, 9)):
            root = ElementTree.fromstring(badge("core", "1.0", count))
            said = root.attrib["aria-label"]
            self.assertIn(f"{count.passed} of {count.total}", said)
            self.assertEqual("fail" in said, count.failed > 0)

    def test_defects(self):
        with tempfile.TemporaryDirectory() as folder:
            here = Path(folder, "lib-what")
            here.mkdir()
            (here / "about.md").write_text(
                "# lib: what\n\n| | |\n|---|---|\n| rows | CH-010, DMP-003 |\n"
                "| by whose promise | its `own` |\n")
            (here / "program.c").write_text("int main(void);\n")
            found, = defects.defects(Path(folder))
        self.assertEqual(found.title, "lib: what")
        self.assertEqual(found.rows, ["CH-010", "DMP-003"])
        self.assertEqual(found.facts["by whose promise"], "its `own`")
        self.assertEqual(found.programs, [("program.c", "int main(void);")])

    def test_the_folder_of_a_name_is_one_of_a_runtime(self):
        for name in ("..", "../../etc", "/tmp", "a/../.."):
            self.assertEqual(field.home(name).parent,
                             suite.ROOT / "runtimes", name)

    def test_inline(self):
        self.assertEqual(words.inline("a `<b>` **c** [d](e.md)"),
                         "a <code>&lt;b&gt;</code> <strong>c</strong> d")
        self.assertEqual(words.inline("[d](https://e.org/)"),
                         '<a href="https://e.org/">d</a>')
        self.assertEqual(words.inline("[d](javascript:x)"), "d")


if __name__ == "__main__":
    unittest.main()

"""The page in a real browser: nothing missing, nothing too wide."""
import html
import json
import re
import tempfile
import unittest
from pathlib import Path

from assay_report.report import make_page
from assay_report.results import load_results

from .browser import BROWSER, dom_of
from .synthetic import synthetic

RECORDED = Path(__file__).with_name("data") / "quick.json"

WIDTHS = (390, 500, 1280)

# The page in a frame of each width, and what can be seen in each: a window of
# the browser's own is never as narrow as a phone.
FRAMES = """<!DOCTYPE html>
<meta charset="utf-8"><meta name="color-scheme" content="light dark">
<script>
function probe(frame) {
  const w = frame.contentWindow, page = w.document;
  const box = x => x.getBoundingClientRect();
  page.querySelectorAll("details").forEach(d => d.open = true);
  const all = [...page.querySelectorAll("figure svg, img, svg image")];
  const text = [...page.querySelectorAll("figure svg text")];
  return {
    width: w.innerWidth, scroll: page.documentElement.scrollWidth,
    pictures: all.length,
    empty: all.filter(x => x.naturalWidth === 0 || box(x).width < 100 ||
                           box(x).height < 30).length,
    wide: [...page.querySelectorAll("body *")].filter(x =>
      box(x).right > w.innerWidth + 1 && !x.closest(".wide, svg")).length,
    beyond: [...page.querySelectorAll(".wide")].filter(x =>
      x.scrollWidth > x.clientWidth + 1).map(x =>
        x.querySelector("table").className + x.textContent.slice(0, 60)),
    cut: text.filter(t => { const a = box(t), b = box(t.closest("svg"));
      return a.left < b.left - 3 || a.right > b.right + 3; })
      .map(t => t.textContent),
    smallest: Math.min(...text.map(t => box(t).height)),
    paper: w.getComputedStyle(page.body).backgroundColor,
    ink: w.getComputedStyle(text[0]).fill};
}
addEventListener("load", () => {
  const out = document.createElement("pre");
  out.id = "probe";
  out.textContent = JSON.stringify(
    [...document.querySelectorAll("iframe")].map(probe));
  document.body.replaceChildren(out);
});
</script>
<body>%s
"""
FRAME = '<iframe style="border:0;width:%dpx;height:900px" srcdoc="%s">' \
    "</iframe>"


@unittest.skipUnless(BROWSER, "not installed: chromium")
class Browser(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        sixteen = tuple(f"a-runtime-with-a-long-name-{n}" for n in range(16))
        for name, results in (
                ("quick", load_results(RECORDED)),
                ("four", synthetic(6, pattern="chan/")),
                ("neco", synthetic(pattern="core/", runtimes=("neco", "go"),
                                   one_p=("neco",))),
                ("sixteen", synthetic(6, pattern="sync/",
                                      runtimes=sixteen))):
            page = html.escape(make_page(results).html())
            path = Path(cls.folder.name, f"{name}.html")
            path.write_text(FRAMES % "".join(FRAME % (width, page)
                                             for width in WIDTHS))

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def probe(self, page, dark=False):
        dom, err = dom_of(Path(self.folder.name, f"{page}.html"), 1400, dark,
                          Path(self.folder.name, "profile"))
        found = re.search(r'<pre id="probe">(.*?)</pre>', dom, re.S)
        self.assertTrue(found, f"no probe in the page: {err[-500:]}")
        return json.loads(html.unescape(found[1]))

    def test_nothing_is_cut(self):
        for page in ("quick", "four", "neco", "sixteen"):
            for width, found in zip(WIDTHS, self.probe(page), strict=True):
                with self.subTest(page=page, width=width):
                    self.assertEqual(found["width"], width)
                    self.assertLessEqual(found["scroll"], width, found)
                    self.assertGreater(found["pictures"], 0)
                    for what in ("empty", "wide", "beyond", "cut"):
                        self.assertIn(found[what], (0, []), found)
                    self.assertGreaterEqual(found["smallest"], 6, found)

    def test_light_and_dark(self):
        light, dark = (self.probe("quick", dark)[0]
                       for dark in (False, True))
        # The scheme is followed, by the pictures too.
        self.assertNotEqual(light["paper"], dark["paper"])
        self.assertNotEqual(light["ink"], dark["ink"])


if __name__ == "__main__":
    unittest.main()

"""The page in a real browser: nothing missing, nothing too wide."""
import json
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from assay_report.report import make_page
from assay_report.results import load_results

from .synthetic import synthetic

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")
RECORDED = Path(__file__).with_name("data") / "quick.json"

# Only the copy under test has it: writes what it measured into the page.
PROBE = """<script>
addEventListener("load", () => {
  const box = x => x.getBoundingClientRect();
  const all = [...document.querySelectorAll("figure svg, img, svg image")];
  document.querySelectorAll("details").forEach(d => d.open = true);
  const text = [...document.querySelectorAll("figure svg text")];
  const made = {
    width: innerWidth, scroll: document.documentElement.scrollWidth,
    pictures: all.length,
    empty: all.filter(x => x.naturalWidth === 0 || box(x).width < 100 ||
                           box(x).height < 30).length,
    wide: [...document.querySelectorAll("body *")].filter(x =>
      box(x).right > innerWidth + 1 && !x.closest(".wide, svg")).length,
    cut: text.filter(t => { const a = box(t), b = box(t.closest("svg"));
      return a.left < b.left - 3 || a.right > b.right + 3; })
      .map(t => t.textContent),
    smallest: Math.min(...text.map(t => box(t).height)),
    paper: getComputedStyle(document.body).backgroundColor,
    ink: getComputedStyle(document.querySelector("figure svg text")).fill};
  const out = document.createElement("pre");
  out.id = "probe";
  out.textContent = JSON.stringify(made);
  document.body.append(out);
});
</script>"""


@unittest.skipUnless(BROWSER, "not installed: chromium")
class Browser(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        for name, results in (("quick", load_results(RECORDED)),
                              ("full", synthetic(rounds=6))):
            html = make_page(results).html()
            path = Path(cls.folder.name, f"{name}.html")
            path.write_text(html.replace("</head>", PROBE + "</head>", 1))

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def probe(self, page, width, dark):
        done = subprocess.run(
            [BROWSER, "--headless=new", "--no-sandbox", "--disable-gpu",
             "--disable-dev-shm-usage", "--hide-scrollbars",
             f"--user-data-dir={self.folder.name}/profile",
             f"--blink-settings=preferredColorScheme={0 if dark else 1}",
             f"--window-size={width},900", "--virtual-time-budget=5000",
             "--dump-dom", f"file://{self.folder.name}/{page}.html"],
            capture_output=True, text=True, timeout=120, check=False)
        found = re.search(r'<pre id="probe">(.*?)</pre>', done.stdout, re.S)
        self.assertTrue(found, f"no probe in the page: {done.stderr[-500:]}")
        return json.loads(found[1].replace("&gt;", ">").replace("&amp;", "&"))

    def check(self, page, width, dark):
        found = self.probe(page, width, dark)
        self.assertGreater(found["pictures"], 10)
        self.assertEqual(found["empty"], 0, found)
        self.assertLessEqual(found["scroll"], found["width"], found)
        self.assertEqual(found["wide"], 0, found)
        self.assertEqual(found["cut"], [], found)
        self.assertGreaterEqual(found["smallest"], 6, found)
        return found

    def test_phone_and_desk_light_and_dark(self):
        seen = {}
        for page in ("quick", "full"):
            for width in (390, 1200):
                for dark in (False, True):
                    with self.subTest(page=page, width=width, dark=dark):
                        found = self.check(page, width, dark)
                        self.assertLessEqual(abs(found["width"] - width), 120)
                        seen[dark] = found
        # The scheme is followed, by the pictures too.
        self.assertNotEqual(seen[False]["paper"], seen[True]["paper"])
        self.assertNotEqual(seen[False]["ink"], seen[True]["ink"])


if __name__ == "__main__":
    unittest.main()

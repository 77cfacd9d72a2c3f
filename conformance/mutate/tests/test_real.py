"""Faults in goro itself, built and judged."""
import json
import tempfile
import unittest
from pathlib import Path

from assay_mutate.__main__ import HERE, ROOT
from assay_mutate.areas import Areas
from assay_mutate.campaign import Campaign, Limits
from assay_mutate.draw import Mutant, mutants, read
from assay_mutate.known import Known
from assay_mutate.operators import Change

FILE = "wait/chan.c"


def fault(text, old, new):
    """A fault that is chosen."""
    start = text.index(old)
    return Mutant(FILE, "f", 1, Change("test", start, start + len(old), new),
                  old, new, 1)


class RealTest(unittest.TestCase):
    def test_every_source_has_an_area(self):
        areas = Areas.read(HERE / "areas.tsv")
        every = mutants(read(ROOT / "reference" / "src"), areas)
        self.assertGreater(len(every), 10000)

    def test_verdicts(self):
        text = (ROOT / "reference" / "src" / FILE).read_text()
        return_ok = "return GORO_OK;"
        faults = {
            "equivalent": fault(text, return_ok, "/* so */ return GORO_OK;"),
            "not compiled": fault(text, return_ok, "return return;"),
            "not linked": fault(text, return_ok,
                                "{ extern int no_such; return no_such; }"),
            "killed": fault(text, return_ok, "return GORO_CLOSED;"),
        }
        with tempfile.TemporaryDirectory() as folder:
            campaign = Campaign(
                ROOT, Path(folder), Areas([("*", 1, ["CH"])]),
                Known(HERE / "known.tsv"), Limits(1, 120, ["CH-00*"]))
            campaign.run(list(faults.values()))
            for what, mutant in faults.items():
                self.assertEqual(campaign.verdict(mutant).what,
                                 what.replace("linked", "compiled"))
            self.assertRegex(campaign.verdict(faults["killed"]).case,
                             r"^[A-Z]{2}-\d{3}")
            self._put_back(Path(folder, "worker0"), Path(folder, "clean"))

    def _put_back(self, worker, clean):
        """What is linked of them is made anew for each fault."""
        compiled = {clean / name for name in json.loads(
            (clean / "commands.json").read_text())["commands"]["compiles"]}
        for path in [*clean.rglob("*.[ch]"), *compiled]:
            here = worker / path.relative_to(clean)
            self.assertEqual(here.read_bytes(), path.read_bytes())

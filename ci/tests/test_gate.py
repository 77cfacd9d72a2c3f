"""ci/gate from its command line: real processes, real noise, real faults."""
import json
import subprocess
from pathlib import Path

from .tool import GATE, WithSpin, gate

YIELD = ("--filter", "^core/yield$")


class Slower(WithSpin):
    def test_the_same_twice_passes(self):
        done = self.gate(self.program(), self.program(), *YIELD, least=16)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(done.stdout.splitlines()[-1],
                         "gate: no regression in 1 timings")

    def test_15_percent_slower_fails(self):
        """A machine too busy to see it says so: then once more, twice."""
        for _ in range(3):
            out = self.folder / "out"
            done = self.gate(self.program(), self.program(1.15), *YIELD,
                             "--out", str(out), least=16)
            self.assertIn(done.returncode, (0, 1), done.stderr)
            if done.returncode == 1:
                break
            limit = json.loads((out / "gate.json").read_text())[
                "timings"][0]["first"]["limit"]
            if limit > 0.1:
                self.skipTest(f"too much else runs here: {limit:.0%}")
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("REGRESSION core/yield procs 1: +", done.stdout)
        markdown = (out / "gate.md").read_text()
        self.assertIn("1 regression in 1 timings", markdown.splitlines()[0])
        self.assertIn("| core/yield | 1 |", markdown)
        kept = json.loads((out / "gate.json").read_text())
        self.assertEqual(kept["timings"][0]["verdict"], "slower")
        self.assertEqual({s["side"] for s in kept["samples"]},
                         {"base", "again", "head"})
        self.assertEqual(len(kept["regressions"]), 1)


class Broken(WithSpin):
    """What head does wrong is a regression, what base does an error."""

    def check_regression(self, kind, *words):
        done = self.gate(self.program(), self.program(kind=kind), "--filter",
                         "^(core/yield|sync/mutex)$", least=9)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        lines = [x for x in done.stdout.splitlines()
                 if x.startswith("REGRESSION sync/mutex")]
        self.assertEqual(len(lines), 1, done.stdout)
        for word in words:
            self.assertIn(word, lines[0])

    def test_head_crashes(self):
        self.check_regression("sync/mutex:crash", "broken", "SIGSEGV")

    def test_head_is_wrong(self):
        self.check_regression("sync/mutex:error", "sum is 1, not 2")

    def test_head_s_result_is_cut_off(self):
        self.check_regression("sync/mutex:cut", "no result to read")

    def test_head_skips(self):
        self.check_regression("sync/mutex:skip", "no net->dial")

    def test_head_lacks_it(self):
        self.check_regression("sync/mutex:lacks", "gone")

    def test_head_hangs(self):
        done = self.gate(self.program(), self.program(kind="hang"), *YIELD,
                         "--timeout", "0.5")
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn("not done after", done.stdout)

    def test_base_is_broken(self):
        for kind, word in (("crash", "SIGSEGV"), ("cut", "no result"),
                           ("error", "sum is 1"), ("usage", "cannot load"),
                           ("nolist", "cannot load")):
            self.check_error(self.gate(self.program(kind=kind),
                                       self.program(), *YIELD), "base", word)

    def test_head_cannot_list(self):
        self.check_error(self.gate(self.program(), self.program(
            kind="nolist"), *YIELD), "head", "cannot load it")


class Usage(WithSpin):
    def test_a_filter_that_matches_nothing(self):
        p = self.program()
        self.check_error(self.gate(p, p, "--filter", "^nothing$"),
                         "^nothing$", "matches no workload")
        self.check_error(self.gate(p, p, "--filter", ""), "empty filter")
        self.check_error(self.gate(p, p, "--filter", "("), "base")

    def test_sides_that_are_none(self):
        p = self.program()
        self.check_error(self.gate("./nothing", p), "base", "./nothing")
        self.check_error(self.gate(p, str(self.folder / "nothing")), "head")
        self.check_error(self.gate("no-such-revision", p), "revision of git")
        self.check_error(self.gate(str(self.folder), p), "base", "goro")
        self.check_error(self.gate(p + ":/nothing.so", p), "/nothing.so")
        plain = self.folder / "plain"
        plain.write_text("x")
        self.check_error(self.gate(str(plain), p), "cannot be executed")

    def test_rounds_that_could_find_nothing(self):
        p = self.program()
        self.check_error(self.gate(p, p, *YIELD, least=5), "5 are too few")

    def test_counts_of_a_native_program(self):
        p = self.program()
        self.check_error(self.gate(p, p, *YIELD, "--counts"), "assay-bench")

    def test_the_command(self):
        done = subprocess.run([GATE, "--base", "no-such-revision"],
                              capture_output=True, text=True, check=False)
        self.check_error(done, "no-such-revision")
        self.assertEqual(subprocess.run(
            [GATE, "--help"], capture_output=True, check=False).returncode, 0)

    def test_arguments(self):
        self.check_error(gate(), "--base")
        self.check_error(gate("--base", "x", "--rounds", "many"), "--rounds")
        self.check_error(gate("--base", "x", "--unknown"), "--unknown")


class Conformance(WithSpin):
    """Results of the runner, given as files."""

    def run_with(self, base, head):
        files = []
        for name, text in (("b.json", base), ("h.json", head)):
            path = self.folder / name
            path.write_text(text if isinstance(text, str) else json.dumps(
                {"results": [{"id": k, "verdict": v}
                             for k, v in text.items()]}))
            files.append(str(path))
        p = self.program()
        return self.gate(p, p, *YIELD, "--no-timings", "--base-conformance",
                         files[0], "--head-conformance", files[1])

    def test_a_case_that_fails_now(self):
        good = {"CH-001": "pass", "CH-002": "fail"}
        self.assertEqual(self.run_with(good, good).returncode, 0)
        done = self.run_with(good, {"CH-001": "crash", "CH-002": "fail"})
        self.assertEqual(done.returncode, 1)
        self.assertIn("REGRESSION CH-001: crashes now", done.stdout)
        self.assertEqual(self.run_with(good, {"CH-002": "fail"}).returncode,
                         1)

    def test_corrupt_and_missing(self):
        good = {"CH-001": "pass"}
        self.check_error(self.run_with('{"results": [{"id"', good), "base",
                         "b.json")
        self.check_error(self.run_with(good, "{}"), "head", "h.json")
        p = self.program()
        self.check_error(self.gate(p, p, "--base-conformance", "/none",
                                   "--head-conformance", "/none",
                                   "--no-timings"), "/none")
        self.check_error(self.gate(p, p, "--no-timings",
                                   "--base-conformance", "/none"),
                         "go together")


class Recorded(WithSpin):
    """Results files of make bench as sides."""

    def write(self, name, factor=1.0, machine="m", workloads=("core/yield",)):
        samples = [{"runtime": "goro", "workload": w, "procs": 1, "round": r,
                    "status": "ok", "value": factor * (100 + r % 5),
                    "seconds": 0.1, "disturbed": False, "tries": 1}
                   for w in workloads for r in range(10)]
        path = self.folder / name
        path.write_text(json.dumps({
            "assay_results": 1, "missing": {}, "started": "2025-01-01",
            "options": {"rounds": 10, "procs": [1], "pattern": "",
                        "min_time": 0.1, "timeout": 20.0, "quick": False,
                        "tiny": False, "budget": None, "repeats": 2},
            "machine": {"fingerprint": machine}, "build": {"commit": "abc"},
            "programs": {"goro": {"native": False, "argv": ["goro"],
                                  "digest": ""}}, "samples": samples}))
        return str(path)

    def test_the_verdict(self):
        base = self.write("base.json")
        self.assertEqual(gate("--base", base, "--head", base).returncode, 0)
        done = gate("--base", base, "--head", self.write("head.json", 1.15))
        self.assertEqual(done.returncode, 1)
        self.assertIn("core/yield procs 1: +15.", done.stdout)

    def test_what_is_gone(self):
        base = self.write("base.json", workloads=("core/yield", "sync/mutex"))
        done = gate("--base", base, "--head", self.write("head.json"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("sync/mutex procs 1: gone", done.stdout)

    def test_missing_and_corrupt(self):
        good = self.write("good.json")
        self.check_error(gate("--base", "none.json", "--head", good),
                         "base", "none.json")
        whole = Path(good).read_text()
        bad = self.folder / "bad.json"
        for text in ("", whole[:len(whole) // 2], "[1]", "{}", "\0\1",
                     whole.replace('"value"', '"worth"'),
                     whole.replace('"assay_results": 1',
                                   '"assay_results": 99')):
            bad.write_text(text)
            for base, head in ((str(bad), good), (good, str(bad))):
                self.check_error(gate("--base", base, "--head", head),
                                 "bad.json")
        bad.write_bytes(b"\xff\xfe\x00")
        self.check_error(gate("--base", str(bad), "--head", good), "bad.json")

    def test_what_cannot_be_compared(self):
        base = self.write("base.json")
        other = self.write("other.json", machine="n")
        self.check_error(gate("--base", base, "--head", other),
                         "two machines")
        self.check_error(gate("--base", base, "--head", base, "--filter",
                              "^nothing$"), "^nothing$")
        self.check_error(gate("--base", base, "--head", base, "--runtime",
                              "go"), "no sample of go")
        self.check_error(gate("--base", base, "--head", self.program()),
                         "recorded")

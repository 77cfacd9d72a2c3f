"""Runs the gate on programs that spin."""
from __future__ import annotations

import io
import shutil
import stat
import subprocess
import tempfile
import unittest
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from assay_gate.__main__ import main

CI = Path(__file__).resolve().parents[1]
GATE = str(CI / "gate")
COMPILER = next((c for c in ("cc", "gcc", "clang") if shutil.which(c)), None)
NO_COMPILER = "no C compiler: Debian package gcc"


@unittest.skipUnless(COMPILER, NO_COMPILER)
class WithSpin(unittest.TestCase):
    """Has spin, built once, and a folder for its variants."""

    @classmethod
    def setUpClass(cls):
        cls.folder = Path(cls.enterClassContext(
            tempfile.TemporaryDirectory(prefix="assay-gate-")))
        cls.spin = cls.folder / "spin"
        subprocess.run([COMPILER, "-O2", "-o", cls.spin,
                        Path(__file__).with_name("spin.c")], check=True)

    def program(self, factor: float = 1, kind: str = "") -> str:
        """A program that spins that much, and what is wrong with it."""
        name = f"{factor}-{kind}".replace("/", "_")
        return script(self.folder / name, f"exec {self.spin} --factor "
                      f"{factor} --kind '{kind}' \"$@\"")

    def gate(self, base: str, head: str, *more: str, least: int = 8
             ) -> subprocess.CompletedProcess[str]:
        """ci/gate, quickly."""
        return gate("--base", base, "--head", head, "--min-time", "0.004",
                    "--rounds", str(least), *more)

    def check_error(self, done: subprocess.CompletedProcess[str],
                    *words: str) -> None:
        """Status 2, and one line on stderr that has the words."""
        self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertTrue(done.stderr.startswith("gate: "), done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)


def gate(*args: str) -> subprocess.CompletedProcess[str]:
    """Its main() with these arguments: what it printed, and the status."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        status = main(args)
    return subprocess.CompletedProcess(args, status, out.getvalue(),
                                       err.getvalue())


def script(path: Path, body: str) -> str:
    """An executable shell script."""
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)

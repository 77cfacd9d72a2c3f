"""Revisions of git are checked out and built."""
import os
import subprocess
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from assay_gate.sides import find_side
from assay_report.errors import Failure

# Builds what the gate wants, each a script that says which commit it is of.
MAKEFILE = """\
build/release/%:
\t@test -z "$(CONFIG)"
\t@mkdir -p $(@D)
\t@echo '#!/bin/sh\\ncat version' >$@; chmod +x $@
"""


class Trees(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="assay-gate-")
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.git("init", "-q", "-b", "main")
        self.commit("1", MAKEFILE)

    def git(self, *args):
        return subprocess.run(
            ["git", "-c", "user.name=x", "-c", "user.email=x", "-C",
             str(self.root), *args], check=True, capture_output=True,
            text=True).stdout.strip()

    def commit(self, version, makefile):
        (self.root / "version").write_text(version)
        (self.root / "Makefile").write_text(makefile)
        self.git("add", "-A", ":!build")
        self.git("commit", "-q", "-m", version)
        return self.git("rev-parse", "HEAD")

    def find(self, label, text):
        return find_side(label, text, "goro", self.root)

    def version(self, side):
        tree = self.root / "build" / "gate" / side.label
        self.assertIn(str(tree.resolve()), side.program.argv[0])
        return (tree / "version").read_text()

    def test_each_side_has_its_commit(self):
        second = self.commit("2", MAKEFILE)
        base, head = self.find("base", "main~1"), self.find("head", "main")
        self.assertEqual((self.version(base), self.version(head)), ("1", "2"))
        self.assertEqual(head.commit, second)
        self.assertTrue(base.counts)
        self.assertEqual(base.runtime.name, "goro.so")
        self.assertEqual(base.runner.name, "conformance")

    def test_a_tree_is_used_again(self):
        self.find("base", "main")
        (self.root / "build/gate/base/version").write_text("changed")
        self.commit("2", MAKEFILE)
        self.assertEqual(self.version(self.find("base", "main")), "2")

    def test_another_commit_is_built_from_nothing(self):
        old = self.root / "build/gate/base/build/release/old.d"
        self.find("base", "main")
        old.touch()
        self.find("base", "main")
        self.assertTrue(old.exists())
        self.commit("2", MAKEFILE)
        self.find("base", "main")
        self.assertFalse(old.exists())

    def test_a_tree_that_was_removed_is_made_again(self):
        self.find("base", "main")
        subprocess.run(["rm", "-r", str(self.root / "build")], check=True)
        self.assertEqual(self.version(self.find("base", "main")), "1")

    def test_what_runs_us_does_not_reach_the_build(self):
        with mock.patch.dict(os.environ, {"CONFIG": "asan",
                                          "MAKEFLAGS": "-n"}):
            self.assertEqual(self.version(self.find("base", "main")), "1")

    def test_a_build_that_fails(self):
        self.commit("2", "all:\n")
        with self.assertRaisesRegex(Failure, "base: the build failed: .*No "
                                    "rule.*base.log"):
            self.find("base", "main")

    def test_no_revision(self):
        for text in ("nothing", "--all", "main~9", ""):
            with self.assertRaisesRegex(Failure, "base: .*revision of git"):
                self.find("base", text)

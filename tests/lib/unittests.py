"""Runs a folder's tests: unittests.py NAME FOLDER [MODULE ...].

The modules are those of FOLDER/tests, all by default.  The last line is
"NAME: N passed, N failed".  One that needs a package that is not there is
skipped, with the package's name.
"""
import importlib
import os
import signal
import sys
import unittest
from pathlib import Path

PACKAGES = {"numpy": "python3-numpy", "scipy": "python3-scipy",
            "matplotlib": "python3-matplotlib", "jinja2": "python3-jinja2",
            "hypothesis": "python3-hypothesis",
            "tree_sitter": "scripts/setup.sh mutate",
            "tree_sitter_c": "scripts/setup.sh mutate"}


def load(name: str) -> unittest.TestSuite:
    """The tests of a module; none if a package that it needs is missing."""
    try:
        module = importlib.import_module(f"tests.{name}")
    except ImportError as e:
        package = PACKAGES.get((e.name or "").split(".")[0])
        if package is None:
            raise
        print(f"skipped: {name}: not installed: {package}")
        return unittest.TestSuite()
    return unittest.defaultTestLoader.loadTestsFromModule(module)


def main(title: str, folder: str, *names: str) -> int:
    sys.path.insert(0, folder)
    # What Hypothesis keeps belongs to the build, not beside the sources.
    os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(
        Path(__file__).resolve().parents[2] / "build/hypothesis"))
    # A job in the background may ignore it; what is tested must not.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    modules = names or [p.stem for p in sorted(
        Path(folder, "tests").glob("test_*.py"))]
    suite = unittest.TestSuite(load(name) for name in modules)
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=1).run(suite)
    for test, reason in result.skipped:
        print(f"skipped: {test}: {reason}")
    bad = len(result.failures) + len(result.errors)
    good = result.testsRun - bad - len(result.skipped)
    print(f"{title}: {good} passed, {bad} failed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

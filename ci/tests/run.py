"""Runs the tests of this folder; the last line has the counts."""
import importlib
import sys
import unittest
from pathlib import Path

PACKAGES = {"numpy": "python3-numpy", "scipy": "python3-scipy",
            "matplotlib": "python3-matplotlib", "jinja2": "python3-jinja2",
            "hypothesis": "python3-hypothesis"}


def load(name):
    """The tests of a module; a Debian package without which there are none."""
    try:
        module = importlib.import_module(f"tests.{name}")
    except ImportError as e:
        package = PACKAGES.get((e.name or "").split(".")[0])
        if package is None:
            raise
        print(f"skipped: {name}: not installed: {package}")
        return unittest.TestSuite()
    return unittest.defaultTestLoader.loadTestsFromModule(module)


def main():
    names = sys.argv[1:] or [p.stem for p in sorted(
        Path(__file__).parent.glob("test_*.py"))]
    suite = unittest.TestSuite(load(name) for name in names)
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=1).run(suite)
    for test, reason in result.skipped:
        print(f"skipped: {test}: {reason}")
    bad = len(result.failures) + len(result.errors)
    good = result.testsRun - bad - len(result.skipped)
    print(f"test-gate: {good} passed, {bad} failed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())

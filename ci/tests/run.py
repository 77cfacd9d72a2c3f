"""Runs the tests of this folder; the last line has the counts."""
import importlib
import sys
import unittest
from pathlib import Path

PACKAGES = {"numpy": "python3-numpy", "scipy": "python3-scipy"}


def missing_packages():
    missing = []
    for module, package in PACKAGES.items():
        try:
            importlib.import_module(module)
        except ImportError:
            missing.append(package)
    return missing


def main():
    missing = missing_packages()
    if missing:
        print(f"skipped: all, not installed: {' '.join(missing)}")
        print("test-gate: 0 passed, 0 failed")
        return 0
    names = sys.argv[1:] or [p.stem for p in sorted(
        Path(__file__).parent.glob("test_*.py"))]
    suite = unittest.TestSuite()
    for name in names:
        suite.addTests(unittest.defaultTestLoader.loadTestsFromModule(
            importlib.import_module(f"tests.{name}")))
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=1).run(suite)
    for test, reason in result.skipped:
        print(f"skipped: {test}: {reason}")
    bad = len(result.failures) + len(result.errors)
    good = result.testsRun - bad - len(result.skipped)
    print(f"test-gate: {good} passed, {bad} failed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())

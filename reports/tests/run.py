"""Runs the tests of this folder; the last line has the counts."""
import importlib
import sys
import unittest
from pathlib import Path

PACKAGES = {"numpy": "python3-numpy", "scipy": "python3-scipy",
            "matplotlib": "python3-matplotlib", "jinja2": "python3-jinja2"}


def main() -> int:
    missing = []
    for module, package in PACKAGES.items():
        try:
            importlib.import_module(module)
        except ImportError:
            missing.append((module, package))
    suite = unittest.TestSuite()
    left_out = []
    for path in sorted(Path(__file__).parent.glob("test_*.py")):
        try:
            module = importlib.import_module(f"tests.{path.stem}")
        except ImportError as e:
            if (e.name or "").split(".")[0] not in dict(missing):
                raise
            left_out.append(path.stem)
            continue
        suite.addTests(unittest.defaultTestLoader.loadTestsFromModule(module))
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=1).run(suite)
    for test, reason in result.skipped:
        print(f"skipped: {test}: {reason}")
    if left_out:
        print(f"skipped: {' '.join(left_out)}: not installed: "
              + " ".join(package for _, package in missing))
    bad = len(result.failures) + len(result.errors)
    good = result.testsRun - bad - len(result.skipped)
    print(f"test-reports: {good} passed, {bad} failed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())

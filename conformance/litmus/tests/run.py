"""Runs the tests of this folder; the last line has the counts."""
import sys
import unittest
from pathlib import Path


def main() -> int:
    names = sys.argv[1:] or [p.stem for p in sorted(
        Path(__file__).parent.glob("test_*.py"))]
    suite = unittest.defaultTestLoader.loadTestsFromNames(
        [f"tests.{name}" for name in names])
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=1).run(suite)
    bad = len(result.failures) + len(result.errors)
    print(f"test-litmus: {result.testsRun - bad} passed, {bad} failed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())

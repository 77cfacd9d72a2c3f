#!/bin/sh
# run.sh - the tests of the gate, with the packages they need.
#
#	run.sh [TEST ...]       a module, as in test_decide; default: all
set -eu

cd "$(dirname "$0")/.."
PYTHONPATH=$PWD${PYTHONPATH:+:$PYTHONPATH}
export PYTHONPATH
exec ../reports/python.sh ../tests/lib/unittests.py test-gate . "$@"

#!/bin/sh
# run.sh - the tests of litmus.
#
#	run.sh BUILD [TEST ...]     a module, as in test_model; default: all
set -eu

LITMUS_BUILD=$(cd "$1" && pwd)
shift
cd "$(dirname "$0")/.."
PYTHONPATH=$PWD${PYTHONPATH:+:$PYTHONPATH}
export PYTHONPATH LITMUS_BUILD PYTHONDONTWRITEBYTECODE=1 PYTHONUTF8=1
exec python3 ../../tests/lib/unittests.py test-litmus . "$@"

#!/bin/sh
# run.sh - the tests of mutate, with what they need.
#
#	run.sh [TEST ...]       a module, as in test_draw; default: all
set -eu

cd "$(dirname "$0")/.."
root=$(cd ../.. && pwd)
PYTHONPATH=$PWD:$root/build/tools/python${PYTHONPATH:+:$PYTHONPATH}
export PYTHONPATH
exec "$root/reports/python.sh" "$root/tests/lib/unittests.py" test-mutate . "$@"

#!/bin/sh
# run.sh - the tests of litmus.
#
#	run.sh BUILD [TEST ...]     a module, as in test_model; default: all
set -eu

LITMUS_BUILD=$(cd "$1" && pwd)
shift
cd "$(dirname "$0")/.."
PYTHONPATH=$PWD${PYTHONPATH:+:$PYTHONPATH}
export PYTHONPATH LITMUS_BUILD
exec ../../reports/python.sh -m tests.run "$@"

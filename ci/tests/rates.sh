#!/bin/sh
# rates.sh - how often the gate is wrong, by simulation.
#
#	rates.sh [SESSIONS]     for each kind of noise; default 1000
set -eu

cd "$(dirname "$0")/.."
PYTHONPATH=$PWD${PYTHONPATH:+:$PYTHONPATH}
export PYTHONPATH
exec ../reports/python.sh -m tests.simulate "$@"

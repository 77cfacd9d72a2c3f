#!/bin/sh
# soak.sh - make soak with a trace, which is read as it is written: the trace
# of an hour is some 100 GB, and no disk has to hold it.
#
#	soak.sh BUILD SECONDS
#
# The trace goes through a pipe to goro-trace, which refuses it if an event or
# a generation is missing.  Nothing makes goro wait for the reader, so the load
# is the one that gives way: it runs at the lowest priority, and that the
# reader keeps up shows in the memory of the soak, which has a bound.
set -eu

build=$1
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
mkfifo "$tmp/trace"

"$build/goro-trace" check "$tmp/trace" &
reader=$!
soaked=0
GORO_TRACE=$tmp/trace nice -n 19 "$build/goro-tests/soak" "$2" || soaked=$?
read=0
wait "$reader" || read=$?
if [ "$soaked$read" != 00 ]; then
	echo "soak-traced: soak: status $soaked, its trace: status $read" >&2
	exit 1
fi

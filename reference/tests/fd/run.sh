#!/bin/sh
# run.sh - the tests of descriptors, each at 1, 2 and 4 Ps.
#
#	run.sh DIR
#
# The last line is "test-fd: N passed, N failed, N skipped".
# shellcheck disable=SC1090,SC1091,SC2034,SC2154,SC2015
set -u

dir=$1
here=$(dirname "$0")
. "$here/../../../tests/lib/check.sh"
group=test-fd
unset GORO_STACK
# shellcheck disable=SC3045 # every sh here has it
ulimit -c 0

# runs PROCS NAME ARGS: $status, and $tmp/out has what it said.
runs() {
	GOMAXPROCS=$1
	export GOMAXPROCS
	shift
	program=$dir/$1
	shift
	timeout -s KILL 60 "$program" "$@" >"$tmp/out" 2>&1 </dev/null
	status=$?
}

not_so() {
	echo "status $status"
	head -n 40 "$tmp/out"
	exit 1
}

# quiet PROCS NAME ARGS: status 0 and nothing said.
quiet() {
	runs "$@"
	[ $status -eq 0 ] && [ ! -s "$tmp/out" ] || not_so
}

# dies TEXT PROCS NAME ARGS: status 2, and the first line is the text.
dies() {
	text=$1
	shift
	runs "$@"
	[ $status -eq 2 ] && [ "$(head -n 1 "$tmp/out")" = "$text" ] || not_so
}

for mode in lazy echo closed past future large files pipes tcp busy many \
	blocking; do
	for procs in 1 2 4; do
		check "$mode, GOMAXPROCS=$procs" quiet $procs fd_basic $mode
	done
done
for mode in thousand dump alive limit virtual-still virtual-deadline; do
	for procs in 1 2 4; do
		check "$mode, GOMAXPROCS=$procs" quiet $procs fd_sched $mode
	done
done
for procs in 1 2 4; do
	check "dead, GOMAXPROCS=$procs" dies \
		"fatal error: all goroutines are asleep - deadlock!" \
		$procs fd_sched dead
	check "virtual-dead, GOMAXPROCS=$procs" dies \
		"panic: deadlock: all goroutines in bubble are blocked" \
		$procs fd_sched virtual-dead
done
for mode in close deadline ping-pong; do
	for procs in 1 2 4; do
		check "races: $mode, GOMAXPROCS=$procs" \
			quiet $procs fd_races $mode 1
	done
done
finish

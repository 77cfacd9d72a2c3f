#!/bin/sh
# run.sh - every call that can fail, failed once.
#
#	run.sh PROGRAM
#
# How often each is made comes from a run without a fault.  After a fault the
# program has done what it can, or goro_run() said why not, or it ended with
# a reason; it never hangs, crashes or loses a goroutine.  Of calls that are
# made very often the first ones fail, then one in many.
# The last line is "test-faults: N passed, N failed".
set -u

program=$1
passed=0
failed=0
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' INT TERM HUP
# shellcheck disable=SC3045
ulimit -c 0
unset GOMAXPROCS GORO_STACK FAULT

# One reason, in the form that goro gives it.
has_reason() {
	grep -qE '^(fatal error|panic): ' "$tmp/err"
}

ends_well() {
	FAULT=$1 timeout -s KILL 60 "$program" >"$tmp/out" 2>"$tmp/err"
	status=$?
	case $status in
	0) grep -q '^done' "$tmp/out" ;;
	2) has_reason ;;
	3) grep -q '^goro_run: ' "$tmp/out" ;;
	*) false ;;
	esac
}

try() {
	if ends_well "$1"; then
		passed=$((passed + 1))
		return
	fi
	echo "FAIL  FAULT=$1: status $status"
	sed 's/^/      /' "$tmp/out" "$tmp/err" | head -n 20
	failed=$((failed + 1))
}

# all_of FAULT: after that one, each call of each kind in turn.
all_of() {
	if ! FAULT=$1 timeout -s KILL 60 "$program" >"$tmp/calls"; then
		echo "FAIL  FAULT=$1"
		failed=$((failed + 1))
		return
	fi
	while read -r call n; do
		[ "$call" != "done," ] || continue
		fail_each "${1:+$1,}$call" "$n"
	done <"$tmp/calls"
}

fail_each() {
	k=1
	step=1
	before=$failed
	while [ $k -le "$2" ] && [ $((failed - before)) -lt 3 ]; do
		try "$1:$k"
		[ $k -lt 24 ] || step=$((1 + $2 / 8))
		k=$((k + step))
	done
	[ $failed -gt $before ] || [ "$2" -eq 0 ] ||
		echo "ok    $1: fails well, $2 calls"
}

all_of ""
# A kernel without guards in its page tables: mprotect makes them.
all_of guard:1

echo "test-faults: $passed passed, $failed failed"
[ $failed -eq 0 ]

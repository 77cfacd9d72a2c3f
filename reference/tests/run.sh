#!/bin/sh
# run.sh - the tests of goro: units and races by CUnit, then whole programs.
#
#	run.sh DIR SAN
#
# DIR holds what build.mk made, with the sanitizer SAN (none, asan, tsan).
# The last line is "test-goro: N passed, N failed, N skipped".
# The parts beside this file are sourced and use what is defined here.
# shellcheck disable=SC1090,SC1091,SC2034,SC2154,SC2015
set -u

dir=$1
san=$2
here=$(dirname "$0")
. "$here/../../tests/lib/check.sh"
group=test-goro
unset GOMAXPROCS GORO_STACK
# Goroutines' stacks are no roots to the search for leaks; and what is freed is
# given back, or a soak grows.
export ASAN_OPTIONS=detect_leaks=0:quarantine_size_mb=1
# shellcheck disable=SC3045 # every sh here has it
ulimit -c 0

# cunit NAME COMMAND ...: the tests of a binary count for what they are.
cunit() {
	name=$1
	shift
	"$@" >"$tmp/cunit" 2>&1
	status=$?
	counts=$(sed -n "s/^$name: \([0-9]*\) passed, \([0-9]*\) failed\$/\1 \2/p" \
		"$tmp/cunit")
	if [ -z "$counts" ] || { [ $status -ne 0 ] && [ "${counts#* }" = 0 ]; }; then
		echo "FAIL  $name (status $status)"
		tail -n 60 "$tmp/cunit"
		failed=$((failed + 1))
		return
	fi
	[ $status -eq 0 ] || cat "$tmp/cunit"
	echo "ok    $name: ${counts% *} passed, ${counts#* } failed"
	passed=$((passed + ${counts% *}))
	failed=$((failed + ${counts#* }))
}

# run NAME ARGS: a program; $out, $err and $status are what it left.
run() {
	out=$tmp/out
	err=$tmp/err
	name=$1
	shift
	timeout -s KILL 60 "$dir/$name" "$@" >"$out" 2>"$err" </dev/null
	status=$?
}

# Shows what a program did, and ends the check: each is a subshell.
no() {
	echo "$*; status $status"
	head -n 20 "$out"
	head -n 20 "$err"
	exit 1
}

# exits STATUS NAME ARGS
exits() {
	want=$1
	shift
	run "$@"
	[ "$status" -eq "$want" ] || no "not status $want"
}

says() {
	grep -qF -- "$1" "$out" || no "stdout lacks: $1"
}

complains() {
	grep -qF -- "$1" "$err" || no "stderr lacks: $1"
}

complains_not() {
	! grep -qF -- "$1" "$err" || no "stderr has: $1"
}

# starts LINE ...: stderr begins with these lines.
starts() {
	printf '%s\n' "$@" >"$tmp/want"
	head -n $# "$err" | cmp -s - "$tmp/want" || no "stderr should start: $*"
}

cunit unit "$dir/unit-tests"
cunit ext-tests "$dir/ext-tests"
cunit ext-tests "$dir/ext-tests" virtual
for procs in 1 4; do
	cunit net-tests env GOMAXPROCS=$procs "$dir/net-tests"
done
cunit stress "$dir/stress-tests"
cunit tsan "$dir/tsan-tests"
for part in reports panics faults signals programs embedded memory timers \
		preempt net leaks profiles; do
	. "$here/$part.sh"
done
finish

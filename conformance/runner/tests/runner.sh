#!/bin/sh
# runner.sh - tests of the conformance runner.
#
#	runner.sh DIR RUNNER
#
# DIR holds the runner with the cases of cases.c and the fake runtimes of
# fake.c; RUNNER is the real one.  Its last line is "N passed, N failed".
# The parts beside this file are sourced and use what is defined here.
# shellcheck disable=SC1090,SC1091,SC2034,SC2154
set -u

dir=$1
real=$2
here=$(dirname "$0")
. "$here/../../../tests/lib/check.sh"
group=test-runner
runner=$dir/conformance
good=$dir/good.so
ASSAY_TEST_LOCK=$tmp/lock
export ASSAY_TEST_LOCK
unset NO_COLOR
# A build with a sanitizer is judged as any other: times are not scaled, and a
# crash is a signal, not a report.
ASSAY_TIME_SCALE=1
ASAN_OPTIONS=handle_segv=0:handle_abort=0
export ASSAY_TIME_SCALE ASAN_OPTIONS

# run ARGS: the runner's output in $out, $err, its status in $status.
run() {
	out=$tmp/out
	err=$tmp/err
	"$runner" "$@" >"$out" 2>"$err" </dev/null
	status=$?
}

# on ARGS: on the runtime that works, at 1 proc.
on() {
	run --runtime "$good" --procs 1 "$@"
}

is() {
	[ "$status" -eq "$1" ] && return
	echo "status is $status, not $1"
	tail -n 5 "$out" "$err"
	return 1
}

# Exactly one line on stderr, none on stdout.
one_line() {
	[ "$(wc -l <"$err")" -eq 1 ] && [ ! -s "$out" ] && return
	cat "$out" "$err"
	return 1
}

says() {
	grep -qF -- "$1" "$out" && return
	echo "not said: $1"
	cat "$out"
	return 1
}

complains() {
	grep -qF -- "$1" "$err" && return
	echo "no complaint: $1"
	cat "$err"
	return 1
}

last_is() {
	[ "$(tail -n 1 "$out")" = "$1" ] && return
	echo "the last line is: $(tail -n 1 "$out")"
	return 1
}

# verdict ID WORD TEXT: run alone, the case gets the verdict and the reason.
verdict() {
	on --verbose --run "$1"
	[ "$(grep -c "^[a-z]* $1 " "$out")" -eq 1 ] &&
		grep -q "^$2 $1 " "$out" && says "$3" && return
	cat "$out"
	return 1
}

# refused NAME TEXT: the runtime cannot be used, said in one line, status 2.
refused() {
	run --runtime "$dir/$1.so" --timeout-scale "${3:-1}"
	is 2 && one_line && complains "$2"
}

# host NAME: makes a host from the shell script on stdin.
host() {
	{ echo '#!/bin/sh'; cat; } >"$tmp/$1"
	chmod +x "$tmp/$1"
}

for part in runtimes rows usage verdicts lacks options expectations reports work \
	robust cheats; do
	. "$here/$part.sh"
done
finish

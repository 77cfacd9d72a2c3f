#!/bin/sh
# test.sh - tests of the Go host itself; its cases are `make conformance`.
#
#	test.sh HOST RUNNER
#
# $GO_TEST is the command that runs the tests in Go.
# The last line is "test-go: N passed, N failed".
# shellcheck disable=SC1090,SC1091,SC2034,SC2154
set -u

host=$1
runner=$2
xpackages=$(dirname "$0")/xpackages.sh
. "$(dirname "$0")/../../tests/lib/check.sh"
group=test-go

# one_line STATUS PROGRAM ARGS: ends so, with one line on stderr.
one_line() {
	want=$1
	shift
	"$@" >"$tmp/out" 2>"$tmp/err" </dev/null
	status=$?
	[ $status -eq "$want" ] || { echo "status $status, not $want"; return 1; }
	[ "$(wc -l <"$tmp/err")" -eq 1 ] || { cat "$tmp/err"; return 1; }
}

# A twin of a case that is not there is a misspelt one.
twins_have_cases() {
	"$runner" --list | awk '{print $1}' | sort >"$tmp/cases"
	"$host" --assay-describe | sed -n 's/^twin //p' | sort >"$tmp/twins"
	[ -s "$tmp/twins" ] || { echo "no twins"; return 1; }
	comm -13 "$tmp/cases" "$tmp/twins" >"$tmp/orphans"
	[ ! -s "$tmp/orphans" ] || { cat "$tmp/orphans"; return 1; }
}

same_twins() {
	"$host" --assay-describe | grep '^twin ' >"$tmp/a"
	"$host-twins" --assay-describe >"$tmp/b"
	cmp "$tmp/a" "$tmp/b"
}

# The twins must not have cgo: it would switch the deadlock report off.
twins_without_cgo() {
	"$host-twins" --assay-case DL-001 2>"$tmp/err" </dev/null
	grep -q '^fatal error: all goroutines are asleep - deadlock!$' "$tmp/err"
}

# catches_quit PID: Go's handler of SIGQUIT is there.
catches_quit() {
	caught=$(sed -n 's/^SigCgt:.*\(.\)$/\1/p' "/proc/$1/status")
	case $caught in [4-7c-f]) return 0 ;; esac
	return 1
}

quit_once() {
	"$host" --assay-case SC-028 >/dev/null 2>"$tmp/err" </dev/null &
	pid=$!
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		catches_quit $pid && break
		sleep 0.05
	done
	sleep 0.1
	kill -QUIT $pid
	wait $pid
	grep -q '^goroutine 1 ' "$tmp/err"
}

# Goroutines are dumped, although the verdict's thread is not one of Go's.
# The case sleeps 0.4 s; on a busy machine it may be over too soon.
dumps_on_quit() {
	for _ in 1 2 3 4 5; do
		quit_once && return
	done
	cat "$tmp/err"
	return 1
}

# Without packages the host is built all the same, and which are missing is
# said once for each.
no_packages() {
	"$xpackages" "$tmp/x" 1.19 "$tmp/nowhere" 2>"$tmp/err" || return 1
	[ "$(grep -c '(Debian package golang-.*-dev)' "$tmp/err")" -eq 4 ] &&
		[ "$(cut -d' ' -f1 "$tmp/x/tags")" = "" ] &&
		grep -q '^go 1.19$' "$tmp/x/sync/go.mod"
}

# The first place that has a package counts, and its tests do not come along.
first_place() {
	for place in one two; do
		mkdir -p "$tmp/$place/time/rate"
		echo "package rate // $place" >"$tmp/$place/time/rate/rate.go"
		: >"$tmp/$place/time/rate/rate_test.go"
	done
	"$xpackages" "$tmp/x" 1.19 "$tmp/one" "$tmp/two" 2>/dev/null &&
		grep -q one "$tmp/x/time/rate/rate.go" &&
		[ ! -e "$tmp/x/time/rate/rate_test.go" ] &&
		grep -q '^rate ' "$tmp/x/tags"
}

check "no arguments" one_line 2 "$host"
check "an unknown argument" one_line 2 "$host" --assay-nonsense 1
check "an unknown case" one_line 2 "$host" --assay-case XX-000
check "a bad value" one_line 2 "$host" --assay-case CH-001 --procs x
check "a bad value of a twin" one_line 2 "$host" --assay-case DL-001 --procs x
check "no case of the twins" one_line 2 "$host-twins"
cp "$host" "$tmp/alone"
check "without the twins" one_line 2 "$tmp/alone" --assay-case DL-001
check "every twin has a case" twins_have_cases
check "both programs have the same twins" same_twins
check "the twins have no cgo" twins_without_cgo
check "what a dump calls parked" sh -c "$GO_TEST"
check "a dump on SIGQUIT" dumps_on_quit
check "without packages of golang.org/x" no_packages
check "packages from the first place that has them" first_place
finish

#!/bin/sh
# run.sh - traces of whole programs, read by goro-trace and, where there is
# Go 1.26 or newer, by its own reader.
#
#	run.sh BUILD              some programs, each end, damage   (make test)
#	run.sh BUILD campaign     each case of the suite and each example
set -eu

build=$1
here=$(dirname "$0")
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
failed=0
reader=$(go tool -n trace 2>/dev/null || true)
go version 2>/dev/null | grep -Eq 'go1\.(2[6-9]|[3-9][0-9])' || reader=

say() {
	echo "traced: $*" >&2
	failed=$((failed + 1))
}

# reads FILE STATUS: both readers say the same; 0 whole, 3 cut off.
reads() {
	status=0
	"$build/goro-trace" check "$1" 2>"$tmp/said" || status=$?
	[ "$status" = "$2" ] || say "$1: goro-trace: $status, $(cat "$tmp/said")"
	[ -n "$reader" ] || return 0
	status=0
	"$reader" -d=parsed "$1" >/dev/null 2>"$tmp/said" || status=$?
	case $2$status in 00 | 1[1-9] | 3?) ;; *)
		say "$1: Go's reader: $status, $(head -n 1 "$tmp/said")" ;;
	esac
}

# end END STATUS: the worker ends so, and its trace is whole.
end() {
	status=0
	GORO_TRACE=$tmp/$1.trace "$worker" "$1" >"$tmp/out" 2>&1 || status=$?
	[ "$status" = "$2" ] || say "$1: status $status, and not $2"
	reads "$tmp/$1.trace" 0
}

programs() {
	worker=$build/goro-tests/traced-worker
	for procs in 1 2 4; do
		export GOMAXPROCS=$procs
		for how in return exit; do
			end "$how" 0
		done
		for how in panic fatal deadlock; do
			end "$how" 2
		done
	done
	[ "$(grep -c '^panic: on purpose' "$tmp/out")" -le 1 ] || say "two panics"
	export GOMAXPROCS=2 GODEBUG=tracestacks=1
	end return 0
	unset GODEBUG
	"$build/goro-trace" events "$tmp/panic.trace" |
		grep -q '"message":"panic"' || say "the last log is not there"
	# the kernel ends it: up to the last whole generation
	GORO_TRACE=$tmp/killed.trace "$worker" on &
	sleep 3.5
	kill -KILL $!
	wait $! 2>/dev/null || true
	"$build/goro-trace" check "$tmp/killed.trace" 2>"$tmp/said" ||
		[ $? = 3 ] || say "killed: $(cat "$tmp/said")"
	[ "$("$build/goro-trace" events "$tmp/killed.trace" 2>/dev/null |
		grep -c '"ev":"clock"')" -ge 2 ] || say "killed: no generations"
	# no room: a line, and the program goes on
	if [ -w /dev/full ]; then
		GORO_TRACE=/dev/full "$worker" return 2>"$tmp/said" ||
			say "full: status $?"
		[ "$(wc -l <"$tmp/said")" = 1 ] || say "full: $(cat "$tmp/said")"
	fi
	GORO_TRACE=$tmp/none/x "$worker" return 2>"$tmp/said" ||
		say "no such place: status $?"
	[ "$(wc -l <"$tmp/said")" = 1 ] || say "no place: $(cat "$tmp/said")"
	# flight recorder: on a signal, and at a death
	GORO_FLIGHT=$tmp/asked.trace "$worker" return 3000 &
	sleep 1.5
	kill -USR2 $!
	wait $! || say "asked: status $?"
	reads "$tmp/asked.trace" 0
	GORO_FLIGHT=$tmp/death.trace "$worker" panic 2>/dev/null && say "no panic"
	reads "$tmp/death.trace" 0
}

damage() {
	mkdir "$tmp/damaged"
	GOMAXPROCS=2 GORO_TRACE=$tmp/sound.trace "$build/goro-tests/traced-worker"
	"$here/damage.py" "$tmp/sound.trace" "$tmp/damaged"
	for file in "$tmp"/damaged/*; do
		reads "$file" 1
	done
}

# Big files take the readers long; the largest are left out.
check_all() {
	n=0
	for file in "$tmp"/all/*.trace; do
		[ -s "$file" ] || continue
		[ "$(stat -c %s "$file")" -le 4000000 ] || continue
		status=0
		"$build/goro-trace" check "$file" 2>/dev/null || status=$?
		case $status in 0 | 3) reads "$file" "$status" ;; *)
			reads "$file" 0 ;;
		esac
		n=$((n + 1))
	done
	echo "traced: $n traces read"
}

campaign() {
	mkdir "$tmp/all"
	for procs in 1 2 4; do
		GORO_TRACE="$tmp/all/%p.trace" "$build/conformance" \
			--runtime goro --procs "$procs" >/dev/null || true
		for example in "$build"/examples/*; do
			case $example in *http_server* | *.d | *.o) continue ;; esac
			GOMAXPROCS=$procs GORO_TRACE="$tmp/all/%p.trace" \
				timeout 60 "$example" </dev/null >/dev/null 2>&1 ||
				true
		done
		check_all
		rm -f "$tmp"/all/*
	done
}

if [ $# -gt 1 ]; then
	campaign
else
	programs
	damage
fi
[ "$failed" = 0 ] || exit 1
echo "traced: all as it should be"

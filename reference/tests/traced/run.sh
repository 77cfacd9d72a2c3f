#!/bin/sh
# run.sh - traces of whole programs, read by goro-trace and, where there is
# Go 1.26 or newer, by its own reader.
#
#	run.sh BUILD              some programs, each end, damage   (make test)
#	run.sh BUILD campaign     each case of the suite and each example
#	run.sh BUILD read FILE    one trace of the campaign
#
# The campaign is at each number of TRACED.  goro-trace reads all traces, Go's
# reader each EVERYth, as it takes long to start.  Traces that are wrong are kept in
# BUILD/traced.
set -eu

build=$1
here=$(dirname "$0")
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
failed=0

# find_reader: Go's, if it knows the version.
find_reader() {
	go version 2>/dev/null | grep -Eq 'go1\.(2[6-9]|[3-9][0-9])' || return 0
	go tool -n trace 2>/dev/null || true
}

reader=${READER-$(find_reader)}

say() {
	echo "traced: $*" >&2
	failed=$((failed + 1))
}

# reads FILE STATUS: both readers say the same; 0 whole, 3 cut off.
reads() {
	status=0
	"$build/goro-trace" check "$1" >/dev/null 2>"$tmp/said" || status=$?
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
	"$build/goro-trace" perfetto "$tmp/return.trace" |
		"$here/perfetto.py" "P 0" "P 1" "G1 run_main" 2>"$tmp/said" ||
		say "perfetto: $(tail -n 1 "$tmp/said")"
	"$build/goro-trace" events "$tmp/panic.trace" |
		grep -q '"message":"panic"' || say "the last log is not there"
	GORO_TRACE=$tmp/slow.trace timeout -s KILL 60 \
		"$build/goro-tests/traced-slow" ||
		say "slow: status $?"
	reads "$tmp/slow.trace" 0
	# the kernel ends it: up to the last whole generation
	GORO_TRACE=$tmp/killed.trace "$worker" on &
	sleep 3.5
	kill -KILL $!
	wait $! 2>/dev/null || true
	"$build/goro-trace" check "$tmp/killed.trace" >/dev/null 2>"$tmp/said" ||
		[ $? = 3 ] || say "killed: $(cat "$tmp/said")"
	[ "$("$build/goro-trace" events "$tmp/killed.trace" 2>/dev/null |
		grep -c '"ev":"clock"')" -ge 2 ] || say "killed: no generations"
	# the kernel ends it at once: no generation, but a trace
	GORO_TRACE=$tmp/early.trace "$worker" on &
	sleep 0.3
	kill -KILL $!
	wait $! 2>/dev/null || true
	reads "$tmp/early.trace" 3
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

# hard STATUS PROGRAM ARGUMENT...: ends so, and in time; what it leaves is whole.
hard() {
	expected=$1
	program=$2
	shift 2
	status=0
	rm -rf "$tmp/hard"
	mkdir "$tmp/hard"
	timeout 60 "$build/goro-tests/traced-$program" "$@" 2>"$tmp/said" || status=$?
	[ "$status" = "$expected" ] ||
		say "$program $*: status $status, $(tail -n 3 "$tmp/said")"
	for file in "$tmp"/hard/*.trace; do
		[ ! -e "$file" ] || reads "$file" 0
	done
}

hard_ones() {
	for how in full stuck; do
		hard 0 hard $how return
		hard 0 hard $how exit
		hard 2 hard $how panic
	done
	hard 2 hard full deadlock
	for procs in 1 2 4; do
		export GOMAXPROCS=$procs
		for _ in 1 2 3 4 5; do
			hard 0 hard stop "$tmp/hard"
		done
		for what in beside same starts procs limit; do
			hard 0 hard $what "$tmp/hard"
		done
		hard 0 outside "$tmp/hard"
		GORO_TRACE=$tmp/fork.trace hard 0 hard fork
		reads "$tmp/fork.trace" 0
	done
	unset GOMAXPROCS
}

damage() {
	mkdir "$tmp/damaged"
	GOMAXPROCS=2 GORO_TRACE=$tmp/sound.trace "$build/goro-tests/traced-worker"
	"$here/damage.py" "$tmp/sound.trace" "$tmp/damaged"
	for file in "$tmp"/damaged/*; do
		reads "$file" 1
	done
	# Go's reader sees it only if a status is another one afterwards
	GORO_TRACE=$tmp/long.trace "$build/goro-tests/traced-worker" return 3300
	"$here/damage.py" "$tmp/long.trace" "$tmp" generation
	reader=
	reads "$tmp/drop-generation" 1
}

# ---- the campaign -------------------------------------------------------------

# read_one FILE: whole or cut off; kept if it is wrong.  It has the number of
# its process.
read_one() {
	number=$(basename "$1" .trace)
	[ $((number % EVERY)) = 0 ] || reader=
	status=0
	"$build/goro-trace" check "$1" >/dev/null 2>&1 || status=$?
	[ "$status" = 3 ] || status=0
	reads "$1" "$status"
	[ "$failed" = 0 ] || mv "$1" "$build/traced"
	rm -f "$1"
}

# read_all PROCS LEAST: two at a time.
read_all() {
	n=$(find "$tmp/all" -name '*.trace' -size +0 | wc -l)
	find "$tmp/all" -name '*.trace' -print0 |
		xargs -0 -r -n 1 -P 2 "$0" "$build" read ||
		failed=$((failed + 1))
	[ "$n" -gt "$2" ] || say "procs $1: $n traces of $2 cases"
	echo "traced: procs $1: $n traces read"
}

# Cases that make traces themselves fail under one, those that weigh the memory
# may: what counts is that each has a trace.
suite() {
	GORO_TRACE="$tmp/all/%p.trace" "$build/conformance" --runtime goro \
		--procs "$1" >"$tmp/suite" || true
	sed -n 's/^conformance: \([0-9]*\) passed.*/\1/p' "$tmp/suite"
}

examples() {
	for example in "$build"/examples/*; do
		case $example in *http_* | *.d | *.o) continue ;; esac
		GOMAXPROCS=$1 GORO_TRACE="$tmp/all/%p.trace" \
			timeout 60 "$example" </dev/null >/dev/null 2>&1 || true
	done
	GORO_TRACE="$tmp/all/%p.trace" "$here/../../../examples/http_server/test.sh" \
		"$build/examples" none >"$tmp/http" 2>&1 ||
		say "http_server: $(tail -n 1 "$tmp/http")"
}

campaign() {
	mkdir -p "$tmp/all" "$build/traced"
	export READER="$reader"
	for procs in $TRACED; do
		cases=$(suite "$procs")
		examples "$procs"
		read_all "$procs" "$cases"
	done
}

case ${2:-} in
'') programs && hard_ones && damage ;;
campaign) campaign ;;
read) read_one "$3" ;;
esac
[ "$failed" = 0 ] || exit 1
[ "${2:-}" = read ] || echo "traced: all as it should be"

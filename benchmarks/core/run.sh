#!/bin/sh
# run.sh - goro and Go side by side on the core operations.
#
#	run.sh ROUNDS CORE-GORO [CORE-GO]
#
# Every sample is a process of its own.  The two take turns, goro first in one
# round and Go first in the next, so that whatever else the machine does
# disturbs both alike.  Printed are the medians, in nanoseconds per operation,
# and goro's part of Go's time.  PROCS (1 2) and ONLY (all workloads) in the
# environment choose what is run.
#
# Three workloads have a target: at most a third of Go's time.  The last line
# counts those met and missed; status 1: missed one, or a program failed.
# 2: wrong usage.
set -u

procs=${PROCS:-1 2}
only=${ONLY:-}

# Name, operations in one sample, what an operation is, target if any.
workloads='yield 2000000 yield_of_two_goroutines 0.333
ping-pong 500000 round_trip,_unbuffered 0.333
spawn-join 400000 go_and_wait,_one_by_one 0.333
spawn-burst 400000 goroutine_of_100_000_at_once
buffered 3000000 value_through_a_buffer_of_128
send-recv 4000000 send_and_receive_in_one_goroutine
select-2 1000000 select_of_2_ready_cases
select-4 1000000 select_of_4_ready_cases
select-8 500000 select_of_8_ready_cases
mutex 10000000 lock_and_unlock,_uncontended
mutex-contended 2000000 lock_and_unlock_by_8_goroutines
timer 500000 timer_created_and_stopped'

usage() {
	echo "usage: run.sh ROUNDS CORE-GORO [CORE-GO], ROUNDS at least 5" >&2
	exit 2
}

case ${1:-} in
'' | *[!0-9]*) usage ;;
esac
[ $# -eq 2 ] || [ $# -eq 3 ] || usage
[ "$1" -ge 5 ] || usage
rounds=$1
goro=$2
go=${3:-}
for program in "$goro" ${go:+"$go"}; do
	[ -x "$program" ] || {
		echo "bench-core: no program $program" >&2
		exit 2
	}
done
for w in $only; do
	echo "$workloads" | grep -q "^$w " || {
		echo "bench-core: no workload is called '$w'" >&2
		exit 2
	}
done
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' INT TERM HUP

# sample WHO PROGRAM WORKLOAD N: one more line in $tmp/WHO.
sample() {
	GOMAXPROCS=$p "$2" "$3" "$4" >>"$tmp/$1" || {
		echo "bench-core: $2 $3 $4 failed at GOMAXPROCS=$p" >&2
		exit 1
	}
}

samples() {
	: >"$tmp/goro"
	: >"$tmp/go"
	round=0
	while [ $round -lt "$rounds" ]; do
		if [ $((round % 2)) -eq 0 ]; then
			sample goro "$goro" "$@"
			[ -z "$go" ] || sample go "$go" "$@"
		else
			[ -z "$go" ] || sample go "$go" "$@"
			sample goro "$goro" "$@"
		fi
		round=$((round + 1))
	done
}

median() {
	sort -n "$1" | awk '{ v[NR] = $1 }
	END { printf "%.1f", (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'
}

# line WHAT [TARGET]: the medians; a verdict to $tmp/verdicts.
line() {
	what=$(echo "$1" | tr _ ' ')
	mine=$(median "$tmp/goro")
	if [ -z "$go" ]; then
		printf '%5d  %-34s %9s\n' "$p" "$what" "$mine"
		return
	fi
	awk -v p="$p" -v what="$what" -v mine="$mine" \
		-v its="$(median "$tmp/go")" -v target="${2:-}" \
		-v verdicts="$tmp/verdicts" 'BEGIN {
		ratio = its > 0 ? mine / its : 0
		verdict = ""
		if (target != "") {
			met = ratio <= target
			verdict = met ? "at most 1/3" : "MORE THAN 1/3"
			print met >verdicts ".new"
		}
		row = sprintf("%5d  %-34s %9s %9s %8.2f  %s", p, what, mine,
			its, ratio, verdict)
		sub(/ +$/, "", row)
		print row
	}'
	[ ! -e "$tmp/verdicts.new" ] || {
		cat "$tmp/verdicts.new" >>"$tmp/verdicts"
		rm "$tmp/verdicts.new"
	}
}

chosen() {
	[ -z "$only" ] && return 0
	for w in $only; do
		[ "$w" != "$1" ] || return 0
	done
	return 1
}

verdict() {
	if [ -z "$go" ]; then
		echo "bench-core: no go command (Debian package golang-go):" \
			"only goro was measured"
		return
	fi
	met=$(grep -c 1 "$tmp/verdicts")
	missed=$(grep -c 0 "$tmp/verdicts")
	echo "bench-core: $met targets met, $missed missed"
	[ "$missed" -eq 0 ]
}

# More that runs than there are CPUs: the figures are theirs as well.
warn_if_busy() {
	cpus=$(nproc 2>/dev/null || echo 1)
	[ -r /proc/loadavg ] && read -r load _ </proc/loadavg || return
	[ "${load%.*}" -lt "$cpus" ] ||
		echo "the machine is busy (load $load on $cpus CPUs)"
}

: >"$tmp/verdicts"
warn_if_busy
echo "ns per operation, medians of $rounds processes"
printf '%5s  %-34s %9s' procs operation goro
[ -z "$go" ] || printf ' %9s %8s' Go goro/Go
echo
for p in $procs; do
	echo "$workloads" >"$tmp/workloads"
	while read -r workload n what target <&3; do
		chosen "$workload" || continue
		samples "$workload" "$n"
		line "$what" "$target"
	done 3<"$tmp/workloads"
done
verdict

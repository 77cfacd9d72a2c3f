#!/bin/sh
# run.sh - what a request costs an echo server: goro, Go, and a plain epoll
# loop.
#
#	run.sh ROUNDS ASSAY-BENCH ECHO-LOAD [GO-PROGRAM]
#
# 100 connections, 64 bytes.  The server is tied to one CPU and runs at
# GOMAXPROCS 1, the load is a process of its own on another.  The servers take
# turns, in another order each round; every sample is a process of its own.
# Printed are the medians of the server's CPU time for each request and of the
# requests per second; and goro's share of the others' CPU time in the same
# round, of which the median, too, as what disturbs a round disturbs all of it.
#
# Targets: at most 1.15 of the loop's, and below Go's.  Status 1: missed, or a
# program failed; 2: wrong usage, or a machine with one CPU.
#
# SECONDS_EACH is how long a sample measures (1); RUN_WITH a command that the
# server and the load are run by, for example "chrt -f 50".
set -u

rounds=${1:-}
bench=${2:-}
load=${3:-}
go=${4:-}
seconds=${SECONDS_EACH:-1}
with=${RUN_WITH:-}

fail() {
	echo "echo: $*" >&2
	exit 2
}

case $rounds in
'' | *[!0-9]*) fail "usage: run.sh ROUNDS ASSAY-BENCH ECHO-LOAD [GO-PROGRAM]" ;;
esac
[ "$rounds" -ge 5 ] || fail "ROUNDS is at least 5"
for program in "$bench" "$load" ${go:+"$go"}; do
	[ -x "$program" ] || fail "no program '$program'"
done
command -v taskset >/dev/null || fail "no taskset: Debian package util-linux"

# The first two CPUs this process may use.
# shellcheck disable=SC2046 # words are wanted
set -- $(taskset -cp $$ | sed 's/.*: //' | tr , '\n' |
	awk -F- '{ for (i = $1; i <= $NF; i++) print i }' | head -n 2)
[ $# -eq 2 ] || fail "needs two CPUs, one for the server and one for the load"
server_cpu=$1
load_cpu=$2

tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' INT TERM HUP
printf '#!/bin/sh\nexec taskset -c %s "%s" "$@"\n' "$load_cpu" \
	"$(realpath "$load")" >"$tmp/load"
chmod +x "$tmp/load"

# figure NAME: that of the one entry of a result.
figure() {
	sed -n 's/^ *"'"$1"'": *\([-+0-9.e]*\),*$/\1/p' "$tmp/json"
}

# sample WHO PROGRAM WORKLOAD: a line "CPU-ns requests/s" more in $tmp/WHO.
sample() {
	: >"$tmp/json"
	# shellcheck disable=SC2086 # a command and its arguments
	ASSAY_ECHO_LOAD=$tmp/load taskset -c "$server_cpu" $with "$2" \
		--procs 1 --min-time "$seconds" --json "$tmp/json" \
		--filter "^$3/conns:100/bytes:64\$" >"$tmp/out" 2>&1
	echo "$(figure cpu_ns_per_item) $(figure requests_per_second)" |
		grep '[0-9] [0-9]' >>"$tmp/$1" || {
		cat "$tmp/out" >&2
		echo "echo: $2 $3 failed" >&2
		exit 1
	}
}

one() {
	case $1 in
	epoll) sample epoll "$bench" base/epoll_serve ;;
	goro) sample goro "$bench" net/serve ;;
	go) [ -z "$go" ] || sample go "$go" net/serve ;;
	esac
}

# median: of the numbers on stdin.
median() {
	sort -g | awk '{ v[NR] = $1 }
	END { print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'
}

# column WHO NUMBER
column() {
	cut -d ' ' -f "$2" "$tmp/$1"
}

# share WHO: what goro takes of its CPU time.
share() {
	paste -d ' ' "$tmp/goro" "$tmp/$1" | awk '{ print $1 / $3 }' | median
}

round=0
while [ $round -lt "$rounds" ]; do
	case $((round % 3)) in
	0) order="epoll goro go" ;;
	1) order="goro go epoll" ;;
	2) order="go epoll goro" ;;
	esac
	for who in $order; do
		one "$who"
	done
	round=$((round + 1))
done

echo "TCP echo, 100 connections, 64 bytes; medians of $rounds processes"
printf '%-8s %14s %14s\n' server "CPU ns/request" requests/s
for who in epoll goro ${go:+go}; do
	printf '%-8s %14.0f %14.0f\n' "$who" "$(column "$who" 1 | median)" \
		"$(column "$who" 2 | median)"
done
if [ -z "$go" ]; then
	echo "echo: no Go program (Debian package golang-go)"
	awk -v epoll="$(share epoll)" 'BEGIN {
		printf "echo: goro/epoll %.2fx (at most 1.15)\n", epoll
		exit epoll > 1.15
	}'
else
	awk -v epoll="$(share epoll)" -v go="$(share go)" 'BEGIN {
		printf "echo: goro/epoll %.2fx (at most 1.15), ", epoll
		printf "goro/go %.2fx (below 1)\n", go
		exit epoll > 1.15 || go >= 1
	}'
fi

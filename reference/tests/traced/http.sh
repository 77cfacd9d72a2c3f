#!/bin/sh
# http.sh - what a trace costs the HTTP server, under wrk.
#
#	http.sh ROUNDS BUILD
#
# 64 connections.  The server is tied to one CPU at GOMAXPROCS 1, so that the
# thread that writes the trace counts; wrk is tied to another.  With and without
# a trace take turns, each sample is a process of its own.  Printed are the
# medians of the server's CPU time for each request and of requests per second,
# and the cost: the medians of what they are in a pair.
#
# Target: at most 1.10 of the CPU time.  Status 1: missed, or a program failed;
# 2: wrong usage, or a machine with one CPU.  SECONDS_EACH is how long a sample
# takes (3).
set -u

rounds=$1
server=$2/examples/http_server
seconds=${SECONDS_EACH:-3}

fail() {
	echo "bench-traced: $*" >&2
	exit "$status"
}

status=2
case $rounds in '' | *[!0-9]*) fail "ROUNDS is a number" ;; esac
[ -x "$server" ] || fail "no http_server: Debian package libhttp-parser-dev"
command -v wrk >/dev/null || fail "no wrk: Debian package wrk"
# The first two CPUs this process may use.
# shellcheck disable=SC2046 # words are wanted
set -- $(taskset -cp $$ | sed 's/.*: //' | tr , '\n' |
	awk -F- '{ for (i = $1; i <= $NF; i++) print i }' | head -n 2)
[ $# -eq 2 ] || fail "needs two CPUs"
status=1
tmp=$(mktemp -d) || exit 1
pid=
trap '[ -z "$pid" ] || kill -KILL $pid; rm -rf "$tmp"' EXIT
trap 'exit 1' INT TERM HUP
hz=$(getconf CLK_TCK)

# ticks: of the CPU, that the server has taken.
ticks() {
	sed 's/.*) //' "/proc/$pid/stat" | awk '{ print $12 + $13 }'
}

# sample WHO CPU CPU: a line "CPU-ns requests/s" more in $tmp/WHO.
sample() {
	: >"$tmp/out"
	GOMAXPROCS=1 taskset -c "$2" "$server" --port 0 >"$tmp/out" &
	pid=$!
	for i in 1 2 3 4 5 6 7 8 9; do
		port=$(sed -n 's/^listening on 127.0.0.1://p' "$tmp/out")
		[ -z "$port" ] || break
		sleep 0.$i
	done
	[ -n "$port" ] || fail "http_server does not listen"
	before=$(ticks)
	taskset -c "$3" wrk -t1 -c64 -d"$seconds" "http://127.0.0.1:$port/" \
		>"$tmp/wrk" || fail "wrk: $(cat "$tmp/wrk")"
	after=$(ticks)
	kill -TERM $pid
	wait $pid || fail "http_server: status $?"
	pid=
	awk -v ticks=$((after - before)) -v hz="$hz" '
	/requests in/ { n = $1 }
	/^Requests.sec:/ { rate = $2 }
	END { if (n > 0) print ticks / hz * 1e9 / n, rate; else exit 1 }' \
		"$tmp/wrk" >>"$tmp/$1" || fail "wrk: $(cat "$tmp/wrk")"
}

off() {
	unset GORO_TRACE
	sample off "$@"
}

on() {
	export GORO_TRACE="$tmp/trace"
	sample on "$@"
	size=$(stat -c %s "$tmp/trace")
}

median() {
	sort -g | awk '{ v[NR] = $1 }
	END { print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'
}

round=0
while [ $round -lt "$rounds" ]; do
	if [ $((round % 2)) = 0 ]; then off "$@" && on "$@"; else
		on "$@" && off "$@"; fi
	round=$((round + 1))
done

echo "HTTP server, 64 connections; medians of $rounds processes"
printf '%-8s %14s %14s\n' trace "CPU ns/request" requests/s
for who in off on; do
	printf '%-8s %14.0f %14.0f\n' $who "$(cut -d ' ' -f 1 "$tmp/$who" | median)" \
		"$(cut -d ' ' -f 2 "$tmp/$who" | median)"
done
echo "a trace of $((size / 1000000)) MB"
paste -d ' ' "$tmp/on" "$tmp/off" >"$tmp/both"
awk -v cpu="$(awk '{ print $1 / $3 }' "$tmp/both" | median)" \
	-v rate="$(awk '{ print $2 / $4 }' "$tmp/both" | median)" 'BEGIN {
	printf "bench-traced: CPU time %.3fx (at most 1.10), ", cpu
	printf "requests/s %.3fx\n", rate
	exit cpu > 1.10
}'

# memory.sh - a million goroutines, and too little memory.
# shellcheck shell=sh disable=SC2154,SC2015

# Resident bytes of a parked goroutine, page tables included.
budget=4400

# As many as the machine has room for: 5 KB each, and 3 GB for the others.
available=$(sed -n 's/^MemAvailable: *\([0-9]*\) kB/\1/p' /proc/meminfo)
goroutines=1000000
[ "$available" -gt 8000000 ] || goroutines=100000
[ "$available" -gt 1500000 ] || goroutines=10000
[ "$san" = none ] || goroutines=2000

million() {
	run million $goroutines
	cat "$out"
	[ "$status" -eq 2 ] || no "not status 2"
	says "alive $goroutines" && says "woken $goroutines" || return
	if [ "$san" = none ]; then
		bytes=$(sed -n 's/^bytes //p' "$out")
		[ "$bytes" -le $budget ] || no "more than $budget bytes"
	fi
}

# The overflow at its end, with all of them parked again.
million_overflow() {
	complains "goroutine stack exceeds" && complains "-byte limit" &&
		complains "fatal error: stack overflow" &&
		[ "$(grep -c '^goroutine ' "$err")" -eq 1 ]
}

check "$goroutines goroutines parked, woken by one close" million
out=$tmp/out err=$tmp/err
status=0
sed -n 's/^bytes \(.*\)/      \1 resident bytes each/p' "$out"
check "overflow among them" million_overflow
[ $goroutines -eq 1000000 ] || [ "$san" != none ] ||
	skip "1000000 goroutines" "only $((available / 1000)) MB are free"

out_of_memory() {
	exits 2 nomem "$1" && complains "fatal error: runtime: $2"
}

# What is left of the memory of a burst, while goroutines come and go.
burst() {
	exits 0 burst 5000 || return
	peak=$(sed -n 's/^peak //p' "$out")
	left=$(sed -n 's/^left //p' "$out")
	[ "$left" -le $((peak / 3)) ] || no "of $peak bytes $left are left"
}

if [ "$san" = none ]; then
	for procs in 1 4; do
		GOMAXPROCS=$procs
		export GOMAXPROCS
		check "memory of a burst is given back, GOMAXPROCS=$procs" burst
	done
	unset GOMAXPROCS
else
	skip "memory of a burst" "a sanitizer keeps it"
fi

if [ "$san" = none ]; then
	check "no memory: statuses" exits 0 nomem status
	check "no memory: go" out_of_memory go \
		"cannot allocate a goroutine's stack"
	check "no memory: channel" out_of_memory chan "out of memory"
else
	skip "no memory" "a sanitizer's shadow does not fit in a limit"
fi

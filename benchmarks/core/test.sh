#!/bin/sh
# test.sh - the programs of the core benchmark: every workload answers at
# several GOMAXPROCS, and wrong usage is told.  Nothing is measured.
#
#	test.sh CORE-GORO [CORE-GO]
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib/check.sh
group=bench-core

all=$(sed -n "s/^\(workloads='\)*\([a-z0-9-]*\) [0-9]* [a-z0-9_,]*_.*/\2/p" \
	benchmarks/core/run.sh)

# answers PROGRAM WORKLOAD: a number, whatever N is.
answers() {
	for p in 1 2 4; do
		for n in 1 1025 100001; do
			GOMAXPROCS=$p timeout 60 "$1" "$2" "$n" |
				grep -qxE '[0-9]+\.[0-9]{2}' || {
				echo "GOMAXPROCS=$p, N = $n"
				return 1
			}
		done
	done
}

# refuses PROGRAM ARGS: one line, status 2.
refuses() {
	"$@" >"$tmp/out" 2>&1
	[ $? -eq 2 ] && [ "$(wc -l <"$tmp/out")" -eq 1 ]
}

for program; do
	for workload in $all; do
		check "$(basename "$program") $workload" \
			answers "$program" "$workload"
	done
	check "no such workload" refuses "$program" nothing 1
	check "no arguments" refuses "$program"
	check "no number" refuses "$program" yield 1x
	check "not positive" refuses "$program" yield 0
done
check "too few rounds" refuses benchmarks/core/run.sh 4 "$1"
check "no such workload" refuses env ONLY=nothing \
	benchmarks/core/run.sh 5 "$1"
check "no program" refuses benchmarks/core/run.sh 5
check "a program that is not there" refuses benchmarks/core/run.sh 5 "$tmp/none"
finish

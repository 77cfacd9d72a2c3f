# leaks.sh - goroutines that can never run again, and circles of locks.
# shellcheck shell=sh disable=SC2154,SC2015

# finds KIND PROCS: what the program expects.
finds() {
	GOMAXPROCS=$2
	export GOMAXPROCS
	exits 0 leaks "$1" && [ ! -s "$out" ] || no "not as expected"
}

# leaves STATUS KIND: at the end, with GORO_LEAKCHECK=1.
leaves() {
	GORO_LEAKCHECK=1
	export GORO_LEAKCHECK
	exits "$1" leaks "$2"
}

reports_leaks() {
	leaves 23 "$1" && says left && complains "==ERROR: goro: detected goroutine leaks" &&
		complains "[chan receive (leaked)]:" && complains "created by leave" &&
		complains "SUMMARY: goro: 1 goroutine leaked."
}

reports_none() {
	leaves 0 nothing && [ ! -s "$err" ] || no "it has said something"
}

reports_circle() {
	lock="0x[0-9a-f]*"
	leaves 23 circle &&
		complains "SUMMARY: goro: 3 goroutines leaked." &&
		grep -q "^lockcycle: [0-9]* waits for the lock $lock, in whose way is [0-9]*, [0-9]* for $lock, in whose way is [0-9]*$" "$err" &&
		[ "$(grep -c "^lockcycle: " "$err")" -eq 1 ] || no "not the circle"
	! grep -q "a deadlock of" "$err" || no "it is told while the program runs"
}

reports_self() {
	leaves 23 self && complains ", which it has itself" || no "not itself"
}

tells_circle() {
	GODEBUG=$1
	export GODEBUG
	exits 0 leaks tell && [ "$(grep -c "^lockcycle: " "$out")" -eq "$2" ] ||
		no "not $2 circles"
}

if [ "$san" = none ]; then
	for procs in 1 4; do
		for kind in thread asleep local blocking stopped lists \
			mappings large tags freed nobody; do
			check "leaks: $kind, GOMAXPROCS=$procs" finds $kind $procs
		done
		check "leaks: many, GOMAXPROCS=$procs" exits 0 leaks many
	done
	check "leaks: none at the end" reports_none
	check "leaks: at the end" reports_leaks leave
	check "leaks: at exit" reports_leaks exit
	check "leaks: a circle of locks" reports_circle
	check "leaks: a lock that waits for itself" reports_self
	check "leaks: a circle, as text" tells_circle lockcycle=1 1
	check "leaks: no circle if nobody notes the locks" tells_circle lockcycle=0 0
	for procs in 1 2 4; do
		check "dumps beside searches, GOMAXPROCS=$procs" \
			on_procs $procs dumps search
	done
	check "a search after the end of the first thread" fine first_ends
else
	skip "leaks" "a sanitizer keeps memory in its own way"
fi

# circle KIND N PROCS: the report, once, and the program goes on.
circle() {
	GOMAXPROCS=$3
	GODEBUG=lockcycle=1
	export GOMAXPROCS GODEBUG
	exits 0 cycles "$1" && says end &&
		complains "goro: lockcycle: a deadlock of $2 goroutine" &&
		[ "$(grep -c "lockcycle: a deadlock" "$err")" -eq 1 ] &&
		[ "$(grep -c "^goroutine [0-9]* \[" "$err")" -eq "$2" ] ||
		no "not the report of $2"
}

no_circle() {
	GOMAXPROCS=$2
	GODEBUG=lockcycle=1
	export GOMAXPROCS GODEBUG
	exits 0 cycles "$1" && says end && [ ! -s "$err" ] || no "it has said something"
}

off() {
	exits 0 cycles pair && [ ! -s "$err" ] || no "it has said something"
}

for procs in 1 4; do
	check "circle: two mutexes, GOMAXPROCS=$procs" circle pair 2 $procs
	check "circle: four mutexes, GOMAXPROCS=$procs" circle ring 4 $procs
	check "circle: one, GOMAXPROCS=$procs" circle self 1 $procs
	check "circle: a reader twice, GOMAXPROCS=$procs" circle readers 2 $procs
	check "circle: a once in itself, GOMAXPROCS=$procs" circle recursion 1 $procs
	check "no circle: locks in order, GOMAXPROCS=$procs" no_circle order $procs
	check "no circle: a mutex as a signal, GOMAXPROCS=$procs" no_circle signals $procs
done
check "circle: not asked for" off

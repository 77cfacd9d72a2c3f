# embedded.sh - threads of the program that call goro.
# shellcheck shell=sh disable=SC2154,SC2015

threads_call() {
	GOMAXPROCS=$2
	export GOMAXPROCS
	exits 0 embedded "$1" && says ok && [ ! -s "$err" ] || no "not ok"
}

for procs in 1 2 4; do
	for kind in channels selects closes locks conds starts lives worlds; do
		check "threads beside goroutines: $kind, GOMAXPROCS=$procs" \
			threads_call $kind $procs
	done
done

# embedded.sh - calls from where there is no goroutine.
# shellcheck shell=sh disable=SC2154,SC2015

places="goroutine handler thread thread-handler embedded blocking
	embedded-blocking before after fork"
# Each call is a process: ThreadSanitizer is not to sleep at the end of each.
export TSAN_OPTIONS="${TSAN_OPTIONS:+$TSAN_OPTIONS:}atexit_sleep_ms=0"

# at_procs N NAME ARGS: status 0.
at_procs() {
	GOMAXPROCS=$1
	export GOMAXPROCS
	shift
	exits 0 "$@"
}

for place in $places; do
	for procs in 1 4; do
		check "every call of the headers: $place, GOMAXPROCS=$procs" \
			at_procs $procs calls "$place"
	done
done

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

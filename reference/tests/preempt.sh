# preempt.sh - goroutines stopped in the middle of C, and what goes on beside.
# shellcheck shell=sh disable=SC2154,SC2015

# quiet PROCS NAME ARGS: status 0 and nothing on stderr.
quiet() {
	GOMAXPROCS=$1
	export GOMAXPROCS
	shift
	exits 0 "$@" && [ ! -s "$err" ] || no "said something"
}

# ends_beside PROCS MODE: ten times, as it is stopped elsewhere each time.
ends_beside() {
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		quiet "$1" stops "$2"
		says back
	done
}

# single DEBUG WORD: what a spinner on one P does to main.
single() {
	GODEBUG=$1
	export GODEBUG
	quiet 1 stops single
	[ "$(cat "$out")" = "$2" ] || no "not $2"
}

if [ "$san" = tsan ]; then
	skip "preemption" "only at scheduling points under ThreadSanitizer"
else
	for procs in 1 2 4; do
		for mode in malloc stdio snprintf errno registers foreign \
			loader; do
			check "stopped in $mode, GOMAXPROCS=$procs" \
				quiet $procs hammer $mode 200
		done
		for mode in world spawn tied calls ticks; do
			check "stopped beside $mode, GOMAXPROCS=$procs" \
				quiet $procs stops $mode 200
		done
		for mode in return goro_exit exit; do
			check "the end beside stdio: $mode, GOMAXPROCS=$procs" \
				ends_beside $procs $mode
		done
	done
	check "who waits for a stopped one's lock of libc gives way" \
		quiet 1 hogs
	for procs in 1 2 4; do
		check "turns beside sleep in the kernel, GOMAXPROCS=$procs" \
			quiet $procs stops asleep
	done
	check "a short soak" quiet 8 soak 15
	check "a spinner is preempted" single "" preempted
	check "asyncpreemptoff=1: it is not" single asyncpreemptoff=1 waited
fi

# Asked to give way while it computes, it does at its next yield.
yields() {
	GODEBUG=asyncpreemptoff=1
	export GODEBUG
	quiet 1 stops yield
}

check "who yields late comes behind what it started" yields
unset GODEBUG

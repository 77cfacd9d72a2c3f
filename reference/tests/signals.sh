# signals.sh - signals that belong to the program, and the shared library.
# shellcheck shell=sh disable=SC2154,SC2015

# owned STATUS MODE FLAGS: how it ends; 139 is SIGSEGV, 135 SIGBUS.
owned() {
	want=$1
	shift
	exits "$want" owner "$@" 2>/dev/null
	[ "$want" -ne 2 ] || complains "fatal error: stack overflow"
	[ "$want" -ne 0 ] || says "went on"
}

for procs in 1 4; do
	GOMAXPROCS=$procs
	export GOMAXPROCS
	for flags in s i is n in r ir irs isn; do
		check "own SIGSEGV handler, then an overflow: $flags, procs:$procs" \
			owned 2 repair $flags
		check "sent to an own handler: $flags, procs:$procs" \
			owned 0 sent $flags
	done
	for flags in r ir rn; do
		check "a handler for one fault: $flags, procs:$procs" \
			owned 139 again $flags
	done
	check "a sent SIGSEGV is ignored, procs:$procs" owned 0 sent I
	check "a fault cannot be ignored, procs:$procs" owned 139 fault I
	check "a fault without a handler, procs:$procs" owned 139 fault 0
	check "raise(SIGSEGV), procs:$procs" owned 139 sent 0
	check "kill -BUS, procs:$procs" owned 135 bus 0
	check "a handler set after goro's, procs:$procs" owned 2 later 0
	check "own SIGURG handler, procs:$procs" owned 0 urg 0
	unset GOMAXPROCS
done

# signals.sh - signals that belong to the program, and the shared library.
# shellcheck shell=sh disable=SC2034,SC2154,SC2015

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

for procs in 1 2 8; do
	for mode in own default; do
		check "a signal beside its stop: $mode, procs:$procs" \
			env GOMAXPROCS=$procs timeout 60 "$dir/signal_stop" $mode
	done
done

# Only there goro's handlers are set by the sigaction() that the program has.
if [ "$san" = none ]; then
	for mode in default news own ignored; do
		want=0
		[ $mode != default ] || want=130
		check "a signal in its handler at the stop: $mode" \
			exits $want signal_late $mode
	done
else
	skip "a signal in its handler at the stop" "plain builds only"
fi

# ---- filters of system calls -------------------------------------------------

# denied WORD ERRNO NUMBER ...: what is denied is done without.
denied() {
	word=$1
	shift
	GOMAXPROCS=1
	export GOMAXPROCS
	exits 0 denied "$@" && says "$word"
}

denied_signal() {
	denied waited 1 "$@" && complains "goro: no preemption"
}

if [ "$san$(uname -m)" = nonex86_64 ]; then
	for error in 1 38; do
		check "no tgkill, errno $error" denied preempted $error 234
		check "no madvise, errno $error" denied preempted $error 28
	done
	check "no signal to a thread" denied_signal 234 200
else
	skip "filters of system calls" "the numbers are of x86-64, plain"
fi

# ---- the shared library ------------------------------------------------------

hardened() {
	readelf -dW "$dir/../libgoro.so" >"$out" &&
		says BIND_NOW && says NODELETE && says NOW
	readelf -lW "$dir/../libgoro.so" >"$out" && says GNU_RELRO
	[ "$san" != none ] ||
		nm -D "$dir/../libgoro.so" | grep -q __stack_chk_fail
}

out=$tmp/out err=$tmp/err status=0
: >"$err"
check "the shared library is bound at once and stays" hardened

# ---- dumps take no lock ------------------------------------------------------

dumped() {
	GOMAXPROCS=1
	export GOMAXPROCS
	exits 2 locked "$1" && complains "SIGQUIT: quit" &&
		complains "in_$1(...)" && complains "created by app in goroutine 1"
}

if [ "$san" = tsan ]; then
	skip "SIGQUIT beside a lock of libc" "nobody is stopped"
else
	for mode in linker malloc stdio; do
		check "SIGQUIT beside a goroutine stopped in: $mode" dumped $mode
	done
fi

# faults.sh - overflow of a goroutine's stack, and faults that are none.
# shellcheck shell=sh disable=SC2154,SC2015

# overflows LIMIT ARGS: the text with that limit, once, and who it was.
overflows() {
	limit=$1
	shift
	exits 2 overflow "$@" && starts \
		"runtime: goroutine stack exceeds $limit-byte limit" \
		"fatal error: stack overflow" "" || return
	[ "$(grep -c 'stack overflow' "$err")" -eq 1 ] || no "said twice"
	sed -n 4p "$err" | grep -q '^goroutine [0-9]* \[running\]:$' ||
		no "no goroutine"
}

overflows_named() {
	overflows "$@" && complains_not "goroutine 1 [" &&
		complains "created by " && complains " in goroutine 1"
}

main_overflows() {
	overflows 8388608 main 10 && complains "goroutine 1 [running]:"
}

# Instrumented code has four times the stack.
default=65536
[ "$san" = none ] || default=262144

check "overflow: among 1000" overflows_named $default small 1000
check "overflow: large frames" overflows_named $default large 1000
check "overflow: in a switch" overflows_named $default yield 1000
check "overflow: in sleep" overflows_named $default sleep 1000
check "overflow: in the runtime" overflows_named $default runtime 10
check "overflow: 256 KiB" overflows_named 262144 small 10 200000
check "overflow: 1 MiB" overflows_named 1048576 small 10 1000000
check "overflow: 8 MiB" overflows_named 8388608 large 10 8388608
check "overflow: main" main_overflows

page_beyond() {
	exits 2 stack_size "$1" && starts \
		"runtime: goroutine stack exceeds $1-byte limit" \
		"fatal error: stack overflow"
}

check "a stack of n bytes can be used to n bytes" exits 0 stack_size
for n in 65536 262144 1048576; do
	check "overflow: a page beyond $n" page_beyond $n
done

# leaps MODE: by the number that the program says.
leaps() {
	exits 2 leap "$1" && starts \
		"runtime: goroutine stack exceeds 65536-byte limit" \
		"fatal error: stack overflow" "" &&
		complains "goroutine $(cat "$out") [running]:"
}

tramples() {
	exits 2 leap tramples && complains "fatal error: stack overwritten" &&
		complains_not "goroutine $(cat "$out") [running]:"
}

if [ "$san" = none ]; then
	for mode in yields sleeps receives ends faults; do
		check "a frame jumps over the guard: $mode" leaps $mode
	done
	check "the top of a stack is overwritten" tramples
fi

# with_stack VALUE LIMIT: GORO_STACK in the environment.
with_stack() {
	GORO_STACK=$1
	export GORO_STACK
	overflows "$2" small 10
}

# A mistake there costs a line and leaves the default.
told_stack() {
	GORO_STACK=$1
	export GORO_STACK
	exits 2 overflow small 10 && starts \
		"goro: GORO_STACK=$1 is no number of bytes from 1 to 8388608: left out" \
		"runtime: goroutine stack exceeds 65536-byte limit"
}

if [ "$san" = none ]; then
	check "GORO_STACK=200000" with_stack 200000 262144
	check "GORO_STACK=1" with_stack 1 65536
	check "GORO_STACK= is none" with_stack "" 65536
	for junk in 0 -5 abc 200000x 8388609 99999999999999999999; do
		check "GORO_STACK=$junk is told" told_stack "$junk"
	done
fi

# Dies of the signal, and nobody calls it an overflow.
faults() {
	run fault "$1"
	if [ "$san" = none ]; then
		[ "$status" -eq 139 ] || no "not SIGSEGV"
		# The shell may say what the signal was.
		! grep -v '^Segmentation fault' "$err" || no "said something"
		return
	fi
	[ "$status" -ne 0 ] && [ "$status" -ne 2 ] || no "not dead"
	complains_not "goroutine stack exceeds"
}

handled() {
	exits 7 fault handled && says mine
}

check "NULL in main" faults main
check "NULL in a goroutine" faults goroutine
check "NULL in a blocking call" faults blocking
check "a wild pointer to another's guard" faults other-guard
check "an older handler of SIGSEGV" handled

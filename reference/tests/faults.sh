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

# with_stack VALUE LIMIT: GORO_STACK in the environment.
with_stack() {
	GORO_STACK=$1
	export GORO_STACK
	overflows "$2" small 10
}

if [ "$san" = none ]; then
	check "GORO_STACK=200000" with_stack 200000 262144
	check "GORO_STACK=1" with_stack 1 65536
	check "GORO_STACK too large" with_stack 99999999999 8388608
	for junk in "" 0 -5 abc 200000x 99999999999999999999; do
		check "GORO_STACK='$junk' is ignored" with_stack "$junk" 65536
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

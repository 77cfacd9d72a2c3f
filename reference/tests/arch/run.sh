#!/bin/sh
# run.sh - runs the programs of build.mk and looks at how they end.
#
#	run.sh MACHINE DIR [EMULATOR ...]
set -u
cd "$(dirname "$0")/../../.." || exit 1
. tests/lib/check.sh

group=$1
dir=$2
shift 2
run=$*

# ends STATUS TEXT PROCS PROGRAM [ARGUMENT ...]: with that status, having said
# TEXT.
ends() {
	want=$1
	text=$2
	procs=$3
	program=$dir/$4
	shift 4
	# shellcheck disable=SC2086 # the emulator and its options
	said=$(GOMAXPROCS=$procs timeout 60 $run "$program" "$@" 2>&1)
	got=$?
	case $got:$said in
	"$want":*"$text"*) ;;
	*)
		echo "status $got, not $want with '$text':"
		echo "$said"
		return 1
		;;
	esac
}

# frames PROCS [json]: every frame of stacks that the program knows.
frames() {
	# shellcheck disable=SC2086
	GOMAXPROCS=$1 timeout 60 $run "$dir/chain" ${2+"$2"} >"$tmp/chain" &&
		reference/tests/frames/check.py ${2+"--$2"} <"$tmp/chain"
}

check "a new goroutine's stack is left untouched" ends 0 "" 1 first
for procs in 1 2 4; do
	for mode in registers frames pingpong select timers spawn sieve try; do
		check "$mode procs:$procs" ends 0 "" $procs port $mode
	done
	for mode in registers frames select; do
		check "shared $mode procs:$procs" ends 0 "" $procs shared/port $mode
	done
	for mode in fenv sigmask blocking kernel; do
		check "keep $mode procs:$procs" ends 0 "" $procs keep $mode
	done
	check "migrate procs:$procs" ends 0 "" $procs migrate
	check "frames procs:$procs" frames $procs
	check "frames json procs:$procs" frames $procs json
	check "unwind procs:$procs" ends 0 "" $procs unwind
	check "deadlock procs:$procs" ends 2 \
		"fatal error: all goroutines are asleep - deadlock!

goroutine 1 [chan receive]:" $procs dies recv
	check "panic procs:$procs" ends 2 "panic: boom 7

goroutine 1 [running]:" $procs dies panic
	for mode in small yield sleep runtime large; do
		check "overflow $mode procs:$procs" ends 2 \
			"fatal error: stack overflow

goroutine " $procs overflow $mode 20
	done
	check "overflow main procs:$procs" ends 2 \
		"8388608-byte limit
fatal error: stack overflow

goroutine 1 " $procs overflow main 3
done
finish

# reports.sh - the end of a process: deadlocks, panics, fatal errors.
# shellcheck shell=sh disable=SC2154,SC2015

# dead MODE STATE: the report of a deadlock, main being in STATE.
dead() {
	exits 2 dies "$1" && starts \
		"fatal error: all goroutines are asleep - deadlock!" "" \
		"goroutine 1 [$2]:"
}

dead_two() {
	dead two "chan send" && complains "[sync.Mutex.Lock]:" &&
		complains "created by " && complains " in goroutine 1"
}

dead_after_exit() {
	exits 2 dies goexit && starts \
		"fatal error: no goroutines (main called runtime.Goexit) - deadlock!"
}

check "deadlock: receive" dead recv "chan receive"
check "deadlock: nil channel" dead nil "chan receive (nil chan)"
check "deadlock: select without cases" dead select "select (no cases)"
check "deadlock: wait group" dead group "sync.WaitGroup.Wait"
check "deadlock: mutex" dead mutex "sync.Mutex.Lock"
check "deadlock: all goroutines are listed" dead_two
check "deadlock: a timer nobody waits for" dead timer "chan receive"
check "deadlock: main has left by goexit" dead_after_exit
for procs in 1 4; do
	GOMAXPROCS=$procs
	export GOMAXPROCS
	check "deadlock: GOMAXPROCS=$procs" dead two "chan send"
	unset GOMAXPROCS
done

# panics MODE GOROUTINE LINE ...: the lines, and whose it was.
panics() {
	mode=$1
	id=$2
	shift 2
	exits 2 dies "$mode" && starts "$@" "" "goroutine $id [running]:"
}

panics_elsewhere() {
	exits 2 dies panic-elsewhere && starts "panic: boom 7" "" &&
		complains "created by " && complains_not "goroutine 1 ["
}

panics_deferred() {
	panics panic-deferred 1 "panic: boom" && says deferred
}

long_panic() {
	exits 2 dies panic-long &&
		head -n 1 "$err" | grep -qx 'panic: x\{127\}' || no "not cut"
}

# fatal MODE TEXT
fatal() {
	exits 2 dies "$1" && starts "fatal error: $2" "" \
		"goroutine 1 [running]:"
}

# What is looked at first depends on how many Ps there are.
overwritten() {
	GOMAXPROCS=$1
	export GOMAXPROCS
	fatal overwritten "$2"
}

exits_at_once() {
	exits 7 dies exit && [ ! -s "$out" ] && [ ! -s "$err" ] ||
		no "deferred calls ran, or something was said"
}

check "panic" panics panic 1 "panic: boom 7"
check "panic: another goroutine's" panics_elsewhere
check "panic: in a deferred call" panics panic-twice 1 "panic: first" \
	"	panic: second"
check "panic: deferred calls run first" panics_deferred
check "panic: a long text is cut" long_panic
recovers_in_main() {
	exits 0 dies panic-main-recovers && says "recovered boom" &&
		[ ! -s "$err" ] || no "not as if it had returned"
}
check "panic: main that recovers has returned" recovers_in_main
check "panic: 10000 in turn, each recovered" exits 0 dies panic-many
slow_reader() {
	GOMAXPROCS=$2
	export GOMAXPROCS
	exits 2 dies "$1"
}
for procs in 1 4; do
	for mode in panic-slow panic-slow-wait panic-slow-exit; do
		check "two panics, slow stderr: $mode, GOMAXPROCS=$procs" \
			slow_reader $mode $procs
	done
done
check "panic: send on closed channel" panics send-closed 1 \
	"panic: send on closed channel"
check "panic: close of nil channel" panics close-nil 1 \
	"panic: close of nil channel"
check "panic: negative channel" panics chan-negative 1 \
	"panic: makechan: size out of range"
check "panic: huge channel" panics chan-huge 1 \
	"panic: makechan: size out of range"
check "panic: negative wait group" panics group-negative 1 \
	"panic: sync: negative WaitGroup counter"
check "fatal: go of a null function" fatal go-nil "go of nil func value"
# Under AddressSanitizer it is that which reports it.
if [ "$san" = asan ]; then
	skip "fatal: use of what was freed" "AddressSanitizer reports it"
else
	for mode in send recv close select; do
		check "fatal: $mode with a freed channel" fatal "freed-$mode" \
			"use of freed channel"
	done
	check "fatal: a channel freed twice" fatal freed-twice \
		"free of freed channel"
	check "fatal: accept of a freed listener" fatal freed-accept \
		"use of freed listener"
	check "fatal: a listener freed twice" fatal freed-listener-twice \
		"free of freed listener"
	check "fatal: read of a freed connection" fatal freed-conn-read \
		"use of freed connection"
	check "fatal: a connection freed twice" fatal freed-conn-twice \
		"free of freed connection"
fi
check "fatal: a channel is overwritten" overwritten 1 "use of freed channel"
check "fatal: a channel is overwritten, many Ps" overwritten 4 \
	"lock is overwritten: memory in use was freed or never set up"
check "fatal: unlock of an unlocked mutex" fatal unlock \
	"sync: unlock of unlocked mutex"
check "exit runs no deferred call" exits_at_once

# ---- stacks ------------------------------------------------------------------

# The last calls of these functions leave no frames of their own.
has_frames() {
	exits 2 dies "$1" && complains "goro_$2(...)"
}
check "deadlock: the call that waits" has_frames recv recv
check "panic: the call that panics" has_frames panic panic

no_stacks() {
	GOTRACEBACK=none
	export GOTRACEBACK
	exits 2 dies panic && complains_not goroutine
}
check "GOTRACEBACK=none" no_stacks

all_stacks() {
	GOTRACEBACK=all
	export GOTRACEBACK
	exits 2 dies panic-elsewhere && complains "goroutine 1 [" &&
		complains_not "goro__"
}
check "GOTRACEBACK=all" all_stacks

system_stacks() {
	GOTRACEBACK=system
	export GOTRACEBACK
	exits 2 dies panic && complains "goro__"
}
check "GOTRACEBACK=system" system_stacks

tool=$here/../tools/goro-symbolize

# symbolized VALUE: the report of a panic with GORO_SYMBOLIZE=VALUE.
symbolized() {
	GORO_SYMBOLIZE=$1
	export GORO_SYMBOLIZE
	exits 2 dies panic-elsewhere && complains "panic: boom 7" &&
		complains "panics(...)" && complains "created by "
}

with_lines() {
	symbolized "$tool" && grep -q '/dies\.c:[1-9]' "$err" || no "no lines"
}

by_path() {
	PATH=$(dirname "$tool"):$PATH
	symbolized 1 && grep -q '/dies\.c:[1-9]' "$err" || no "no lines"
}

# without TOOL: it does not do its work, and nothing is lost.
without() {
	symbolized "$1" && complains "dies+0x"
}

if have addr2line && have python3; then
	check "GORO_SYMBOLIZE: files and lines" with_lines
	check "GORO_SYMBOLIZE=1: found by PATH" by_path
fi
check "GORO_SYMBOLIZE=0" without 0
check "GORO_SYMBOLIZE: no such program" without /nonexistent/symbolize
check "GORO_SYMBOLIZE: a program that fails" without /bin/false
printf '#!/bin/sh\nexec sleep 100\n' >"$tmp/hangs"
chmod +x "$tmp/hangs"
check "GORO_SYMBOLIZE: a program that hangs" without "$tmp/hangs"

# lints KIND PROCS [WORDS]: what the dump says of it, or of none anything.
lints() {
	GOMAXPROCS=$2
	GODEBUG=lints=1
	export GOMAXPROCS GODEBUG
	exits 0 lints "$1"
	if [ $# -gt 2 ]; then
		grep -qE "^goroutine [0-9]+ \[runn[a-z]+, [0-9]+ $3\]:$" "$out" ||
			no "not told: $3"
	else
		! grep -qE "without a yield|to nobody" "$out" || no "told of nobody"
	fi
}

no_lints() {
	exits 0 lints yield && ! grep -q "to nobody" "$out" || no "not asked for"
}

for procs in 1 2; do
	[ "$san" = tsan ] || check "lints: who computes for long, GOMAXPROCS=$procs" \
		lints spin $procs "s without a yield"
	check "lints: who yields to nobody, GOMAXPROCS=$procs" \
		lints yield $procs "yields to nobody"
	check "lints: nothing of those who work, GOMAXPROCS=$procs" lints work $procs
done
check "lints: nothing unless asked for" no_lints

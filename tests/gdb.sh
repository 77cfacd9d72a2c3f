#!/bin/sh
# gdb.sh - gdb knows the goroutines of a process and of a core: with the shared
# library, stripped or not, and in static programs, by gdb/goro-gdb.py.
#
# tests/programs/zoo.c has a goroutine of each kind.
# shellcheck disable=SC2016 # $ is gdb's
set -u
cd "$(dirname "$0")/.." || exit 1
. tests/lib/check.sh

build=build/release
script=$PWD/reference/gdb/goro-gdb.py
said=$tmp/said

build_library() {
	"${MAKE:-make}" --no-print-directory "$build"/libgoro.a "$build"/libgoro.so
}

# compile NAME FLAGS ...
compile() {
	out=$1
	shift
	"${CC:-cc}" -g -Ireference/include tests/programs/zoo.c -o "$tmp/$out" \
		"$@" -pthread
}

# A library in a folder of its own, and a program that has it from there.
shared() {
	mkdir -p "$tmp/$1.lib"
	cp "$build"/libgoro.so "$tmp/$1.lib/libgoro.so.0"
	compile "$1" -O2 "$tmp/$1.lib/libgoro.so.0" "-Wl,-rpath,$tmp/$1.lib"
}

# Its debug information goes to another file, which it names.
apart() {
	objcopy --only-keep-debug "$1" "$1.debug" &&
		strip --strip-all "$1" &&
		objcopy --add-gnu-debuglink="$1.debug" "$1"
}

programs() {
	build_library &&
		compile static -O0 "$build"/libgoro.a &&
		compile optimised -O2 "$build"/libgoro.a &&
		shared shared &&
		shared stripped && strip --strip-all "$tmp/stripped.lib/libgoro.so.0" &&
		shared apart && apart "$tmp/apart.lib/libgoro.so.0" &&
		apart "$tmp/apart" &&
		compile bare -O2 -static "$build"/libgoro.a &&
		strip --strip-all "$tmp/bare"
}

# debug ARGS: gdb with what installed files would load, in $said.
debug() {
	timeout 120 gdb -nx -batch -iex 'set debuginfod enabled off' \
		-iex 'set width 0' -ex "source $script" "$@" >"$said" 2>&1 \
		</dev/null
}

# live PROGRAM COMMANDS: in a process that has come to in_place().
live() {
	file=$tmp/$1
	shift
	debug -ex 'set env GOMAXPROCS 1' -ex 'break in_place' -ex run "$@" \
		"$file"
}

# dead PROGRAM COMMANDS: in the core that it has left.
dead() {
	file=$tmp/$1
	shift
	debug "$@" "$file" "$file.core"
}

no() {
	echo "$1"
	cat "$said"
	exit 1
}

says() {
	grep -qE -- "$1" "$said" || no "gdb does not say: $1"
}

says_not() {
	! grep -qE -- "$1" "$said" || no "gdb says: $1"
}

# calls NAME ...: a backtrace has these functions, innermost first.
calls() {
	sed -nE 's/^#[0-9]+ +(0x[0-9a-f]+ in )?([a-z_0-9]+) \(.*/\2/p' "$said" \
		>"$tmp/calls"
	for name; do
		sed -n "/^$name\$/,\$p" "$tmp/calls" >"$tmp/rest"
		[ -s "$tmp/rest" ] || no "no $name in the backtrace, in this order: $*"
		sed 1d "$tmp/rest" >"$tmp/calls"
	done
}

# session HOW PROGRAM: all that is asked of one, each under a title.
session() {
	$1 "$2" -ex 'info threads' \
		-ex 'echo \n@list\n' -ex 'info goroutines' \
		-ex 'echo \n@parked\n' -ex 'goroutine 2 bt' \
		-ex 'goroutine 2 info locals' -ex 'goroutine 2 up' \
		-ex 'goroutine 2 p treasure' \
		-ex 'goroutine 2 frame function receiver' \
		-ex 'echo \n@select\n' -ex 'goroutine 3 info locals' \
		-ex 'goroutine 3 bt' \
		-ex 'echo \n@call\n' -ex 'goroutine 6 info locals' \
		-ex 'goroutine 6 bt' \
		-ex 'echo \n@preempted\n' -ex 'goroutine 7 info locals' \
		-ex 'goroutine 7 bt' \
		-ex 'echo \n@all\n' -ex 'goroutine all bt' \
		-ex 'echo \n@selected\n' -ex 'goroutine 2' -ex 'p treasure' \
		-ex up -ex 'p treasure' -ex 'info goroutines' \
		-ex 'echo \n@back\n' -ex 'goroutine off' -ex bt \
		-ex 'echo \n@end\n' &&
		grep -q @end "$said" &&
		says_not 'Python Exception|Traceback|Error occurred|corrupt stack'
	cp "$said" "$tmp/session"
}

# part TITLE: that part of the session is in $said.
part() {
	sed -n "/^@$1\$/,/^@/p" "$tmp/session" >"$said"
}

# How zoo.c's goroutines are listed: the frame that is the program's own.
listed() {
	part list
	says '^\* 1 +\[running\] thread [0-9]+ P 0 [a-z_]+ at '
	says '^  2 +\[chan receive labels:\{"animal": "crab", "size": "small"\}\] receives at .*zoo\.c:[0-9]+, created by zoo at .*zoo\.c:[0-9]+ in goroutine 1$'
	says '^  3 +\[select\] selecter at .*zoo\.c:[0-9]+, created by zoo at'
	says '^  4 +\[sync\.Mutex\.Lock\] locker at .*zoo\.c:'
	says '^  5 +\[sleep\] sleeper at .*zoo\.c:'
	says '^  6 +\[syscall\] thread [0-9]+ reads_pipe at .*zoo\.c:'
	says '^  7 +\[runnable, preempted\] thread [0-9]+ spins at .*zoo\.c:'
	says '^  8 +\[runnable, preempted\] thread [0-9]+ spins at .*zoo\.c:'
	says '^  9 +\[runnable\] newborn at .*, not run yet, created by zoo'
}

parked() {
	part parked
	calls receives receives receives receives receiver
	says '^#0 +goroutine 2 \[chan receive labels:'
	says '^treasure = 4711'
	says '^\$1 = 4711'
	says '^#[0-9]+ .* receiver \(arg='
	says_not 'Backtrace stopped'
}

selecting() {
	part select
	says '^chosen_one = 1234'
	calls selecter
}

in_a_call() {
	part call
	says '^bait = 77'
	calls reads_pipe blocker
}

preempted() {
	part preempted
	says '^round_and_round = 360'
	says 'signal handler called'
	calls spins spinner
}

everyone() {
	part all
	for name in receiver selecter locker sleeper blocker spinner zoo; do
		says "^#.* $name \("
	done
	says '^goroutine 5 \[sleep\]:'
	says '^Goroutine 9 has not run yet; it begins in newborn'
	says_not 'Backtrace stopped'
}

# A goroutine stays selected, and then the thread is again.
selected() {
	part selected
	says '^#[0-9]+ .*receives \(depth='
	says '^\$2 = 4711'
	says '^\$3 = 4712'
	says '^\* 2 '
	part back
	says '^#0 +(0x[0-9a-f]+ in )?(in_place|__pthread_kill|.*raise)'
	calls zoo
}

# No register of the process is written; gdb may call functions meanwhile; what
# was selected goes when the program goes on.
restored() {
	live static -ex up -ex 'p $pc' -ex 'goroutine all bt' -ex 'p $pc' \
		-ex 'p keeper' -ex 'goroutine 2' -ex 'p (int)getpid() > 0' \
		-ex 'p treasure' -ex 'break dies' -ex 'set var go_on = 1' \
		-ex continue -ex 'info goroutines' -ex bt
	says '^\$3 = 1'
	says '^\$4 = 1'
	says '^\$5 = 4711'
	says '^\* 1 '
	calls dies zoo
	[ "$(grep -cE '^\$[12] = .* 0x[0-9a-f]+ <zoo' "$said")" -eq 2 ] ||
		no "another pc"
}

errors() {
	live static -ex 'goroutine 4444 bt' || :
	says 'There is no goroutine 4444'
	live static -ex 'goroutine two bt' || :
	says 'goroutine N \[CMD\]'
	debug -ex 'info goroutines' "$tmp/static" || :
	says 'There is no process'
}

other_program() {
	debug -ex 'break main' -ex run -ex 'info goroutines' "$tmp/other" || :
	says 'not linked with goro'
}

# Stripped to the last symbol: found by a note.
bare() {
	debug -ex 'set env GOMAXPROCS 1' -ex 'handle SIGABRT stop' \
		-ex 'run abort' -ex 'info goroutines' "$tmp/bare"
	says '\[chan receive .*\] 0x[0-9a-f]+'
	says '\[runnable, preempted\] thread'
}

# An installed library brings the script with it, where gdb may look for it.
installed() {
	prefix=$tmp/prefix
	"${MAKE:-make}" --no-print-directory install PREFIX="$prefix" TSAN=no &&
		compile installed "-L$prefix/lib" -lgoro "-Wl,-rpath,$prefix/lib"
	GOMAXPROCS=1 timeout 120 gdb -nx -batch \
		-iex 'set debuginfod enabled off' -iex 'set width 0' \
		-iex "set auto-load scripts-directory $prefix/share/gdb/auto-load" \
		-iex "add-auto-load-safe-path $prefix/share/gdb/auto-load" \
		-ex 'break in_place' -ex run -ex 'info goroutines' \
		"$tmp/installed" >"$said" 2>&1 </dev/null
	says '^  2 +\[chan receive .*\] receives at '
}

# leave_core PROGRAM: $program.core, unless the kernel has other plans with
# cores.
leave_core() {
	mkdir -p "$tmp/in"
	# shellcheck disable=SC3045 # every sh here has it
	(
		cd "$tmp/in" && ulimit -c unlimited &&
			GOMAXPROCS=1 exec "../$1" abort
	) >/dev/null 2>&1
	mv "$tmp/in"/*core* "$tmp/$1.core" 2>/dev/null
	rm -rf "$tmp/in"
	[ -s "$tmp/$1.core" ]
}

# ptrace may be forbidden: in containers, by yama, under an emulator.
can_trace() {
	debug -ex run "$(command -v true)"
	! grep -qiE 'ptrace|not permitted|could not trace' "$said" &&
		grep -q 'exited normally' "$said"
}

if ! have gdb; then
	skip "gdb" "not installed (Debian package gdb)"
	finish
fi
if ! gdb -nx -batch -ex 'python print(1)' 2>/dev/null | grep -q 1; then
	skip "gdb" "this gdb has no Python"
	finish
fi
check "the programs build" programs
echo 'int main(void) { return 0; }' |
	"${CC:-cc}" -g -x c - -o "$tmp/other"
hows=
if can_trace; then
	hows=live
	check "errors are told" errors
	check "a program without goro" other_program
	check "static, stripped of all" bare
	check "loaded with an installed library" installed
	check "nothing is written, and the selection ends" restored
else
	skip "live processes" "ptrace is not permitted here"
fi
for program in static optimised shared stripped apart; do
	if leave_core $program; then
		hows="${hows%dead} dead"
	else
		skip "cores of $program" "no core is left here"
		hows=${hows%dead}
	fi
	for how in $hows; do
		check "a session, $how, $program" session "$how" "$program"
		check "info goroutines, $how, $program" listed
		check "a parked one, $how, $program" parked
		check "one in select, $how, $program" selecting
		check "one in a call, $how, $program" in_a_call
		check "a preempted one, $how, $program" preempted
		check "all of them, $how, $program" everyone
		check "one that is selected, $how, $program" selected
	done
	rm -f "$tmp/$program.core"
done
finish

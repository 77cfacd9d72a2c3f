#!/bin/sh
# run.sh - goro as others build it: its sources in a project of their own, in
# any order and with any flags.  It works, or says in one line why not.
#
#	run.sh CC ...
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/lib/check.sh
. ../tests/lib/check.sh
group=test-vendor
unset GOMAXPROCS GODEBUG
busy=tests/vendor/busy.c
flags="-std=gnu11 -O1 -D_GNU_SOURCE $(grep '^-I' vendor.txt | tr '\n' ' ')"
files=$(grep -v '^-I' vendor.txt)

# What vendor.txt should list, of files: all there are.
complete() {
	{
		echo src/base/arch/switch.S
		find src -name '*.c'
	} | LC_ALL=C sort >"$tmp/want"
	grep -v '^-I' vendor.txt | LC_ALL=C sort | diff "$tmp/want" -
}

# The rooms whose code is never stopped mark all of it; layout.c has no code.
marked() {
	# shellcheck disable=SC2046
	! grep -L '^#include "base/text.h"' src/boot.c \
		$(find src/base src/sched src/wait src/io src/diag -name '*.c') |
		grep .
}

runs() {
	GOMAXPROCS=2 timeout -k 1 30 "$1" >"$tmp/out" 2>"$tmp/err"
	status=$?
}

works() {
	runs "$1"
	[ "$status" = 0 ] && grep -qx works "$tmp/out" && [ ! -s "$tmp/err" ] &&
		return
	echo "status $status"
	cat "$tmp/out" "$tmp/err"
	return 1
}

# works, or one line and status 2.
says_why() {
	runs "$1"
	[ "$status" = 0 ] && grep -qx works "$tmp/out" && return
	[ "$status" = 2 ] && [ "$(wc -l <"$tmp/err")" = 1 ] &&
		grep -q '^goro: .*asyncpreemptoff' "$tmp/err" && return
	echo "status $status"
	cat "$tmp/out" "$tmp/err"
	return 1
}

# build FLAGS: all in one command.
build() {
	# shellcheck disable=SC2086
	$cc $flags $1 -o "$tmp/one" $busy $files -pthread
}

one_command() {
	build "$2" && "$1" "$tmp/one"
}

objects() {
	mkdir -p "$tmp/o"
	for file in $files $busy; do
		# shellcheck disable=SC2086
		$cc $flags -c -o "$tmp/o/$(echo "$file" | tr / _).o" "$file" ||
			return
	done
}

# linked NAME ARGS: what is made of the objects works.
linked() {
	out=$tmp/linked
	$cc -o "$out" "$@" -pthread && works "$out"
}

backwards() {
	# shellcheck disable=SC2046
	linked $(find "$tmp/o" -name '*.o' | LC_ALL=C sort -r) "$@"
}

archive() {
	# shellcheck disable=SC2046
	ar rcs "$tmp/goro.a" $(find "$tmp/o" -name 'src*.o' | LC_ALL=C sort -r) &&
		linked "$tmp"/o/*busy.c.o "$tmp/goro.a" "$@"
}

check "vendor.txt lists what there is" complete
check "the code that is never stopped is marked" marked
for cc; do
	have "$cc" || continue
	check "$cc: file by file" objects
	check "$cc: in the reverse order" backwards
	check "$cc: the same, --gc-sections" backwards -Wl,--gc-sections
	check "$cc: members of an archive, reversed" archive -Wl,--gc-sections
	check "$cc: -flto" one_command says_why -flto
	# Flags that both compilers take alike.
	[ "$cc" = "$1" ] || continue
	check "$cc: one command, -O0" one_command works -O0
	check "$cc: -ffunction-sections" one_command says_why \
		"-ffunction-sections -Wl,--gc-sections"
done
finish

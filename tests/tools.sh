#!/bin/sh
# tools.sh - a program's own tools on the installed library: valgrind and
# AddressSanitizer on the plain one, ThreadSanitizer on goro-tsan.  Each finds
# the fault that is planted, and says nothing about a program without one.
set -u
cd "$(dirname "$0")/.." || exit 1
. tests/lib/check.sh

make=${MAKE:-make}
root=$tmp/root
lib=$root/usr/lib
said=$tmp/said
export PKG_CONFIG_LIBDIR="$lib/pkgconfig" PKG_CONFIG_SYSROOT_DIR="$root"
export LD_LIBRARY_PATH="$lib"

install_goro() {
	$make --no-print-directory install DESTDIR="$root" PREFIX=/usr
}

# compile NAME PACKAGE COMPILER FLAGS ...
compile() {
	out=$1
	package=$2
	shift 2
	# shellcheck disable=SC2046 # lists of flags
	"$@" -g tests/programs/tools.c $(pkg-config --cflags "$package") \
		$(pkg-config --libs "$package") -o "$tmp/$out"
}

# run STATUS COMMAND ...: how it ends; what it says is in $said.
run() {
	want=$1
	shift
	timeout 300 "$@" >"$said" 2>&1 </dev/null
	status=$?
	cat "$said"
	[ "$status" -eq "$want" ]
}

# silent COMMAND ...: it says "clean" and nothing else, on 1 and on 4 Ps.
silent() {
	for procs in 1 4; do
		run 0 env GOMAXPROCS="$procs" "$@" &&
			[ "$(cat "$said")" = clean ] || return 1
	done
}

# reports STATUS WORDS PLACE COMMAND ...
reports() {
	want=$1
	words=$2
	place=$3
	shift 3
	run "$want" "$@" && grep -q "$words" "$said" && grep -q "$place" "$said"
}

# quiet COMMAND ...
quiet() {
	for procs in 1 4; do
		run 0 env GOMAXPROCS="$procs" "$@" && [ ! -s "$said" ] || return 1
	done
}

# ---- valgrind ------------------------------------------------------------------


with_valgrind() {
	check "tools.c for valgrind" compile plain goro "${CC:-cc}" -O1 -fno-builtin
	check "valgrind, clean" silent valgrind -q --error-exitcode=9 \
		"$tmp/plain" clean
	check "valgrind, clean, no warning" silent_but_head
	check "valgrind, a heap overflow" reports 9 'Invalid write of size 1' \
		'behind_block (tools.c:' valgrind -q --error-exitcode=9 \
		"$tmp/plain" heap
	check "valgrind, what was never set" reports 9 \
		'depends on uninitialised' 'never_set (tools.c:' \
		valgrind -q --error-exitcode=9 "$tmp/plain" unset
	check "valgrind, exit in a goroutine" quiet valgrind -q \
		--error-exitcode=9 "$tmp/plain" leaves
}

# Without -q it would warn of changes of stack.
silent_but_head() {
	run 0 valgrind "$tmp/plain" clean &&
		grep -q 'ERROR SUMMARY: 0 errors' "$said" &&
		! grep -q 'switching stacks' "$said"
}

# ---- AddressSanitizer ----------------------------------------------------------

with_asan() {
	cc=$1
	check "tools.c for ASan, $cc" compile "asan-$cc" goro "$cc" -O1 \
		-fsanitize=address -fno-omit-frame-pointer
	check "ASan, $cc, clean" silent "$tmp/asan-$cc" clean
	check "ASan, $cc, use after return looked for, clean" silent \
		env ASAN_OPTIONS=detect_stack_use_after_return=1 \
		"$tmp/asan-$cc" clean
	check "ASan, $cc, blocks that parked goroutines have" silent \
		"$tmp/asan-$cc" keeps
	check "ASan, $cc, a heap overflow" reports 1 heap-buffer-overflow \
		'in behind_block .*tools.c:' "$tmp/asan-$cc" heap
	check "ASan, $cc, a stack overflow" reports 1 stack-buffer-overflow \
		'in behind_array .*tools.c:' "$tmp/asan-$cc" stack
	check "ASan, $cc, exit in a goroutine" quiet "$tmp/asan-$cc" leaves
}

# ---- ThreadSanitizer -----------------------------------------------------------

with_tsan() {
	check "tools.c for TSan" compile tsan goro-tsan clang -O1
	check "TSan, clean" silent scripts/for-tsan.sh "$tmp/tsan" clean
	check "TSan, a race" reports 66 'data race' 'adds .*tools.c:' \
		scripts/for-tsan.sh "$tmp/tsan" race
}

check "make install" install_goro
if have valgrind; then
	with_valgrind
else
	skip valgrind "not installed (Debian package valgrind)"
fi
for cc in gcc clang; do
	if echo 'int main(void) { return 0; }' |
		$cc -fsanitize=address -x c - -o "$tmp/can" 2>/dev/null; then
		with_asan $cc
	else
		skip "ASan, $cc" "it cannot build for it"
	fi
done
if pkg-config --exists goro-tsan; then
	with_tsan
else
	skip TSan "goro-tsan is not installed: no clang for it"
fi
finish

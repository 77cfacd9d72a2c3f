#!/bin/sh
# race.sh - the race detector on goro: what it reports, and what it does not.
#
# Two examples and tests/programs/heir.c, built for ThreadSanitizer, which is
# clang's.
set -u
cd "$(dirname "$0")/.." || exit 1
. tests/lib/check.sh

built=build/tsan/examples

build() {
	"${MAKE:-make}" CONFIG=tsan "$built/lost_update" "$built/counter"
}

build_heir() {
	clang -g -O1 -fsanitize=thread -Ireference/include -o "$tmp/heir" \
		tests/programs/heir.c build/tsan/libgoro.a -pthread -ldl
}

# run STATUS PROGRAM ...: how it ends; what it says is in $tmp/said.
run() {
	want=$1
	shift
	scripts/for-tsan.sh "$@" >"$tmp/said" 2>&1
	status=$?
	cat "$tmp/said"
	[ "$status" -eq "$want" ]
}

# A read and a write of two goroutines, with their places, and the count.
reports() {
	run 66 "$built/lost_update" &&
		[ "$(grep -c '^==================$' "$tmp/said")" -eq 2 ] &&
		grep -q 'WARNING: ThreadSanitizer: data race' "$tmp/said" &&
		grep -q '[Ww]rite of size 4 .* by ' "$tmp/said" &&
		grep -q '[Rr]ead of size 4 .* by ' "$tmp/said" &&
		grep -q 'change .*lost_update\.c:' "$tmp/said" &&
		grep -q 'reported 1 warnings' "$tmp/said"
}

if ! have clang; then
	skip "the race detector" "no clang: Debian package clang"
	finish
fi
check "the examples build for it" build
check "a lost update is reported, status 66" reports
check "a mutex or an atomic, and it is silent" run 0 "$built/counter"
check "a program of two goroutines builds" build_heir
check "one that ended before the other began" run 66 "$tmp/heir"
check "with a channel between them" run 0 "$tmp/heir" ordered
finish

#!/bin/sh
# race.sh - the race detector on goro: what it reports, and what it does not.
#
# Two examples built for ThreadSanitizer, which is clang's.
set -u
cd "$(dirname "$0")/.." || exit 1
. tests/lib/check.sh

built=build/tsan/examples

build() {
	"${MAKE:-make}" CONFIG=tsan "$built/lost_update" "$built/counter"
}

# run STATUS NAME: the status it ends with; what it says is in $tmp/said.
run() {
	scripts/for-tsan.sh "$built/$2" >"$tmp/said" 2>&1
	status=$?
	cat "$tmp/said"
	[ "$status" -eq "$1" ]
}

# A read and a write of two goroutines, with their places, and the count.
reports() {
	run 66 lost_update &&
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
check "a mutex or an atomic, and it is silent" run 0 counter
finish

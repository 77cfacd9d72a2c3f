#!/bin/sh
# invariants.sh - each check of goro's own state (base/check.h) ends the
# process, with its sentence, once what it looks at is not so.
set -u
cd "$(dirname "$0")/.." || exit 1
. tests/lib/check.sh

breaches=build/debug/goro-tests/breaches

dies() {
	timeout 60 "$breaches" "$1" >"$tmp/said" 2>&1
	status=$?
	head -n 3 "$tmp/said"
	[ "$status" -eq 2 ] && grep -qF "fatal error: $1 (not " "$tmp/said"
}

# The sentences in the source, and those that a breach is made for.
all_are_tried() {
	git ls-files 'reference/src/*.[ch]' | grep -v base/check.h |
		xargs cat | tr '\n\t' '  ' |
		grep -oE 'goro_check\([^;]*"\);' |
		sed 's/.*"\([^"]*\)");/\1/' | sort -u >"$tmp/checks"
	"$breaches" | sort | diff "$tmp/checks" -
}

check "breaches are built" "${MAKE:-make}" CONFIG=debug $breaches
check "there is one for each check" all_are_tried
[ ! -x $breaches ] || $breaches >"$tmp/all"
while read -r sentence; do
	check "$sentence" dies "$sentence"
done <"$tmp/all"
finish

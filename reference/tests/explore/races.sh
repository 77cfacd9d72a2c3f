#!/bin/sh
# races.sh - goro-explore with a build for ThreadSanitizer: data races are told,
# and goro's own switches are none.
#
#	races.sh PROGRAMS TOOL
set -u
programs=$(cd "$1" && pwd)
tool=$(realpath "$2")
cd "$(dirname "$0")/../../.." || exit 1
. tests/lib/check.sh

GOTRACEBACK=none
export GOTRACEBACK
unset GORO_REPLAY GORO_STEPS GODEBUG
cd "$programs" || exit 1
said=$tmp/said

is_clean() {
	"$tool" --runs 30 ./clean "$1" >"$said" 2>&1 && return
	cat "$said"
	return 1
}

races() {
	"$tool" --runs 30 ./odd races >"$said" 2>&1
	[ $? -eq 1 ] && grep '^data race in run .* add_up' "$said" && return
	cat "$said"
	return 1
}

again() {
	schedule=$(sed -n 's/^replay: GORO_REPLAY=\([^ ]*\).*/\1/p' "$said")
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		TSAN_OPTIONS=atexit_sleep_ms=0 GORO_REPLAY=$schedule \
			./odd races >"$tmp/again" 2>&1 && return 1
		grep -q "ThreadSanitizer: data race" "$tmp/again" || return 1
	done
}

# Each run would rest for a second, as programs do under ThreadSanitizer.
rests_not() {
	start=$(date +%s)
	is_clean locks && [ $(($(date +%s) - start)) -lt 25 ]
}

for name in $(./clean); do
	check "$name is clean" is_clean "$name"
done
check "30 runs do not rest for 30 seconds" rests_not
check "a data race, and where" races
check "again, ten times" again
finish

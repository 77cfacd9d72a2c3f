#!/bin/sh
# run.sh - all models, then the planted bugs, each of which must be found.
#
#	run.sh DIR "MODELS" "BUGS"
#
# A bug counts as found if its model fails, and the schedule that it prints
# fails again when it is replayed.  The last line is
# "model: N passed, N failed".
set -u

dir=$1
models=$2
bugs=$3
passed=0
failed=0
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' INT TERM HUP

# Each scenario is a check; its line says how much was explored.
for model in $models; do
	"$dir/$model/$model" >"$tmp/out" 2>&1
	status=$?
	sed "s|^\([a-zA-Z]*\)  *|\1  $model/|;s|^  *\(--replay\)|      $dir/$model/$model \1|" \
		"$tmp/out" | sed "s|^FAIL  |FAIL  |;s|^ok  |ok    |"
	ok=$(grep -c '^ok ' "$tmp/out")
	bad=$(grep -c '^FAIL ' "$tmp/out")
	[ $status -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
	passed=$((passed + ok))
	failed=$((failed + bad))
done

# found BUG: the schedule that shows it, in $schedule.
found() {
	program=$dir/planted/$1/${1%%.*}
	"$program" >"$tmp/out" 2>&1 && return 1
	schedule=$(sed -n 's/^ *--replay //p' "$tmp/out" | head -n 1)
	why=$(sed -n 's/^FAIL  *//p' "$tmp/out" | head -n 1)
	[ -n "$schedule" ] || return 1
	"$program" --replay "$schedule" >"$tmp/replay" 2>&1
	[ $? -eq 1 ]
}

for bug in $bugs; do
	if found "$bug"; then
		echo "ok    planted $bug: $why"
		echo "      $dir/planted/$bug/${bug%%.*} --replay $schedule"
		passed=$((passed + 1))
	else
		echo "FAIL  planted $bug was not found"
		sed 's/^/      /' "$tmp/out"
		failed=$((failed + 1))
	fi
done

echo "model: $passed passed, $failed failed"
[ $failed -eq 0 ]

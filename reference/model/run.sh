#!/bin/sh
# run.sh - all models, then the planted bugs, each of which must be found.
#
#	run.sh DIR "MODELS" "BUGS"
#
# A bug counts as found if its model fails, and the schedule that it prints
# fails again when it is replayed.  As many run at once as there are CPUs.  The
# last line is "model: N passed, N failed".
set -u

# One of them, by itself: its lines.
if [ $# -eq 2 ]; then
	dir=$1
	what=$2
	program=$dir/$what
	model=${what#models/}
	if [ "$model" != "$what" ]; then
		"$program" >"$program.said" 2>&1 ||
			grep -q '^FAIL ' "$program.said" ||
			echo "FAIL  it ends with status $?" >>"$program.said"
		sed "s|^\([a-zA-Z]*\)  *|\1  $model/|
			s|^ok  |ok    |
			s|^  *\(--replay\)|      $program \1|" "$program.said"
		exit 0
	fi
	bug=${what#planted/}
	bug=${bug%/*}
	"$program" --first >"$program.said" 2>&1
	schedule=$(sed -n 's/^ *--replay //p' "$program.said")
	if [ -n "$schedule" ]; then
		"$program" --replay "$schedule" >/dev/null 2>&1
		[ $? -ne 1 ] || {
			sed -n "s/^FAIL  */ok    planted $bug: /p" "$program.said"
			echo "      $program --replay $schedule"
			exit 0
		}
	fi
	echo "FAIL  planted $bug was not found"
	sed 's/^/      /' "$program.said"
	exit 0
fi

dir=$1
models=$2
bugs=$3
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' INT TERM HUP

n=0
# shellcheck disable=SC2086 # words
for what in $(printf 'models/%s ' $models) $(for bug in $bugs; do
	echo "planted/$bug/${bug%%.*}"
done); do
	n=$((n + 1))
	printf '%03d %s\n' $n "$what"
done >"$tmp/all"
# shellcheck disable=SC2016 # for the inner shell
xargs -P "$(nproc)" -n 2 sh -c '"$0" "$1" "$4" >"$2/$3"' "$0" "$dir" "$tmp" \
	<"$tmp/all"

cat "$tmp"/[0-9]* >"$tmp/said"
cat "$tmp/said"
failed=$(grep -c '^FAIL ' "$tmp/said")
echo "model: $(grep -c '^ok ' "$tmp/said") passed, $failed failed"
[ "$failed" -eq 0 ]

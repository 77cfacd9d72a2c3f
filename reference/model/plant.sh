#!/bin/sh
# plant.sh - a copy of the runtime's sources for a model.
#
#	plant.sh HERE DIR NAME
#
# The sizes of small.sed, and if NAME is not "small" the bug of
# planted/NAME.sed, whose second line names the files that it changes:
# "# file: sched/runq.h".  A script that changes nothing is an error.
set -eu

here=$1
dir=$2
name=$3

# edit SCRIPT FILE: in place, and something must change.
edit() {
	sed -f "$1" "$2" >"$2.new"
	if cmp -s "$2" "$2.new"; then
		echo "plant.sh: $1 changes nothing in $(basename "$2")" >&2
		rm -f "$2.new"
		exit 1
	fi
	mv "$2.new" "$2"
}

rm -rf "$dir"
mkdir -p "${dir%/*}"
cp -R "$here/../src" "$dir"
edit "$here/small.sed" "$dir/sched/types.h"
edit "$here/small.sed" "$dir/sched/schedule.c"
edit "$here/small.sed" "$dir/base/lock.c"
if [ "$name" != small ]; then
	script=$here/planted/$name.sed
	files=$(sed -n 's/^# file: //p' "$script")
	for file in ${files:-none}; do
		[ -f "$dir/$file" ] || {
			echo "plant.sh: $script names no file of the runtime" >&2
			exit 1
		}
		edit "$script" "$dir/$file"
	done
fi
touch "$dir/.made"

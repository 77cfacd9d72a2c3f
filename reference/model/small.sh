#!/bin/sh
# small.sh - a copy of the runtime's sources for the models, with the sizes of
# small.sed.
#
#	small.sh HERE DIR
set -eu

here=$1
dir=$2

rm -rf "$dir"
mkdir -p "${dir%/*}"
cp -R "$here/../src" "$dir"
for file in sched/types.h sched/schedule.c base/lock.c diag/samples.h; do
	sed -i.old -f "$here/small.sed" "$dir/$file"
	if cmp -s "$dir/$file" "$dir/$file.old"; then
		echo "small.sh: small.sed changes nothing in $file" >&2
		exit 1
	fi
done
touch "$dir/.made"

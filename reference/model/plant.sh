#!/bin/sh
# plant.sh - a model with a bug.
#
#	COMPILE="cc ..." LINK="cc ..." plant.sh SCRIPT OUT PROGRAM OBJECT ...
#
# The second line of the script names the files of the runtime that it changes:
# "# file: sched/runq.h".  A script that changes nothing in one is an error.  The
# objects of the model that have such a file in them, by their .d, are built
# anew beside the program.
set -eu

script=$1
out=$2
program=$3
shift 3
dir=$(dirname "$program")
files=$(sed -n 's/^# file: //p' "$script")

rm -rf "$dir"
for file in ${files:-none}; do
	mkdir -p "$dir/src/${file%/*}"
	[ -f "$out/src/$file" ] || {
		echo "plant.sh: $script names no file of the runtime" >&2
		exit 1
	}
	sed -f "$script" "$out/src/$file" >"$dir/src/$file"
	if cmp -s "$out/src/$file" "$dir/src/$file"; then
		echo "plant.sh: $script changes nothing in $file" >&2
		exit 1
	fi
done

# source_of OBJECT: the runtime's, with the bug if that is in there, or a model's.
source_of() {
	file=${1#"$out/obj/"}
	file=${file%.o}.c
	for from in "$dir/src" "$out/src" "${script%/planted/*}"; do
		[ ! -f "$from/$file" ] || break
	done
	echo "$from/$file"
}

objects=
for object; do
	has=false
	for file in $files; do
		! grep -q "$out/src/$file" "${object%.o}.d" || has=true
	done
	if $has; then
		planted=$dir/$(echo "${object#"$out/obj/"}" | tr / .)
		$COMPILE -w -I"$dir/src" -I"$out/src" -c -o "$planted" \
			"$(source_of "$object")"
		object=$planted
	fi
	objects="$objects $object"
done
# shellcheck disable=SC2086 # words
$LINK -o "$program" $objects

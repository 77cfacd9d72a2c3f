#!/bin/sh
# test.sh - runs the groups of `make test` one after another.
#
#	test.sh MAKE ONLY GROUP ...
#
# A group is a script (it has a slash) or a target of the Makefile; ONLY, if
# not empty, keeps those whose name holds it.  A group that ends with a line
# "NAME: N passed, N failed ..." counts for that many checks, any other for
# one.  Output is kept in build/test/ and shown when the group fails.
# The last line is "test: N passed, N failed"; the status is 1 on a failure.
set -u

make=$1
only=$2
shift 2
dir=build/test
passed=0
failed=0
matched=0
mkdir -p "$dir"

run_group() {
	case $1 in
	*/*) "$1" ;;
	*) $make --no-print-directory "$1" ;;
	esac
}

# Sets p and f to the counts of the group's last line, if it has them.
read_counts() {
	counts=$(sed -n \
		's/^[^ ]*: \([0-9]*\) passed, \([0-9]*\) failed.*/\1 \2/p' \
		"$1" | tail -n 1)
	p=${counts% *}
	f=${counts#* }
}

for group; do
	case $group in
	*"$only"*) ;;
	*) continue ;;
	esac
	matched=$((matched + 1))
	name=$(basename "$group" .sh)
	[ ! -t 1 ] || printf '...   %s\r' "$name"
	start=$(date +%s)
	run_group "$group" >"$dir/$name.log" 2>&1 </dev/null
	status=$?
	seconds=$(($(date +%s) - start))
	read_counts "$dir/$name.log"
	if [ $status -eq 0 ]; then
		f=0
		[ "${p:-0}" -gt 0 ] || p=1
		printf 'ok    %-16s %4d passed  %3d s\n' "$name" "$p" $seconds
	else
		p=${p:-0}
		[ "${f:-0}" -gt 0 ] || f=1
		tail -n 100 "$dir/$name.log"
		printf 'FAIL  %-16s %4d failed  %3d s  (%s)\n' "$name" "$f" \
			$seconds "$dir/$name.log"
	fi
	passed=$((passed + p))
	failed=$((failed + f))
done

if [ $matched -eq 0 ]; then
	echo "test: no group is called '$only'" >&2
	exit 2
fi
echo "test: $passed passed, $failed failed"
[ $failed -eq 0 ]

#!/bin/sh
# judge.sh - the kit passes the suite on the libraries given, and results say
# that it is the kit which is judged.
#
#	judge.sh CONFORMANCE LIBRARY.so ...
#
# The last line is "kit: N passed, N failed", which counts cases on libraries,
# and what results say.
set -u

conformance=$1
shift
passed=0
failed=0

count() {
	passed=$((passed + $1))
	failed=$((failed + $2))
}

# The head of a run and the JSON name what the kit does.
says_kit() {
	said=$("$conformance" --runtime "$1" --no-color --run CH-001 \
		--json - 2>&1)
	for word in 'abi/kit does chan, sync, timers' \
		'"kit":"chan, sync, timers"'; do
		case $said in
		*"$word"*) count 1 0 ;;
		*)
			echo "FAIL  no '$word' in the results of $1"
			count 0 1
			;;
		esac
	done
}

judge() {
	said=$("$conformance" --runtime "$1" --no-color \
		--run CH --run SE --run MU --run WG --run TM)
	n=$(printf '%s\n' "$said" | sed -n \
		'$s/^conformance: \([0-9]*\) passed, \([0-9]*\) failed.*/\1 \2/p')
	[ "${n#* }" = 0 ] || printf '%s\n' "$said"
	[ -n "$n" ] || n="0 1"
	count "${n% *}" "${n#* }"
}

for library; do
	judge "$library"
done
says_kit "$1"
echo "kit: $passed passed, $failed failed"
[ "$failed" -eq 0 ]

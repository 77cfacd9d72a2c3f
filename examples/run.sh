#!/bin/sh
# run.sh - runs the examples and compares what they print.
#
#	run.sh DIR EXPECTED NAME ...
#
# DIR holds the programs.  What NAME has to print is in EXPECTED:
#
#	NAME.txt     exactly this
#	NAME.sorted  these lines, in any order
#	NAME.re      lines that this POSIX extended regex matches, all of it
#	NAME.status  beside one of these: the exit status, if it is not 0, and
#	             after a space the first line of stderr
#
# The last line is "test-examples: N passed, N failed, N skipped".
# shellcheck disable=SC1091,SC2034,SC2154
set -u

dir=$1
expected=$2
shift 2
. "$(dirname "$0")/../tests/lib/check.sh"
group=test-examples
export LC_ALL=C
# An example frees what matters to its reader, not all.
export ASAN_OPTIONS=detect_leaks=0

# compare NAME: what it printed, in $tmp/out, with what it has to.
compare() {
	if [ -f "$expected/$1.txt" ]; then
		diff "$expected/$1.txt" "$tmp/out"
	elif [ -f "$expected/$1.sorted" ]; then
		sort "$tmp/out" | diff "$expected/$1.sorted" -
	elif [ -f "$expected/$1.re" ]; then
		awk '
		function slurp(file,    line, all) {
			while ((getline line < file) > 0)
				all = all line "\n"
			return all
		}
		BEGIN {
			re = slurp(ARGV[1])
			sub(/\n$/, "", re)
			exit slurp(ARGV[2]) !~ "^(" re ")\n$"
		}' "$expected/$1.re" "$tmp/out" || { cat "$tmp/out"; return 1; }
	else
		echo "no $expected/$1.txt, .sorted or .re"
		return 1
	fi
}

example() {
	want="0 "
	[ ! -f "$expected/$1.status" ] || want=$(cat "$expected/$1.status")
	timeout 30 "$dir/$1" >"$tmp/out" 2>"$tmp/err" </dev/null
	status=$?
	[ "$status" -eq "${want%% *}" ] || {
		echo "status $status"
		cat "$tmp/out" "$tmp/err"
		return 1
	}
	[ -z "${want#* }" ] || [ "${want#* }" = "$(head -n 1 "$tmp/err")" ] || {
		cat "$tmp/err"
		return 1
	}
	compare "$1"
}

for name; do
	check "$name" example "$name"
done
finish

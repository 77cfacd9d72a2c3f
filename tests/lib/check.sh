# check.sh - what the house tests are written with; sourced, not run.
#
#	check NAME COMMAND ...    one check: the command must succeed
#	skip NAME REASON          one that this machine cannot make
#	finish                    the last line, and the status
#
# The output of a command is shown only if it fails.
# shellcheck shell=sh

group=$(basename "$0" .sh)
passed=0
failed=0
skipped=0
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' INT TERM HUP

check() {
	what=$1
	shift
	if ("$@") >"$tmp/check.out" 2>&1; then
		echo "ok    $what"
		passed=$((passed + 1))
	else
		echo "FAIL  $what"
		sed 's/^/      /' "$tmp/check.out"
		failed=$((failed + 1))
	fi
}

skip() {
	echo "skip  $1: $2"
	skipped=$((skipped + 1))
}

# have TOOL: whether it can be called.
have() {
	command -v "$1" >/dev/null
}

finish() {
	echo "$group: $passed passed, $failed failed, $skipped skipped"
	[ "$failed" -eq 0 ]
	exit
}

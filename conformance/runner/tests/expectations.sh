# expectations.sh - known failures.
# shellcheck shell=sh

# expect TEXT: the expectations file.
expect() {
	printf '%s\n' "$1" >"$tmp/expectations"
}

# with ARGS: a run that knows them.
with() {
	on --expectations "$tmp/expectations" "$@"
}

expect '# a comment

GO-002  fail   # told so
go-003	fail#also'
with --run GO-001 --run GO-002 --run GO-003
check "a known failure is no failure" is 0
check "known failures are skipped" \
	last_is "conformance: 1 passed, 0 failed, 2 skipped"
check "known failures are counted" says "2 of the skipped are known failures"
check "known failures: the reason" says "GO-002: told so"
# from_pipe: the file is read once, so what was read is what the report is of.
from_pipe() {
	mkfifo "$tmp/pipe"
	cat "$tmp/expectations" >"$tmp/pipe" &
	timeout 60 "$runner" --runtime "$good" --procs 1 --run GO-002 \
		--expectations "$tmp/pipe" --json "$tmp/pipe.json" || return 1
	with --run GO-002 --json "$tmp/file.json"
	for name in pipe file; do
		grep -o '"expectations_digest":"[^"]*"' "$tmp/$name.json" \
			>"$tmp/$name.digest" || return 1
	done
	cmp "$tmp/pipe.digest" "$tmp/file.digest"
}
check "known failures from a pipe" from_pipe
with --run GO-002 --json "$tmp/e.json" --junit "$tmp/e.xml"
check "known: json" grep -q '"verdict":"known"' "$tmp/e.json"
check "known: junit" grep -q '<skipped message="expected failure: told so"' \
	"$tmp/e.xml"
with --tap --run GO-002
check "known: tap" says "# TODO expected failure: told so"

expect 'GO-001 fail # believed'
with --run GO-001 --run CH-001
check "an unexpected pass is an error" is 1
check "an unexpected pass is named" says "UNEXPECTED PASS GO-001"
check "an unexpected pass: what to do" says "take its line out of"
with --tap --run GO-001
check "unexpected: tap" says "not ok 1 - GO-001"

expect 'GO-01[01] flaky # sometimes'
with --run GO-010
check "flaky may pass" last_is "conformance: 1 passed, 0 failed, 0 skipped"
with --seed 3 --run GO-010
check "flaky may fail" last_is "conformance: 0 passed, 0 failed, 1 skipped"

expect 'GO-006 skip # takes long'
with --run GO-006
check "skip is not run" says "not run: takes long"

expect 'GO-004 fail # skips itself'
with --run GO-001 --run GO-004
check "a skip is no unexpected pass" is 0

malformed() {
	expect "$1"
	with --run GO-001
	is 2 && one_line && complains "$tmp/expectations:1:"
}
check "no reason" malformed 'GO-001 fail'
check "an empty reason" malformed 'GO-001 fail # '
check "no kind" malformed 'GO-001 # x'
check "an unknown kind" malformed 'GO-001 broken # x'
check "too many words" malformed 'GO-001 fail flaky # x'
check "no such case" malformed 'GO-999 fail # x'
on --expectations "$tmp/none" --run GO-001
check "no such file" is 2
on --expectations "$tmp" --run GO-001
check "a directory" is 2

# Of the guide and of the template, less the sign of a comment.
examples() {
	awk '/^```/ { inside = !inside; next }
		inside && / (fail|flaky|skip) +#/' "$here/../../README.md"
	sed -n 's/^#\t\([A-Z][A-Z]*-[0-9].*\)/\1/p' \
		"$here/../../../abi/template/expectations"
}

# They are lines of a runtime's own, which each run of it holds true.
examples_hold() {
	examples | tr -s ' ' >"$tmp/examples"
	[ "$(wc -l <"$tmp/examples")" -eq 4 ] || { cat "$tmp/examples"; return 1; }
	tr -s ' \t' ' ' <"$here/../../../runtimes/pthread/expectations" |
		sort >"$tmp/own"
	sort -u "$tmp/examples" | comm -23 - "$tmp/own" >"$tmp/wrong"
	[ ! -s "$tmp/wrong" ] || { cat "$tmp/wrong"; return 1; }
	"$real" --runtime "$good" --expectations "$tmp/examples" --run GO-016 \
		>"$out" 2>"$err"
	status=$?
	is 0 || is 1
}
check "the examples of the guides are right" examples_hold

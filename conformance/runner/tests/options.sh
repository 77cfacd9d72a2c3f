# options.sh - what the options of a run do.
# shellcheck shell=sh

on --run GO-001 --run GO-004
check "passed" is 0
check "the last line" last_is "conformance: 1 passed, 0 failed, 1 skipped"
on --run GO-001 --run GO-002
check "failed" is 1
check "a failure is repeated at the end" sh -c \
	"[ \$(grep -c '^FAIL GO-002' $out) -eq 2 ]"

on --repeat 5 --run GO-010
check "repeat: fails" is 1
check "repeat: repetition and seed" says "repetition 3, seed 3"
check "repeat: counts once" last_is "conformance: 0 passed, 1 failed, 0 skipped"
on --seed 3 --run GO-010
check "seed" is 1
on --seed 4 --repeat 3 --run GO-010
check "another seed" is 0
on --seed 9223372036854775807 --repeat 5 --run GO-010
check "seed: after the last comes the first" says "repetition 5, seed 3"
on --until-fail --run GO-010
check "until-fail" says "repetition 3"
check "until-fail: fails" is 1
on --until-fail --repeat 2 --run GO-010
check "until-fail with repeat" is 0
on --until-fail --run GO-008
check "until-fail with nothing to run" is 3

on --fail-fast --jobs 1 --run GO-001 --run GO-002 --run GO-003
check "fail-fast" is 1
check "fail-fast: nothing after it" last_is \
	"conformance: 1 passed, 1 failed, 1 skipped"
check "fail-fast: is told" complains "a case failed: 1 of 3"
on --fail-fast --jobs 2 --run GO-006 --run GO-003
check "fail-fast: what still runs is ended" sh -c \
	"! grep -q 'still running' $out"
on --fail-fast --repeat 2 --run GO-001
check "fail-fast: none" is 0

explores() {
	run --runtime "$dir/explores.so" "$@"
}
explores --explore 5 --verbose --run GO-001
check "explore: fails" is 1
check "explore: in which schedule" says "[fake, procs 1, schedule 3, seed 3]"
check "explore: how to repeat it" says "--seed 3 --schedule 3 --run GO-001"
check "explore: none after it" says "[fake, 3 runs,"
run --runtime "$dir/explores_exit.so" --explore 5 --run GO-001
check "explore: the process ends well, too early" says "schedule 3, seed 3]"
explores --schedule 3 --run GO-001
check "schedule: fails" is 1
explores --schedule 4 --run GO-001
check "schedule: another" is 0
check "explore: more than one proc" usage_error --explore 2 --procs 4
explores --schedule 3 --explore 1 --run GO-001
check "schedule and explore: the first of them" is 1
explores --explore 1 --schedule 3 --run GO-001
check "explore and schedule: the same" is 1
explores --explore 2 --verbose --run GO-001
check "explore: passes" is 0
check "explore: runs are counted" says "[fake, 2 runs,"
explores --explore 2 --run GO-011
check "explore: one proc" sh -c "! grep -q 'procs 2' $out"
explores --explore 2 --run GO-012
check "explore: not a case that measures" is 3
check "explore: and says why" says "not explored: it measures"
on --explore 2 --run GO-001
check "explore: a runtime that cannot" is 3
check "explore: what it lacks" says "needs the trait 'explores'"
explores --explore 2 --repeat 2 --run GO-001
check "explore and repeat" is 2
check "explore and repeat: why" one_line
most=$((0x7fffffffffffffff - 1))
explores --schedule $most --run GO-001
check "schedule: the last" is 0
check "explore: beyond the last schedule" usage_error --explore 3 \
	--schedule $most

run --runtime "$dir/one_proc.so" --procs 1,2 --run GO-001 --run GO-013
check "a case passes if no run was skipped" last_is \
	"conformance: 1 passed, 0 failed, 1 skipped"
run --runtime "$good" --procs 1,2 --run GO-011
check "procs" says "procs 2"
check "procs: counts once" last_is "conformance: 0 passed, 1 failed, 0 skipped"
run --runtime "$good" --procs 8 --run GO-011
check "procs: not of the case" last_is \
	"conformance: 0 passed, 0 failed, 1 skipped"

order() {
	"$runner" --runtime "$good" --procs 1 --jobs 1 --shuffle="$1" \
		--json "$tmp/o.json" --run 'GO-01*' --run CH-012 >"$out"
	grep -o '"id":"[^"]*"' "$tmp/o.json" >"$tmp/ids"
	grep '^FAIL' "$out" | awk '{ print $2 }'
}
check "shuffle: same seed, same order" sh -c "[ '$(order 7)' = '$(order 7)' ]"
check "shuffle: another seed" sh -c "[ '$(order 7)' != '$(order 11)' ]"
on --shuffle --run GO-001
check "shuffle: the seed is told" sh -c "grep -q 'shuffled by [0-9]' $out"

on --jobs 8 --repeat 3 --run CH-005 --run CH-006
check "alone means alone" is 0
start=$(date +%s%N)
run --runtime "$good" --procs 1,2,4,8 --jobs 16 --repeat 1 --run CH-005
check "side by side" [ $(($(date +%s%N) - start)) -lt 5000000000 ]

on --color=always --run GO-002
check "colour" sh -c "grep -q '$(printf '\033')\[31mFAIL' $out"
for no in --color=never --no-color --color=auto; do
	on $no --run GO-002
	check "no colour: $no" sh -c "! grep -q '$(printf '\033')' $out"
done
on --jobs 1 --procs 1,2,4 --repeat 2 --verbose --run GO-006
check "a hang costs its time once in a repetition" says "[fake, 2 runs,"
on --timeout-scale 2 --run GO-006
check "timeout-scale" sh -c "grep -q 'still running after [3-9]' $out"

on --run GO-009/table
check "a table is not shown unasked" sh -c "! grep -q '| one' '$out'"
on --run GO-009/table --table
check "--table: head, rule and row" sh -c "grep -A 2 '^| one | two |$' \
	'$out' | tail -n 2 | tr '\n' ' ' | grep -qxF '+-----+-----+ | 1   | 2   | '"
check "--table: no other notes" sh -c "! grep -q 'note: ' '$out'"
on --run GO-009/table --verbose
check "--verbose: the table and the notes" sh -c "grep -q '^+-----+-----+$' \
	'$out' && grep -q '^  note: a figure$' '$out'"

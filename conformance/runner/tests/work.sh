# work.sh - what helps to work on a runtime: choosing cases, a case by hand,
# reports of earlier runs.
# shellcheck shell=sh

# ids ARGS: the cases that are chosen, in $chosen.
ids() {
	run --list "$@"
	chosen=$(awk '{ printf "%s ", $1 }' "$out")
}

chosen_are() {
	[ "$chosen" = "$1 " ] && return
	echo "chosen: $chosen"
	return 1
}

# ---- which cases ----------------------------------------------------------

real_rows=$runner
runner=$dir/rows
ids --level core
check "level: core" chosen_are "CH-001 CH-002 CH-005 CH-006"
ids --level ext --level C-only
check "level: every ext, and another" chosen_are "GO-001 LONG-001"
ids --level ext:ANY
check "level: one ext" chosen_are "LONG-001"
check "level: none such" usage_error --list --level ext:NONE
ids --profile 1.9/small
check "profile: rows of a version" chosen_are "CH-001 GO-001"
ids --profile small
check "profile: of the newest version" chosen_are "CH-005"
ids --profile small --profile other --skip CH
check "profile: more than one, and a filter" chosen_are "LONG-001"
check "profile: none such" usage_error --list --profile 1.9/none
check "profile: those there are" complains \
	"there are 1.9/other 1.9/small 1.10/small"
runner=$real_rows

shards() {
	for k in 1 2 3; do
		ids --run GO --skip 'GO-00*' --shard $k/3
		echo "$chosen" | tr ' ' '\n'
	done | sed '/^$/d' | sort >"$tmp/parts"
	ids --run GO --skip 'GO-00*'
	echo "$chosen" | tr ' ' '\n' | sed '/^$/d' | sort | cmp - "$tmp/parts"
}
check "shard: all shards are the whole, each case once" shards
check "shard: K is at most N" usage_error --list --shard 4/3
check "shard: not K/N" usage_error --list --shard 2
on --run GO-001 --shard 2/2
check "shard: an empty one is no failure" is 0

# ---- what failed before ---------------------------------------------------

on --last "$tmp/last.json" --run 'GO-00[123]' --run GO-010 --seed 3
ids --last "$tmp/last.json" --rerun-failed
check "rerun-failed: what failed" chosen_are "GO-002 GO-003 GO-010"
ids "--rerun-failed=$tmp/last.json" --skip GO-002
check "rerun-failed: of a file, with a filter" chosen_are "GO-003 GO-010"
on --last "$tmp/last.json" --rerun-failed
ids --last "$tmp/last.json" --rerun-failed
check "rerun-failed: what passes now is done" chosen_are "GO-002 GO-003"
cp "$tmp/last.json" "$tmp/before.json"
on --last "$tmp/last.json" --rerun-failed --fail-fast --jobs 1
check "rerun-failed: a run that was cut short keeps the rest" \
	cmp "$tmp/before.json" "$tmp/last.json"
# again TEXT ARGS: after a rerun with these, the cases in TEXT are still to be
# run again.
again() {
	want=$1
	shift
	run --last "$tmp/last.json" --rerun-failed "$@"
	ids --last "$tmp/last.json" --rerun-failed
	chosen_are "$want"
}
broken=$dir/broken.so
on --last "$tmp/last.json" --run 'GO-00[23]' --run GO-010 --seed 3
check "rerun-failed: a filter forgets nothing" again "GO-002 GO-003 GO-010" \
	--runtime "$good" --procs 1 --run GO-002
check "rerun-failed: nor does a shard" again "GO-002 GO-003 GO-010" \
	--runtime "$good" --procs 1 --shard 2/3
check "rerun-failed: nor one that has no case" again "GO-002 GO-003 GO-010" \
	--runtime "$good" --procs 1 --shard 9/9
check "rerun-failed: nor does another runtime" again "GO-002 GO-003 GO-010" \
	--runtime "$broken" --procs 1 --run GO-010
check "rerun-failed: the rest, once it passes, is done" again "GO-002 GO-003" \
	--runtime "$good" --procs 1 --skip 'GO-00*'
run --last "$tmp/last.json" --runtime "$good" --procs 2 --run GO-011
check "rerun-failed: a case that is at other procs stays" again GO-011 \
	--runtime "$good" --procs 8
run --last "$tmp/last.json" --runtime "$broken" --runtime "$good" --procs 1 \
	--run 'GO-00[12]'
check "rerun-failed: of two runtimes, one" again "GO-001 GO-002" \
	--runtime "$good" --procs 1
cp "$good" "$tmp/mended.so"
check "rerun-failed: a runtime of another name and file" again "GO-001 GO-002" \
	--runtime "$tmp/mended.so" --procs 1
run --last "$tmp/last.json" --runtime "$dir/noext.so" --runtime "$good" \
	--procs 2 --run GO-011
on --last "$tmp/last.json" --rerun-failed
check "rerun-failed: the file of a runtime is the same by another name" \
	eval '[ "$(grep -c "\"runtime\":\"$dir/noext" "$tmp/last.json")" -eq 1 ] &&
	! grep -q "\"runtime\":\"$good" "$tmp/last.json"'
on --run GO-001 --json "$tmp/passed.json"
on "--rerun-failed=$tmp/passed.json"
check "rerun-failed: nothing to run" is 3
check "rerun-failed: nothing to run is told" complains "no case has failed in"
check "rerun-failed: of which file" usage_error --rerun-failed
check "rerun-failed: no file" usage_error "--rerun-failed=$tmp/none"
echo '{"suite": "another"}' >"$tmp/foreign.json"
check "rerun-failed: not a report" usage_error "--rerun-failed=$tmp/foreign.json"

# ---- known failures -------------------------------------------------------

cat >"$tmp/old" <<'OLD'
# Kept as it is.
GO-00[13] fail  # believed
CH-012/status  fail # as was said
OLD
new=$tmp/expectations.new
at_2() {
	run --runtime "$good" --procs 1,2 --run 'GO-00[1-4]' --run GO-011 \
		--run 'GO-005/*' --run CH-012/status "$@"
}
at_2 --expectations "$tmp/old" "--write-expectations=$new"
check "write-expectations: the run still fails" is 1
check "write-expectations: others are kept" sh -c "grep -qx '# Kept as it is.' \
	'$new' && grep -qx 'CH-012/status  fail # as was said' '$new'"
check "write-expectations: a line whose case passes is replaced" sh -c \
	"! grep -q 'GO-001' '$new' && grep -qx 'GO-003 fail  # believed' '$new'"
check "write-expectations: the first words of the failure" \
	grep -q '^GO-002 fail  # conformance/runner/tests/cases.c:' "$new"
check "write-expectations: flaky if some runs passed" \
	grep -q '^GO-011 flaky  # ' "$new"
# A pipe can be read only once.
mv "$new" "$tmp/from_file"
cat "$tmp/old" | {
	at_2 --expectations /dev/fd/7 "--write-expectations=$new"
} 7<&0
check "write-expectations: the same from a pipe" cmp "$tmp/from_file" "$new"
cat "$tmp/old" | {
	run --runtime "$good" --runtime "$dir/noext.so" --procs 1 \
		--run GO-003 --expectations /dev/fd/7
} 7<&0
check "expectations from a pipe are for each runtime" says "2 of the skipped"
at_2 --expectations "$new"
check "write-expectations: with them the run passes" is 0
check "write-expectations: no file is overwritten" usage_error \
	--runtime "$good" "--write-expectations=$new"
check "write-expectations: one runtime" usage_error --runtime "$good" \
	--runtime "$dir/broken.so" "--write-expectations=$tmp/two"

# ---- a case by hand -------------------------------------------------------

on --debug GO-001
check "debug: passes" is 0
check "debug: what starts" complains "on fake, procs 1, seed 1, ends after"
check "debug: how it ended" complains "debug: GO-001 passed, exit status 0"
on --debug GO-002
check "debug: fails" is 1
check "debug: output is not captured" eval 'says "told on stdout" &&
	says "fail conformance/runner/tests" && complains "told on stderr"'
check "debug: the failed case" complains "debug: GO-002 FAILED, exit status 1"
on --debug GO-004
check "debug: skipped" is 3
on --debug GO-008
check "debug: what the runtime lacks" complains "GO-008 is not for fake: needs"
on --debug GO-005/segv
check "debug: a crash" complains "debug: GO-005/segv FAILED, signal 11"
on --debug GO-005/early
check "debug: ends well, too early" complains \
	"GO-005/early FAILED: the process ended before the body returned, exit"
check "debug: that is a failure" is 1
run --runtime "$dir/explores_exit.so" --debug GO-001 --schedule 3
check "debug: the runtime ends well, too early" complains \
	"FAILED: the process ended before the body returned"
check "debug: that is a failure" is 1
run --runtime "$dir/explores_exit.so" --debug GO-001 --schedule 4
check "debug: another schedule" is 0
on --debug GO-001 --schedule 1
check "debug: no schedules" complains "needs the trait 'explores'"
on --debug GO-012
check "debug: soft bounds" complains "GO-012 passed, outside its bounds"
on --debug GO-016/nothing
check "debug: no check, no pass" complains "FAILED: not one check was made"
on --debug GO-016/unskipped
check "debug: a forged skip" is 1
on --debug CH-014/left
check "debug: a declared end, too early" complains "before main returned"
on --debug CH-012/check
check "debug: a declared end, and a failed check" complains \
	"FAILED: a check failed"
on --debug GO-006
check "debug: the watchdog ends it" complains "ended by the watchdog"
check "debug: that is a failure" is 1
on --debug CH-012/right
check "debug: a declared end" is 0
on --debug CH-013/hangs
check "debug: hangs as declared" is 0
several() {
	usage_error --debug "$1" && complains "names $2: $3 ..."
}
check "debug: more than one case of a row" several CH-012 8 CH-012/check
check "debug: more than one case of a glob" several "GO-00[1-3]" 3 GO-001
check "debug: two cases" usage_error --debug GO-001 GO-002
check "debug: more than one run" usage_error --debug GO-001 --repeat 2
for filter in "--skip GO-002" "--shard 1/2" "--rerun-failed" "--level core" \
		"--list" "--debug GO-002"; do
	# shellcheck disable=SC2086 # words are wanted
	check "debug: not with $filter" usage_error --debug GO-001 $filter
done
check "two things at once" usage_error --list --coverage
check "debug: no such case" usage_error --debug GO-999
check "debug: one number of procs" usage_error --debug GO-001 --procs 1,2
run --runtime "$tmp/c_host" --debug GO-001 --procs 2
check "debug: a host" complains "debug: GO-001 passed"

# gdb_on ARGS: as on, under gdb.
gdb_on() {
	gdb -q -batch -nx -ex 'set startup-with-shell off' -ex run --args \
		"$runner" --runtime "$good" --procs 1 "$@" >"$out" 2>"$err"
}
if have gdb && gdb -q -batch -nx -ex run --args /bin/true 2>&1 |
	grep -q 'exited normally'; then
	gdb_on --debug GO-001
	check "debug: under gdb there is no watchdog" complains "no watchdog"
	check "debug: under gdb, how it ended" complains \
		"debug: GO-001 passed, exit status 0"
	gdb_on --debug GO-005/segv
	check "debug: gdb has the case's own process" says "SIGSEGV"
else
	skip "debug: under gdb" "no gdb that can run a program"
fi

# ---- reports of several runs ----------------------------------------------

reported() {
	on --run 'GO-00[1-5]*' --run CH-001 --run GO-010 --json "$@"
}
reported "$tmp/whole.json"
undivided=$status
for k in 1 2 3 4; do
	reported "$tmp/shard$k.json" --shard $k/4
done
run merge "$tmp/merged.json" "$tmp/shard3.json" "$tmp/shard1.json" \
	"$tmp/shard4.json" "$tmp/shard2.json"
check "merge: the status of the undivided run" is "$undivided"
check "merge: the totals" last_is "$(on --run 'GO-00[1-5]*' --run CH-001 \
	--run GO-010; tail -n 1 "$out")"
# Times differ.
have python3 && check "merge: equals the undivided run" python3 - \
	"$tmp/whole.json" "$tmp/merged.json" <<'PY'
import json, sys
def read(path):
    return json.load(open(path), object_hook=lambda d: {
        k: v for k, v in d.items() if k != "seconds"})
whole, merged = map(read, sys.argv[1:])
assert list(whole) == list(merged), (list(whole), list(merged))
for name in whole:
    assert whole[name] == merged[name], (whole[name], merged[name])
assert len(whole["results"]) > 8
PY
run diff "$tmp/whole.json" "$tmp/merged.json"
check "diff: the same" is 0
run --runtime "$dir/endless.so" --procs 1 --run GO-001 --json "$tmp/endless.json"
run diff "$tmp/endless.json" "$tmp/endless.json"
check "diff: a runtime with stacks without end" is 0

# ends_as STATUS ARGS: undivided and merged from two shards.
ends_as() {
	want=$1
	shift
	on "$@"
	is "$want" || return 1
	for k in 1 2; do
		on --shard $k/2 --json "$tmp/half$k.json" "$@"
	done
	run merge "$tmp/both.json" "$tmp/half1.json" "$tmp/half2.json"
	is "$want"
}
check "merge: nothing was judged" ends_as 3 --run GO-008 --run 'GO-009/needs'
check "merge: the first failure ends it" ends_as 1 --run 'GO-00[1-5]*' \
	--fail-fast

# unmerged TEXT FILE ...: these are not merged, and it is told why.
unmerged() {
	text=$1
	shift
	rm -f "$tmp/no.json"
	run merge "$tmp/no.json" "$@"
	is 2 && one_line && complains "$text" && [ ! -e "$tmp/no.json" ]
}
check "merge: one is missing" unmerged "shard 2 of 4 is missing" \
	"$tmp/shard1.json" "$tmp/shard3.json" "$tmp/shard4.json"
check "merge: one is there twice" unmerged "shard 1 of 4, as is" \
	"$tmp"/shard[1-4].json "$tmp/shard1.json"
check "merge: not a shard" unmerged "not the report of a shard" \
	"$tmp"/shard[1-3].json "$tmp/whole.json"
reported "$tmp/other.json" --shard 4/4 --seed 2
check "merge: other options" unmerged "other options" \
	"$tmp"/shard[1-3].json "$tmp/other.json"
run --runtime "$dir/noext.so" --procs 1 --run 'GO-00[1-5]*' --run CH-001 \
	--run GO-010 --json "$tmp/other.json" --shard 4/4
check "merge: another runtime" unmerged "another runtime" \
	"$tmp"/shard[1-3].json "$tmp/other.json"
echo "GO-002 flaky # of late" >"$tmp/of-late"
reported "$tmp/other.json" --shard 4/4 --expectations "$tmp/of-late"
check "merge: other expectations" unmerged "another runtime" \
	"$tmp"/shard[1-3].json "$tmp/other.json"
for k in 1 2; do
	on --seed 3 --run "GO-00[1$((k + 1))]" --json "$tmp/failed.json"
	on "--rerun-failed=$tmp/failed.json" --shard $k/2 --json "$tmp/again$k.json"
done
check "merge: a list of failures that has changed" unmerged "other options" \
	"$tmp/again1.json" "$tmp/again2.json"
sed 's/"suite_digest":"./&0/' "$tmp/shard4.json" >"$tmp/other.json"
check "merge: another suite" unmerged "another suite" \
	"$tmp"/shard[1-3].json "$tmp/other.json"
reported "$tmp/other.json" --shard 4/5
check "merge: another number of shards" unmerged "a shard of 5" \
	"$tmp"/shard[1-3].json "$tmp/other.json"
head -c 2000 "$tmp/shard4.json" >"$tmp/other.json"
check "merge: cut off" unmerged "other.json:" "$tmp"/shard[1-3].json \
	"$tmp/other.json"

# bent PYTHON: a shard with one thing in it changed is not merged.
bent() {
	text=$1
	python3 -c "import json, sys
d = json.load(sys.stdin)
r = d['results'][0]
$2
print(json.dumps(d))" <"$tmp/shard4.json" >"$tmp/other.json" &&
		unmerged "other.json: $text" "$tmp"/shard[1-3].json \
			"$tmp/other.json"
}
if have python3; then
	check "merge: no verdict" bent "results[0].verdict is 'banana'" \
		"r['verdict'] = 'banana'"
	check "merge: no verdict of a run" bent "results[0].runs[0].verdict is" \
		"r['runs'][0]['verdict'] = 'unknown'"
	check "merge: another's runtime" bent "results[0].runtime is 'other'" \
		"r['runtime'] = 'other'"
	check "merge: no runtime" bent "runtimes is empty" "d['runtimes'] = []"
	check "merge: a number too large" bent "seconds is of the wrong kind" \
		"d['seconds'] = 1e300"
	check "merge: too many cases" bent "not the report of a shard" \
		"d['shard']['cases'] = 1 << 62"
	for value in None 5; do
		check "merge: litmus, the runtime $value" bent \
			"results[0].runtime is of the wrong kind" \
			"d['suite'] = 'assay litmus'; r['runtime'] = $value"
	done
	check "merge, diff: any member of any kind" python3 - "$runner" \
		"$tmp/shard4.json" "$tmp/odd.json" <<'PY'
import json, subprocess, sys
runner, path, odd = sys.argv[1:]

def places(v, at=()):
    yield at
    inside = v.items() if isinstance(v, dict) else \
        enumerate(v[:1]) if isinstance(v, list) else ()
    for name, value in inside:
        yield from places(value, at + (name,))

def bent(at, value):
    d = root = {"d": json.load(open(path))}
    *way, last = ("d",) + at
    for name in way:
        d = d[name]
    d[last] = value
    return root["d"]

for at in places(json.load(open(path))):
    for value in None, -1, "\x1b":
        with open(odd, "w") as f:
            json.dump(bent(at, value), f)
        for command in ["merge", "/dev/null", odd], ["diff", path, odd]:
            ran = subprocess.run([runner, *command], capture_output=True,
                                 text=True)
            assert ran.returncode in (0, 1, 2), (at, value, command, ran)
            assert ran.returncode < 2 or ran.stderr.count("\n") == 1, ran
            assert "\x1b" not in ran.stdout + ran.stderr, (at, ran)
PY
else
	skip "merge, diff: members of a wrong kind" "no python3"
fi

on --run 'GO-00[12]' --run GO-010 --run CH-001 --seed 3 --json "$tmp/a.json"
run --runtime "$dir/broken.so" --procs 1 --run 'GO-00[12]' --run GO-010 \
	--run CH-005 --json "$tmp/b.json"
run diff "$tmp/a.json" "$tmp/b.json"
check "diff: something" is 1
check "diff: worse" says "  GO-001: pass -> fail, conformance/runner/tests"
check "diff: better" says "  GO-010: fail -> pass"
check "diff: new and gone" eval 'says "  CH-005: pass" && says "  CH-001: pass"'
check "diff: rows" eval 'says "rows that are worse: GO-001" &&
	says "rows that are better: GO-010"'
check "diff: the last line" last_is "diff: 1 worse, 1 better, 0 otherwise, 1 new, 1 gone, 1 alike; 2 rows"
check "diff: bad input" usage_error diff "$tmp/a.json" "$tmp/foreign.json"
check "diff: one file" usage_error diff "$tmp/a.json"
check "diff: an option" usage_error diff "$tmp/a.json" "$tmp/b.json" --run x

# ---- where runtimes differ ------------------------------------------------

run --runtime "$good" --runtime "$dir/noext.so" --procs 1 \
	--run GO-009/ext_named --run GO-002
check "differences are of verdicts, not of what is skipped" says \
	"2 of 2 cases alike where they are judged; some skip 1"

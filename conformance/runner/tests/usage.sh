# usage.sh - the command line, lists and texts.
# shellcheck shell=sh

usage_error() {
	run "$@"
	is 2 && one_line
}

check "an unknown option" usage_error --nonsense
check "a missing value" usage_error --run
check "procs: no number" usage_error --procs 1,x
check "procs: zero" usage_error --procs 0
check "procs: empty" usage_error --procs ''
check "repeat: zero" usage_error --repeat 0
check "jobs: negative" usage_error --jobs -1
check "jobs: not only digits" usage_error --jobs " 3"
check "seed: no number" usage_error --seed a
check "timeout-scale: zero" usage_error --timeout-scale 0
check "timeout-scale: nan" usage_error --timeout-scale nan
check "color: a word" usage_error --color=sometimes
# one_file ARGS: two options would write one file, and it is told.
one_file() {
	usage_error --runtime "$good" --run GO-001 "$@" && complains "$told"
}
echo precious >"$tmp/there"
ln -s there "$tmp/link"
ln "$tmp/there" "$tmp/hard"
told="both go to"
for pair in "json same junit ./same" "json there junit link" \
	"last same json same" "last hard junit there" \
	"write-expectations same json same" "write-expectations same last same"; do
	# shellcheck disable=SC2086
	set -- $pair
	check "one file for two: $pair" one_file "--$1=$tmp/$2" "--$3=$tmp/$4"
done
check "two reports on stdout: --tap" one_file --tap --json -
check "two reports on stdout: -" one_file --junit - --last -
ln -s /proc/self/fd/1 "$tmp/stdout"
check "two reports on stdout: by its path" one_file --tap --json "$tmp/stdout"
told="which --expectations reads"
echo 'GO-002 fail # told' >"$tmp/known"
check "a report that would replace what is read" one_file \
	--expectations "$tmp/known" --json "$tmp/known"
told="which --rerun-failed reads"
check "a report that would replace the one that is run again" one_file \
	--rerun-failed="$tmp/there" --json "$tmp/link"
check "a merge that would replace what is read" usage_error merge \
	"$tmp/there" "$tmp/none" "$tmp/link"
check "what is refused replaces nothing" grep -qx precious "$tmp/there"
told="is of a run"
check "a report, and no run" one_file --list --json "$tmp/same"
run --runtime "$good" --procs 1 --run GO-001 --json /dev/null --junit /dev/null
check "what is thrown away is not lost" is 0
run --runtime "$good" --procs 1 --run GO-001 --json "$tmp/link"
check "a report goes where a link leads" sh -c \
	"[ -L '$tmp/link' ] && grep -q GO-001 '$tmp/there'"
ln -s nowhere "$tmp/dangling"
check "a report through a link that leads nowhere" usage_error \
	--runtime "$good" --run GO-001 --json "$tmp/dangling"
check "such a link stays" [ -L "$tmp/dangling" ]
run --runtime "$good" --procs 1 --run GO-001 --json "$tmp/stdout"
check "standard output by its path: a report alone" sh -c \
	"head -c 1 '$out' | grep -q '{' && [ -L '$tmp/stdout' ]"
check "a report that is to be a folder" usage_error --runtime "$good" \
	--run GO-001 --json "$tmp/same/"
check "an empty name of a report" usage_error --runtime "$good" --run GO-001 \
	--json ''
check "a report that cannot be written" usage_error --runtime "$good" \
	--run GO-001 --junit "$tmp/no/such/dir.xml"

run --help
check "help" is 0
for option in runtime run skip procs repeat until-fail fail-fast shuffle seed \
	timeout-scale jobs expectations tap junit json list cases explain coverage \
	check color verbose version level profile rerun-failed last shard \
	write-expectations debug; do
	check "help tells --$option" says "--$option"
done

on --run 'XX-*'
check "nothing matches" is 3
check "nothing matches: said once" one_line
check "nothing matches: said" complains "no case matches XX-*"
on --run GO-001 --skip 'YY-*'
check "a --skip that matches nothing is told" complains \
	"no case matches --skip YY-*"
check "a --skip that matches nothing changes nothing" is 0
on --run NP-001
check "a behaviour without a case" complains "has none yet"
on --run GO-001 --skip 'GO*'
check "all skipped by a glob" is 3
check "all skipped by a glob: said once" one_line

run --version
check "version" is 0
check "version: that of the suite" says "$(cat conformance/version)"

run --list
check "list" is 0
check "list has variants" says "CH-012/right"
run --list --run go_001 --run 'ch-01?/s*' --skip '*/slow'
check "globs: rows, ids, any letters" sh -c \
	"[ \"\$(awk '{ print \$1 }' $out | tr '\n' ' ')\" = \
	'CH-012/status CH-013/signal GO-001 ' ]"
long=$(printf '%0200d' 0 | tr 0 '?')
run --list --run "GO-001$long"
check "a pattern is not cut" is 3
run --list --run "GO-00[1$long]"
check "a long pattern matches" says "GO-001"
run -q
check "an unknown short option" complains "unknown option -q"
run --list GO
check "a positional glob, an area" sh -c "! grep -v '^GO-' $out"
run --list zz
check "list of nothing" is 3

run --explain CH-012/right
check "explain" is 0
check "explain: statement" says "Send on a closed channel panics"
check "explain: source" says "stands in: "
check "explain: case and line" says "conformance/runner/tests/cases.c:"
check "explain: declared end" says "with exit status 2"
run --explain NP-001
check "explain: no case" says "no case"
run --explain ZZ-1
check "explain: unknown" is 3

run --coverage
check "coverage" is 0
check "coverage: areas" says "CH "
run --check
check "check: rows without case" is 1
check "check: names them" complains "CH-050 has neither a case nor a reason"
check "check: spare need" complains "case GO-008 names a need that every case"
run --cases
check "cases: what one asks for" says "GO-009/lacks	any	0	32	16384	-"
check "the real list" sh -c "$real --list | grep -q '^CH-011 '"

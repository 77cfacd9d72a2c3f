# rows.sh - what the columns of behaviours.tsv mean, by rows.tsv and wrong_rows.tsv.
# shellcheck shell=sh

real_rows=$runner
runner=$dir/rows

# skipped_by NAME ID REASON: the runtime does not run the case, and says why.
skipped_by() {
	run --runtime "$dir/$1.so" --verbose --run "$2"
	is 3 && says "skip $2 " && says "$3"
}

# runs_by NAME ID [N]: it does, at each of the procs; N times in all.
runs_by() {
	run --runtime "$dir/$1.so" --verbose --run "$2"
	is 0 && says "pass $2 " && says "${3:-3} runs"
}

check "since: an older Go is not asked" skipped_by go122 CH-001 "since Go 1.23"
check "since: a runtime that names no Go is the newest" runs_by good CH-001
check "until: the last Go is asked, whatever its patch" runs_by go122 CH-002
check "until: a newer Go is not asked" skipped_by good CH-002 "until Go 1.22"
check "since and until are the same Go" runs_by go122 CH-006
check "a version that is none" refused go_soon "it follows Go 'soon'"

check "stochastic: three runs for three procs" runs_by good CH-005
run --runtime "$good" --verbose --run CH-005 --procs 2 --json "$tmp/rows.json"
check "stochastic: three runs for one" says "3 runs"
check "stochastic: each has a seed of its own" [ "$(grep -o \
	'"seed":[0-9]*,"seconds"' "$tmp/rows.json" | sort -u | wc -l)" -eq 3 ]
run --runtime "$good" --verbose --run CH-005 --procs 2 --repeat 2
check "stochastic: three a repetition" says "6 runs"
run --runtime "$good" --verbose --run GO-001 --procs 2
check "not stochastic: one run" says "1 run,"

printf '#!/bin/sh\nexec "%s" --assay-runtime "%s" "$@"\n' "$runner" "$good" |
	host c_host
run --runtime "$tmp/c_host" --verbose --run GO-001
check "C-only: a host is not asked" says "skip GO-001 "
check "C-only: it is told why" says "for runtimes of C alone"
run --runtime "$tmp/c_host" --run LONG
check "C-only: other rows of a host are run" is 0

run --runtime "$good" --run long_001
check "a long area: an underscore is as good as a dash" is 0
check "a long area stands in the table of areas" says "LONG  "
run --list CH-00[16]
check "list: since, until, stochastic" eval 'says "core           1.23  -     no " &&
	says "core           1.22  1.22  no "'
run --explain CH-001 --explain CH-002 --explain CH-005
check "explain: since, until, stochastic" eval 'says "since:     Go 1.23" &&
	says "until:     Go 1.22" && says "stochastic: " &&
	says "killed 2 planted and 1 drawn faults"'
run --coverage
check "coverage: rows with bounds, stochastic rows" sh -c \
	"grep -q '^CH .* 3  *1  *2\$' $out"
check "coverage: rows that have killed no fault" sh -c \
	"grep -A 1 '^not certain' $out | grep -q '^CH-005 CH-006 '"
check "json: the columns" sh -c "grep -q \
	'\"level\":\"core\",\"since\":null,\"until\":null,\"stochastic\":true' \
	$tmp/rows.json"

runner=$dir/wrong_rows
run --check
for fault in "3: not 9 columns" "4: the level is neither" \
	"5: the area is not" "6: since and until are not" \
	"7: since and until are not" "8: stochastic is neither" \
	"9: the id stands there twice"; do
	check "check: line $fault" complains "behaviours.tsv:$fault"
done

runner=$real_rows

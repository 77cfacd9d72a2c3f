# profiles.sh - profiles, judged by Go's reader of them.
# shellcheck shell=sh disable=SC2154,SC2015

# profile KIND DEBUG: $out.profile is the program's.
profile() {
	exits 0 profile "$1" "$2" "$tmp/profile" && [ ! -s "$out" ] || no "not quiet"
}

# first NAME COUNT: pprof's first function, and what it has.
top_is() {
	PPROF_TMPDIR=$tmp go tool pprof -top "$tmp/profile" >"$tmp/top" 2>"$err" ||
		no "pprof cannot read it"
	first=$(sed '1,/flat%/d' "$tmp/top" | awk 'NR == 1 { print $1, $6 }')
	[ "$first" = "$2 $1" ] || { cat "$tmp/top"; no "first is $first"; }
}

raw_has() {
	PPROF_TMPDIR=$tmp go tool pprof -raw "$tmp/profile" >"$tmp/raw" 2>"$err" ||
		no "pprof cannot read it"
	grep -qE -- "$1" "$tmp/raw" || { cat "$tmp/raw"; no "lacks $1"; }
}

goroutines_by_count() {
	profile goroutine 1
	counts=$(sed -n 's/^\([0-9]*\) @.*/\1/p' "$tmp/profile" | tr '\n' ' ')
	[ "$counts" = "90 10 1 1 " ] || { cat "$tmp/profile"; no "counts are $counts"; }
	grep -q '^goroutine profile: total 102$' "$tmp/profile" || no "total"
	[ "$(grep -c '^# labels: {"job":"load"}$' "$tmp/profile")" = 1 ] ||
		{ cat "$tmp/profile"; no "one has labels"; }
}

goroutines_top() {
	profile goroutine 0
	top_is many_wait 90
	raw_has '^PeriodType: goroutine count$'
	raw_has '^ *job:\[load\]$'
	raw_has '^Mappings$'
}

goroutines_dump() {
	profile goroutine 2
	grep -q '^goroutine 1 \[running\]:$' "$tmp/profile" || no "no main"
	[ "$(grep -c '^goroutine ' "$tmp/profile")" = 102 ] || no "not all"
}

# The server's address is the first line that it prints.
from_server() {
	"$dir/debug_server" 127.0.0.1:0 >"$tmp/address" &
	server=$!
	for _ in $(seq 100); do
		[ -s "$tmp/address" ] && break
		sleep 0.05
	done
	url=http://$(head -n 1 "$tmp/address")/debug/pprof/goroutine
	PPROF_TMPDIR=$tmp go tool pprof -top "$url" >"$tmp/top" 2>"$tmp/err"
	status=$?
	kill "$server"
	[ "$status" -eq 0 ] || { cat "$tmp/err"; no "pprof cannot read it"; }
	grep -qE '^ *50 .* waits_here$' "$tmp/top" || { cat "$tmp/top"; no "other"; }
}

check "profiles: into pipes, one after another, beside a handler" \
	fine profile_ends
for procs in 1 2 8; do
	check "profiles: goroutines in and out of calls, procs:$procs" \
		env GOMAXPROCS=$procs timeout 120 "$dir/profile_calls"
done
check "debug server: what it answers, and noise" fine debug_server
check "goroutine profile as text: the most frequent stack first" \
	goroutines_by_count
check "goroutine profile: each of them" goroutines_dump
# Ten kinds of wait, each once in a function of its own.
blocks() {
	profile block 1
	for f in recv send close select mutex cond lock rlock group; do
		awk -v f="waits_$f+" '
		/ @ / { entry = $0; ns = $1; n = $2; top = 1; next }
		/^#\t/ && top { if (index($3, f) == 1 && n == 1 && ns >= 2e7) ok = 1
			top = 0 }
		END { exit !ok }' "$tmp/profile" ||
			{ cat "$tmp/profile"; no "waits_$f is not there once"; }
	done
}

unlocks() {
	profile mutex 1
	awk '/ @ / && ++n == 1 && $1 >= 1e9 && $2 == 1 { ok = 1 }
	/^#\t/ && n == 1 && !top++ && index($3, "holds_long+") != 1 { ok = 0 }
	END { exit !ok }' "$tmp/profile" || { cat "$tmp/profile"; no "not first"; }
}

blocks_top() {
	profile block 0
	PPROF_TMPDIR=$tmp go tool pprof -top -sample_index=contentions \
		"$tmp/profile" >"$tmp/top" 2>"$err" || no "pprof cannot read it"
	[ "$(grep -c ' waits_[a-z]*$' "$tmp/top")" = 9 ] ||
		{ cat "$tmp/top"; no "not all"; }
	raw_has '^ *1 +2[0-9]{7}: .*'
	raw_has 'wait:\[sync.WaitGroup.Wait\]'
}

unlocks_top() {
	profile mutex 0
	PPROF_TMPDIR=$tmp go tool pprof -top "$tmp/profile" >"$tmp/top" 2>"$err" ||
		no "pprof cannot read it"
	sed '1,/flat%/d' "$tmp/top" | head -n 1 | grep -q ' holds_long$' ||
		{ cat "$tmp/top"; no "another is first"; }
}

# Three parts to one, of more than half a second.
burns_first() {
	PPROF_TMPDIR=$tmp go tool pprof -top "$1" >"$tmp/top" 2>"$err" ||
		no "pprof cannot read it"
	sed '1,/flat%/d' "$tmp/top" | head -n 1 | grep -q ' burns_most$' ||
		{ cat "$tmp/top"; no "another is first"; }
	grep -qE ' burns_some$' "$tmp/top" || { cat "$tmp/top"; no "not both"; }
	grep -qE '^Duration: .*, Total samples = ' "$tmp/top" ||
		{ cat "$tmp/top"; no "no times"; }
}

cpu_top() {
	profile cpu 0
	burns_first "$tmp/profile"
	raw_has '^samples/count cpu/nanoseconds$'
	raw_has '^ *job:\[burn\]$'
}

# The source, with what each line cost: a static function, and who calls it.
cpu_lines() {
	profile cpu 0
	"$here/../tools/goro-symbolize" --profile <"$tmp/profile" >"$tmp/lines" ||
		no "not symbolized"
	burns_first "$tmp/lines"
	PPROF_TMPDIR=$tmp go tool pprof -list='^burn$' "$tmp/lines" >"$tmp/list" 2>&1
	grep -qE '^ +\. +[0-9.]+m?s +[0-9]+:.*burns_most\(90000\);' "$tmp/list" ||
		{ cat "$tmp/list"; no "no line has the call"; }
}

lines_refused() {
	! echo no profile | "$here/../tools/goro-symbolize" --profile \
		>"$tmp/lines" 2>"$err" || no "it is taken for one"
	grep -q "no profile of goro's" "$err" || no "another reason"
}

cpu_by_environment() {
	GORO_CPUPROFILE=$tmp/whole
	export GORO_CPUPROFILE
	profile burn 0
	burns_first "$tmp/whole"
}

leaks_top() {
	profile goroutineleak 0
	top_is lost_wait 7
	raw_has '^PeriodType: goroutineleak count$'
	! grep -q some_wait "$tmp/top" || { cat "$tmp/top"; no "one can run"; }
}

leaks_dump() {
	profile goroutineleak 2
	[ "$(grep -c '^goroutine .*\[chan receive (leaked)\]:$' "$tmp/profile")" = 7 ] &&
		[ "$(grep -c '^goroutine ' "$tmp/profile")" = 7 ] ||
		{ cat "$tmp/profile"; no "not those seven"; }
}

check "goro-symbolize: what is no profile" lines_refused
[ "$san" != none ] || check "leak profile: each of them" leaks_dump
check "block profile: each kind of wait, with its stack" blocks
check "mutex profile: the unlock of the holder" unlocks
if have go; then
	check "CPU profile: go tool pprof -top" cpu_top
	check "CPU profile: GORO_CPUPROFILE" cpu_by_environment
	check "CPU profile: go tool pprof -list, by goro-symbolize" cpu_lines
	check "block profile: go tool pprof -top" blocks_top
	check "mutex profile: go tool pprof -top" unlocks_top
	check "goroutine profile: go tool pprof -top" goroutines_top
	[ "$san" != none ] || check "leak profile: go tool pprof -top" leaks_top
	check "debug server: go tool pprof http://" from_server
else
	skip "go tool pprof" "no go command here: Debian package golang-go"
fi

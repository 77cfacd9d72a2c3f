# robust.sh - interruption, neighbours, leftovers, a poor environment.
# shellcheck shell=sh

children_of() {
	cat "/proc/$1/task/$1/children" 2>/dev/null
}

# waits COMMAND: until it succeeds, 10 s at most.
waits() {
	tries=0
	until "$@"; do
		[ $tries -lt 200 ] || return 1
		sleep 0.05
		tries=$((tries + 1))
	done
}

gone() {
	! kill -0 "$1" 2>/dev/null
}

# hanging ARGS: the runner in the background with a case that has passed and
# one that hangs; $pid and, of the hanging one, $child.
hanging() {
	rm -f "$tmp"/i.*
	env "$@" "$runner" --runtime "$good" --procs 1 --jobs 1 --run GO-001 \
		--run GO-006 --timeout-scale 100 --json "$tmp/i.json" \
		--junit "$tmp/i.xml" >"$tmp/i.out" 2>"$tmp/i.err" &
	pid=$!
	sleep 0.4
	waits in_second_child
}

in_second_child() {
	child=$(children_of "$pid")
	[ -n "$child" ] && tr '\0' ' ' <"/proc/${child%% *}/cmdline" |
		grep -q -e "--assay-case GO-006"
}

# interrupt SIGNAL ENV: what ran is reported, nothing is left.  ENV is an
# argument of env that undoes what the tests were started with, as by nohup.
interrupt() {
	hanging "$2" || return 1
	kill "-$1" $pid
	wait $pid
	status=$?
	[ $status -eq 130 ] || { echo "status $status"; return 1; }
	out=$tmp/i.out
	err=$tmp/i.err
	waits gone "${child%% *}" || { echo "$child lives"; return 1; }
	last_is "conformance: 1 passed, 0 failed, 1 skipped" &&
		complains "interrupted: 1 of 2" &&
		says "skipped, interrupted: GO-006" &&
		grep -q '"complete":false' "$tmp/i.json" &&
		grep -q 'name="complete" value="false"' "$tmp/i.xml" &&
		[ "$(find "$tmp" -name 'i.*.*' | wc -l)" -eq 0 ]
}

# stops_debug SIGNAL ENV: sent to the runner alone it ends the case, too.
stops_debug() {
	env "$2" "$runner" --runtime "$good" --procs 1 \
		--timeout-scale 100 --debug GO-006 >"$tmp/i.out" 2>"$tmp/i.err" &
	pid=$!
	waits in_second_child || return 1
	kill "-$1" $pid
	wait $pid
	status=$?
	err=$tmp/i.err
	[ $status -eq 130 ] || { echo "status $status"; return 1; }
	gone "${child%% *}" && complains "debug: GO-006 was interrupted, signal 9"
}

if env --default-signal=INT true 2>/dev/null; then
	for signal in TERM HUP XCPU INT QUIT; do
		given=--default-signal=$signal
		check "SIG$signal" interrupt $signal $given
		check "SIG$signal under --debug" stops_debug $signal $given
	done
else
	check SIGTERM interrupt TERM A=b
	check "SIGTERM under --debug" stops_debug TERM A=b
	skip "other signals" "env has no --default-signal"
fi

# A pipe has no reader yet: nothing runs, and a signal ends the wait.
waits_for_reader() {
	rm -f "$tmp/pipe"
	mkfifo "$tmp/pipe"
	timeout -k 5 1 "$runner" --runtime "$good" --run GO-001 --json \
		"$tmp/pipe" >"$out" 2>"$err"
	[ $? -eq 124 ] || return 1
	cat "$tmp/pipe" >"$tmp/piped" &
	timeout 60 "$runner" --runtime "$good" --run GO-001 --json \
		"$tmp/pipe" >"$out" 2>"$err"
	wait $!
	grep -q '"complete":true' "$tmp/piped"
}
check "a report into a pipe without a reader" waits_for_reader

# In the background a shell ignores SIGINT for its children, as nohup SIGHUP.
ignores() {
	hanging "--ignore-signal=$1" || return 1
	kill "-$1" $pid
	sleep 0.3
	gone "$pid" && { echo "it has ended"; return 1; }
	kill -TERM $pid
	wait $pid
	[ $? -eq 130 ]
}
if env --ignore-signal=HUP true 2>/dev/null; then
	check "an ignored SIGHUP is none" ignores HUP
	check "an ignored SIGINT is none" ignores INT
fi

# Nothing of a report has a name before it is whole.
killed() {
	hanging A=b || return 1
	kill "-$1" $pid
	wait $pid
	waits gone "${child%% *}" && [ -z "$(find "$tmp" -name 'i.json*')" ]
}
for signal in KILL SEGV ABRT USR1; do
	check "no file is left by SIG$signal" killed $signal
done

on --run CH-003 --repeat 3 --jobs 4
check "grandchildren do not hold the runner up" is 0

# marked: the processes that say they belong to this test.
marked() {
	grep -lz "ASSAY_TEST_MARK=$$" /proc/[0-9]*/environ 2>/dev/null
}
no_marked() {
	[ -z "$(marked)" ]
}
ASSAY_TEST_MARK=$$ on --run CH-008 --repeat 2 --jobs 4
check "a daemon that a case leaves is no failure" is 0
check "a daemon that a case leaves is killed" waits no_marked

closed_stdout() {
	"$runner" --runtime "$good" --procs 1 --run GO-001 >/dev/full 2>"$err"
	[ $? -eq 2 ]
}
check "a full disk under stdout is an error" closed_stdout
full_report() {
	"$runner" --runtime "$good" --procs 1 --run GO-001 \
		--json /dev/full >"$out" 2>"$err"
	[ $? -eq 2 ]
}
check "a full disk under a report is an error" full_report

# closed FD ...: the report is whole although descriptors are closed.
closed() {
	rm -f "$tmp/c.json"
	closings=
	for fd in "$@"; do
		closings="$closings $fd>&-"
	done
	eval "\"\$runner\" --runtime \"\$good\" --procs 1 --run GO-001 \
		--json \"\$tmp/c.json\" $closings"
	[ "$(head -c 16 "$tmp/c.json")" = '{"suite":"assay"' ] &&
		[ "$(tail -n 1 "$tmp/c.json")" = "]}" ]
}
check "closed stdin" closed 0
check "closed stdout" closed 1
check "closed stderr" closed 2
check "closed standard files" closed 0 1 2

# limited OPTION VALUE: an error of one line or the verdict, no crash.
limited() {
	(
		rm -f "$tmp/u.json"
		ulimit "$1" "$2" || exit 0
		"$runner" --runtime "$good" --procs 1 --run GO-001 --jobs 4 \
			--json "$tmp/u.json"
		echo "status $?"
	) 2>&1 | cat >"$tmp/limited"
	cat "$tmp/limited"
	grep -q '^status [012]$' "$tmp/limited"
}
# shellcheck disable=SC3045
check "few descriptors" limited -n 6
check "hardly any descriptor" limited -n 4
check "no file size" limited -f 0
check "no file size leaves no report" [ ! -e "$tmp/u.json" ]
# A sanitizer's address space is endless.
ldd "$runner" | grep -q libasan || check "little memory" limited -v 20000

GODEBUG=schedtrace=1 GOMAXPROCS=7 on --run CH-001
check "the user's Go settings stay outside" is 0

# raw FILE: control characters, or bytes that are no UTF-8.
raw() {
	LC_ALL=C grep -q "$(printf '[\001-\010\013-\037\177]')" "$1" ||
		! iconv -f UTF-8 -t UTF-8 "$1" >/dev/null 2>&1
}
host odd <<'HOST'
printf 'name o\033[31md\377d\nversion \302\2331\nmodel \0011:1\nabi 1\ntraits 0\n'
printf 'max_goroutines 0\nhas core->run\nhas core->go\ntwin GO-001\n'
HOST
bad=$(printf '\033[31mb\377d')
cp "$tmp/odd" "$tmp/$bad"
for runtime in odd "$bad"; do
	run --runtime "$tmp/$runtime" --runtime "$good" --run GO-001 \
		--run "$bad" --json "$tmp/odd.json" --verbose
	cat "$err" >>"$out"
	check "nothing raw on the terminal" sh -c "exit $(raw "$out"; echo $((! $?)))"
	check "nothing raw in JSON" sh -c "exit $(raw "$tmp/odd.json"
		echo $((! $?)))"
done
run --runtime "$tmp/no$bad"
check "nothing raw in an error" sh -c "exit $(raw "$err"; echo $((! $?)))"

run --runtime "$good" --procs 1 --run GO-001 --json -
check "--json -" is 0
check "--json -: nothing but JSON" sh -c "head -c 1 '$out' | grep -q '{' &&
	[ \"\$(tail -n 1 '$out')\" = ']}' ]"
check "--json -: the rest is on stderr" complains "conformance: 1 passed"

run --runtime "$dir/enotsup.so" --procs 1
check "a run() that is not supported" is 3
check "a run() that is not supported: said" complains "nothing was judged"

check "the real runner: usage" sh -c "$real --nonsense; [ \$? -eq 2 ]"

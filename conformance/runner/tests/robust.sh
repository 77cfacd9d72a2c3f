# robust.sh - interruption, neighbours, leftovers.
# shellcheck shell=sh

children_of() {
	cat "/proc/$1/task/$1/children" 2>/dev/null
}

# interrupt SIGNAL: while a case hangs; the status must be 130, nothing left.
interrupt() {
	rm -f "$tmp"/i.*
	"$runner" --runtime "$good" --procs 1 --run GO-006 --timeout-scale 100 \
		--json "$tmp/i.json" >"$tmp/i.out" 2>"$tmp/i.err" &
	pid=$!
	tries=0
	until [ -n "$(children_of $pid)" ] || [ $tries -gt 100 ]; do
		sleep 0.05
		tries=$((tries + 1))
	done
	sleep 0.2
	child=$(children_of $pid)
	kill "-$1" $pid
	wait $pid
	status=$?
	[ $status -eq 130 ] || { echo "status $status"; return 1; }
	[ ! -e "$tmp/i.json" ] || { echo "a report is there"; return 1; }
	[ -z "$(find "$tmp" -name 'i.json*')" ] || return 1
	for c in $child; do
		! kill -0 "$c" 2>/dev/null || { echo "$c lives"; return 1; }
	done
	out=$tmp/i.out
	err=$tmp/i.err
	complains interrupted
}
check "SIGTERM" interrupt TERM
check "SIGHUP" interrupt HUP
echo kept >"$tmp/i.keep"

on --run CH-003 --repeat 3 --jobs 4
check "grandchildren do not hold the runner up" is 0

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

GODEBUG=schedtrace=1 GOMAXPROCS=7 on --run CH-001
check "the user's Go settings stay outside" is 0

check "the real runner: usage" sh -c "$real --nonsense; [ \$? -eq 2 ]"

# lacks.sh - what a runtime lacks, or has only in part.
# shellcheck shell=sh

# gives RUNTIME CASE WORD TEXT: on that fake, at 1 proc.
gives() {
	run --runtime "$dir/$1.so" --procs 1 --verbose --run "GO-019/$2"
	grep -q "^$3 GO-019/$2 " "$out" && says "$4" && return
	cat "$out"
	return 1
}

check "no channels: a case without is judged" gives no_chan deep skip "stack"
check "no channels: the case that makes one says so" gives no_chan chan skip \
	"needs chan->make"
check "not supported" gives good large skip "chan->make: not supported"
check "not supported: the case asks" gives good asks pass ""
check "not supported: a failure before it stays" gives good failed fail "false"
check "not supported, but it has worked" gives good fickle fail \
	"chan->close: not supported, but it has worked in the same form"
check "no room in channels" gives good room skip \
	"needs the trait 'buffered channels'"
check "room in channels" gives roomy room pass ""
check "select without sends" gives selects select pass ""
check "select without sends: a case that sends" gives selects sends skip \
	"needs the trait 'select with sends'"
check "no report of deadlock" gives good report skip \
	"needs the trait 'reports deadlock'"
check "a report of deadlock" gives roomy report pass ""
check "too little stack" gives good deep skip \
	"needs 1048576 bytes of stack, and has 65536"
check "too little stack for most" gives tight chan skip \
	"needs 16384 bytes of stack, and has 8192"
check "stack enough" gives roomy deep pass ""
check "all goroutines" gives good crowd pass ""
check "fewer goroutines" gives roomy crowd pass \
	"6 goroutines in place of 100: max_goroutines is 8"
check "a table from before the traits has them" gives older report pass ""
run --runtime "$dir/older.so" --run GO-019/two
check "but not several Ps, as it is N:1" says "needs the trait 'several Ps'"

run --runtime "$dir/one_p.so" --run GO-019/two --run GO-001
check "one P" last_is "conformance: 1 passed, 0 failed, 1 skipped"
check "one P: the reason" says "needs the trait 'several Ps'"
run --runtime "$dir/one_p.so" --verbose --run GO-001
check "one P: one run" says "[fake, 1 run,"

# verdicts.sh - what the runner makes of each kind of case.
# shellcheck shell=sh

check "pass" verdict GO-001 pass ""
check "fail: both values" verdict GO-002 fail "1 == 2 (1, 2)"
check "fail: attempts" verdict GO-018 fail \
	"never_right failed with units from 2 to 100 ns; at last"
check "fail: the last attempt" verdict GO-018 fail "unit < 0 (100, 0)"
check "fail: pointers" verdict GO-018 fail "&n == NULL (0x"
check "fail: no number of 64 bits wraps" verdict GO-018 fail "(size_t)-1 < 3"
check "fail: a wait" verdict GO-018 fail "stays(&n, 4): it is 3"
check "fail: strings" verdict GO-002 fail '("a", "b")'
check "fail: file and line" verdict GO-002 fail "tests/cases.c:"
check "REQUIRE" verdict GO-003 fail "1 > 2"
check "REQUIRE: ends at once" sh -c "! $runner --runtime $good --run GO-003 |
	grep 'NEVER PRINTED'"
check "skip in the body" verdict GO-004 skip "there is no moon"
check "crash" verdict GO-005/segv crash "Segmentation fault"
check "crash: the reason it gave" verdict GO-005/told crash \
	"it died: signal 6 (Aborted): fatal error: out of cheese"
check "a helper's check: the case" verdict GO-017 fail \
	"1 == 3 (1, 3) (for the case at conformance/runner/tests/cases.c:"
check "odd status" verdict GO-005/status fail "exit status 9"
check "status 0 too early" verdict GO-005/early fail "before the body returned"
check "timeout" verdict GO-006 timeout "did not end in time"
check "run flag not supported" verdict GO-007 skip "virtual time"
on --run 'GO-009/*named'
check "a case sees what it names, and no more" \
	last_is "conformance: 4 passed, 0 failed, 0 skipped"
check "missing function" verdict GO-008 skip "needs chan->select"
check "missing function of the second table" verdict GO-009/ext_missing skip \
	"needs lazy->get"
check "missing trait" verdict GO-009/needs skip "needs the trait 'parallel'"
check "trait ruled out" verdict GO-009/lacks skip "without the trait 'restart'"
check "soft bounds" verdict GO-012 pass ""
check "default procs" verdict GO-013 pass ""
check "result rubbish" verdict GO-014 fail "unreadable result line: rubbish"
check "a skip hides no failure" verdict GO-014/hidden fail "result lines got lost"
check "sanitizer report" verdict GO-015 fail "runtime error: signed"
check "environment" verdict CH-001 pass ""
check "process" verdict CH-002 pass ""
check "grandchildren" verdict CH-003 pass ""
check "many failures" verdict CH-007 fail "false"

check "no check, no pass" verdict GO-016/nothing fail "not one check was made"
check "nor with soft bounds" verdict GO-016/figure fail "not one check was made"
check "a forged line" verdict GO-016/forged fail "not the suite's"
check "a lost line" verdict GO-016/lost fail "the lines that say so are missing"
check "a forged skip" verdict GO-016/unskipped fail "exit status 77"
check "ends: unchecked" verdict CH-014/unchecked fail "not one check was made"
check "ends: main ended before" verdict CH-014/outlived fail \
	"main came to its end"
check "ends: main did not end" verdict CH-014/left fail "before main returned"

check "ends as declared" verdict CH-012/right pass ""
check "ends: status" verdict CH-012/status fail "must end with exit status 2"
check "ends: first line" verdict CH-012/first fail "stderr must begin"
check "ends: match" verdict CH-012/match fail "stderr must match"
check "ends: lacks" verdict CH-012/lacks fail "must not contain"
check "ends: stdout" verdict CH-012/out fail "stdout must be"
check "ends: silent" verdict CH-012/noisy fail "stderr must be empty"
check "ends: checks count" verdict CH-012/check fail "false"
check "ends: hangs" verdict CH-013/hangs pass ""
check "ends: hangs, once it has begun" sh -c \
	"$runner --runtime $dir/late.so --run CH-013/hangs >/dev/null"
check "ends: does not hang" verdict CH-013/ended fail "must hang"
check "ends: too quick" verdict CH-013/quick fail "at least 3000 ms"
check "ends: too slow" verdict CH-013/slow fail "within 50 ms"
check "ends: signal" verdict CH-013/signal crash "signal 6"
check "ends: main returned" verdict CH-013/returns pass ""

on --run GO-006
check "a hung case dumps first" says "goroutine 1 [running]: the dump"
check "a hung case: how it ended" says "timeout: still running"
on --run GO-002
check "output of a failure" says "  | told on stdout"
check "errors of a failure" says "  | told on stderr"
check "notes of a failure" says "the figure is 42"
check "a line that repeats it" \
	says "$runner --runtime $good --procs 1 --seed 1 --run GO-002"
on --run CH-012/right
check "no output of a pass" sh -c "! grep -q before $out"
on --verbose --run GO-012
check "notes with --verbose" says "outside its bound"

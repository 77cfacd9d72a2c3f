# runtimes.sh - runtimes that cannot be used.
# shellcheck shell=sh

check "another ABI version" refused abi "ABI version 999"
check "a truncated table" refused truncated "truncated: 40 bytes"
check "a table that is hardly there" refused stub "truncated: 8 bytes"
check "a group of absurd size" refused absurd "absurd size: 12345678"
check "no core group" refused nocore "lacks group core"
check "no core->go" refused nogo "lacks core->go"
check "a NULL table" refused null "returned NULL"
check "another version of the second table" refused ext_abi \
	"the second table has ABI version 999"
check "a truncated second table" refused ext_truncated \
	"the second table is truncated: 20 bytes"
check "a second table that is hardly there" refused ext_stub \
	"the second table is truncated: 8 bytes"
check "a second table of absurd size" refused ext_absurd \
	"the second table has an absurd size: 12345678"
check "a group of it of absurd size" refused ext_group "lazy has an absurd size"
check "a NULL second table" refused ext_null "assay_runtime_ext() returned NULL"
check "no symbol" refused nosymbol "exports no symbol assay_runtime"
check "a constructor that crashes" refused crash "crashes while it is loaded"
check "a constructor that hangs" refused hang \
	"hangs while it is loaded" 0.05
check "a constructor that exits" refused exit "does not answer"
check "a constructor that prints" refused noise '\x1b[31mnoise'
check "no such file" refused no-such "there is no such file"

echo "no object" >"$dir/text.so"
check "a file that is no object" refused text "text.so"

# describes OBJECT: the functions that it has.
describes() {
	"$runner" --assay-runtime "$1" --assay-describe | grep '^has '
}

# By the headers: each member of a group that is a pointer to a function.
every_function() {
	awk '/^struct assay_[a-z]*_ops/ { g = $2; gsub(/assay_|_ops/, "", g) }
		/^}/ { g = "" }
		g && /^\t[^\t].*\(\*/ {
			sub(/^[^(]*\(\*/, ""); sub(/\).*/, "")
			print "has " g "->" $0
		}' "$here"/../../../abi/assay.h "$here"/../../../abi/assay_ext.h
}

every_function >"$tmp/functions"
describes "$dir/full.so" >"$tmp/described"
check "a runtime that has all: each function is described" \
	diff "$tmp/functions" "$tmp/described"

MUTANT=lost MUTANT_OF=$dir/full.so
export MUTANT MUTANT_OF
describes "$dir/lost.so" >"$tmp/left"
check "a fault can be planted in each function" \
	eval 'printf "has core->run\nhas core->go\n" | diff - "$tmp/left"'
unset MUTANT MUTANT_OF

run --runtime nonsense
check "a name nobody has" is 2
check "a name nobody has: one line" one_line

run --runtime /etc/passwd
check "a file that cannot be run" is 2

host silent </dev/null
run --runtime "$tmp/silent"
check "a host without an answer" is 2
check "a host without an answer: one line" one_line

host garbage <<'HOST'
printf 'name x\nversion 1\nmodel 1:1\n\001\377 rubbish\n'
HOST
run --runtime "$tmp/garbage"
check "a host that answers garbage" is 2
check "a host that answers garbage: one line" one_line

host old <<'HOST'
printf 'name x\nversion 1\nmodel 1:1\nabi 7\nhas core->run\n'
HOST
run --runtime "$tmp/old"
check "a host of another ABI" complains "ABI version 7"

host killed <<'HOST'
kill -SEGV $$
HOST
run --runtime "$tmp/killed"
check "a host that crashes" complains "crashes while it is loaded"

host works <<'HOST'
case "$*" in
--assay-describe)
	printf 'name works\nversion 1\nmodel 1:1\nabi 1\ntraits 0\n'
	printf 'max_goroutines 0\nhas core->run\nhas core->go\n'
	printf 'has core->yield\nhas chan->make\nhas chan->send\n'
	printf 'has chan->recv\nhas chan->close\nhas time->now\n'
	printf 'has time->sleep\ntwin GO-008\ntwin CH-012/right\n' ;;
"--assay-case GO-008 "*) echo done >&3 ;;
"--assay-case CH-012/right "*)
	echo before
	printf 'panic: send on closed channel\n\ngoroutine 1 [running]:\n' >&2
	exit 2 ;;
*) exit 1 ;;
esac
HOST
run --runtime "$tmp/works" --run GO-008 --run CH-012/right
check "a host answers by itself" is 0
check "twins are counted" says "2 of the passed are twins"
check "a twin is not skipped for a function" \
	last_is "conformance: 2 passed, 0 failed, 0 skipped"

host forger <<'HOST'
case "$*" in
--assay-describe) "$ASSAY_WORKS" --assay-describe | grep -v twin ;;
*) echo done >&3 ;;
esac
HOST
ASSAY_WORKS=$tmp/works run --runtime "$tmp/forger" --procs 1 --run 'GO-0*'
check "a host that only says done" is 1
check "a host that only says done passes nothing" says \
	"conformance: 0 passed"

host newer <<'HOST'
printf 'name x\nversion 1\nmodel 1:1\nabi 1\next 7\nhas core->run\n'
HOST
run --runtime "$tmp/newer"
check "a host with another second table" complains \
	"second table has ABI version 7"

# lacks NAME: the case that needs something of the second table is skipped.
lacks() {
	run --runtime "$dir/$1.so" --procs 1 --run GO-009/ext_named --verbose
	is 3 && says "needs lazy->make" &&
		last_is "conformance: 0 passed, 0 failed, 1 skipped"
}
check "no second table" lacks noext
check "a second table without the group" lacks ext_older

run --runtime "$good" --runtime "$tmp/works" --runtime "$dir/broken.so" \
	--run GO-001 --run CH-012/right --procs 1
check "several runtimes" is 1
check "several: one total" \
	last_is "conformance: 4 passed, 2 failed, 0 skipped"
check "several: a line each" says "broken: 1 passed, 1 failed, 0 skipped"
check "several: differences" says "1 of 2 cases alike"
check "the same twice has two labels" sh -c "$runner --runtime $good \
	--runtime $dir/../runner-tests/good.so --run CH-012/right |
	grep -q '^$good: 1 passed'"
run --runtime "$good" --runtime "$good" --run CH-012/right
check "and by the same path, too" says "$good (2): 1 passed"

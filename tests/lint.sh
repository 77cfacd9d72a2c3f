#!/bin/sh
# lint.sh - make lint finds what is wrong with a script, a Python file, a
# workflow or an include of the runtime, and says what it lacks.
#
# The checks run on a small tree of their own, where a fault is planted.
# shellcheck disable=SC2016 # what is planted is not for this shell
set -u
cd "$(dirname "$0")/.." || exit 1
. tests/lib/check.sh

root=$PWD
tree=$tmp/tree
mkdir -p "$tree/build" "$tree/.ci" "$tree/.github/workflows"
cp -r Makefile .shellcheckrc scripts "$tree"
cp -r --parents reference/src reference/include "$tree"
[ ! -d build/tools ] || ln -s "$root/build/tools" "$tree/build/tools"

# lint ONLY: make lint there, with nothing installed.
lint() {
	(cd "$tree" && git add -A && ASSAY_SETUP=check \
		"${MAKE:-make}" lint ONLY="$1") >"$tmp/said" 2>&1
	status=$?
	cat "$tmp/said"
	return "$status"
}

# plant FILE TEXT ...: a file of these lines.
plant() {
	file=$tree/$1
	shift
	printf '%s\n' "$@" >"$file"
}

clean() {
	cp reference/DESIGN.md "$tree/reference"
	plant tool.py 'import sys' '' 'print(sys.argv)'
	plant program '#!/usr/bin/env python3' 'print(1)'
	plant script.sh '#!/bin/sh' 'echo "$1"'
	plant .ci/run '#!/bin/sh' 'echo "$1"'
	plant .github/workflows/ci.yml 'on: push' 'jobs:' '  one:' \
		'    runs-on: ubuntu-latest' '    steps:' \
		'      - run: echo "${{ github.ref_name }}"'
}

# finds ONLY WORDS: it fails, and says so in these words.
finds() {
	lint "$1" && return 1
	grep -q "^FAIL  $1" "$tmp/said" && grep -q "$2" "$tmp/said"
}

# with FILE TEXT ONLY WORDS: the text at the end of the file is found.
with() {
	clean
	echo "$2" >>"$tree/$1"
	finds "$3" "$4"
}

# planted FILE ONLY WORDS TEXT ...: a file of these lines is found, then gone.
planted() {
	path=$1
	only=$2
	words=$3
	shift 3
	clean
	plant "$path" "$@"
	finds "$only" "$words"
	status=$?
	rm "$tree/$path"
	return "$status"
}

# climbs FILE HEADER: an include against the order of the rooms is found.
climbs() {
	planted "reference/src/$1" "include rule" "reference/src/$1\|$1:1:" \
		"#include $2"
}

# Two modules that import each other, one of them inside of a function.
modules_in_a_circle() {
	mkdir -p "$tree/ci/planted"
	plant ci/planted/one.py 'from . import two'
	planted ci/planted/two.py "no circle" \
		"ci/planted/one needs ci/planted/two needs ci/plan" \
		'def late():' '    from .one import name' '    return name'
	status=$?
	rm -r "$tree/ci/planted"
	return "$status"
}

# object NAME OTHER: a file of the runner that defines NAME and calls OTHER.
object() {
	mkdir -p "$objects"
	echo "int $2(void), $1(void); int $1(void) { return $2(); }" |
		cc -c -x c -o "$objects/$1.o" -
}

objects_in_a_circle() {
	clean
	objects=$tree/build/gcc/obj/conformance/runner
	object one two && object two other && lint "no circle" &&
		object two one && finds "no circle" "one.o needs .*two.o needs"
	status=$?
	rm -r "$objects"
	return "$status"
}

# changes LINE ...: outside of state.c it is found.
changes() {
	planted reference/src/sched/planted.c "one writer" \
		"sched/planted.c:" "$@"
}

# calls FILE=CODE ...: what calls.sh says of a runtime of these files.
calls() {
	rm -rf "$tmp/calls"
	for file; do
		name=${file%%=*}
		mkdir -p "$tmp/calls/reference/src/${name%/*}" \
			"$tmp/calls/objects/${name%/*}"
		echo "${file#*=}" >"$tmp/calls/reference/src/$name.c"
		"${CC:-cc}" -w -c -o "$tmp/calls/objects/$name.o" \
			"$tmp/calls/reference/src/$name.c" || return 2
	done
	(cd "$tmp/calls" && "$root/scripts/calls.sh" objects) >"$tmp/said" 2>&1
	status=$?
	cat "$tmp/said"
	return "$status"
}

# calls_say WORDS FILE=CODE ...: they are against the rule.
calls_say() {
	words=$1
	shift
	calls "$@" && return 1
	grep -q "$words" "$tmp/said"
}

# here TOOL: whether its check can run.
here() {
	have "$1" || ls build/tools/"$1"@* >/dev/null 2>&1
}

# Checks of what is not there are left out, and told.
tells_what_is_missing() {
	mkdir "$tmp/bin"
	for tool in sh git grep dirname head ls sort xargs mkdir cat cmp; do
		ln -s "$(command -v "$tool")" "$tmp/bin/$tool"
	done
	(cd "$tree" && rm -f build/tools &&
		PATH=$tmp/bin scripts/lint.sh false) >"$tmp/said" 2>&1
	cat "$tmp/said"
	grep -q 'left out:.* shellcheck pyflakes3 pycodestyle actionlint' \
		"$tmp/said"
}

git init -q "$tree"
for tool in shellcheck pyflakes3 pycodestyle actionlint; do
	if ! here $tool; then
		skip "$tool" "not installed: scripts/setup.sh lint"
		continue
	fi
	clean
	check "$tool: nothing is wrong" lint "${tool%3}"
	case $tool in
	shellcheck)
		check "a fault in a script" with script.sh 'cd $1' \
			shellcheck SC2086
		check "a fault in .ci/run" with .ci/run 'if true; then' \
			shellcheck run
		check "a fault in a bash script" with script.sh 'local x=$(y)' \
			shellcheck SC
		;;
	pyflakes3)
		check "an undefined name" with tool.py 'print(sis.argv)' \
			pyflakes "undefined name 'sis'"
		check "an import for nothing" with tool.py 'import os' \
			pyflakes 'os'
		check "a fault without .py" with program 'print(x)' \
			pyflakes "undefined name 'x'"
		check "no Python" with tool.py 'def' pyflakes 'tool.py'
		;;
	pycodestyle)
		check "a long line" with tool.py "x = '$(printf '%090d' 0)'" \
			pycodestyle E501
		;;
	actionlint)
		check "an unknown name in an expression" \
			with .github/workflows/ci.yml \
			'      - run: echo "${{ github.nonsense }}"' actionlint nonsense
		check "half an expression" with .github/workflows/ci.yml \
			'      - run: echo "${{ github.ref_name"' actionlint ci.yml
		check "an unknown key" with .github/workflows/ci.yml \
			'    time: 5' actionlint time
		;;
	esac
done
clean
check "no circle: nothing is wrong" lint "no circle"
check "two modules that import each other" modules_in_a_circle
check "two objects that call each other" objects_in_a_circle
check "include rule: nothing is wrong" lint "include rule"
check "a scheduler that knows channels" climbs sched/planted.c '"wait/chan.h"'
check "the same by another path" climbs sched/planted.h '"../wait/chan.h"'
check "the same as a system header" climbs sched/planted.c '<wait/chan.h>'
check "a base that knows the scheduler" climbs base/planted.c '"sched/types.h"'
check "a library that knows more than the public headers" \
	climbs ext/planted.c '"sched/types.h"'
check "map of the runtime: nothing is wrong" lint "map of the runtime"
check "a map that names what is gone" with reference/DESIGN.md \
	'`gone_for_good()`' "map of the runtime" gone_for_good
check "a map without a file that there is" \
	planted reference/src/sched/planted.h "map of the runtime" \
	"shows other rooms" '/* nothing */'
clean
check "one writer of a status: nothing is wrong" lint "one writer"
check "another file that changes a G's status" \
	changes 'store_relaxed(&to->status, GRUNNING);'
check "another file that takes a P" changes \
	'if (cas_acq_rel(' '		&p->status, &old, PIDLE))'
check "another file that gives an M a P" changes 'm->p = p;'
check "another file that gives a P an M" changes 'store_relaxed(&m->p->m, m);'
check "calls: a room below, and the public ones" calls \
	base/lock='void goro__lock(void) {}' \
	wait/chan='void goro_send(void) { goro__lock(); }' \
	ext/map='void goro_map(void) { goro_send(); }'
check "a prototype instead of an include" calls_say \
	'sched/idle may not call goro__wait of wait/chan' \
	wait/chan='void goro__wait(void) {}' \
	sched/idle='void goro__wait(void); void goro__idle(void) { goro__wait(); }'
check "a library that calls what is not public" calls_say \
	'net/conn may not call goro__wait of wait/chan' \
	wait/chan='void goro__wait(void) {}' \
	net/conn='void goro_conn(void) { goro__wait(); }'
check "two files that call each other" calls_say \
	'circle: sched/a -> sched/b -> sched/a' \
	sched/a='void goro__a(void) { goro__b(); }' \
	sched/b='void goro__b(void) { goro__a(); }'
check "a circle of three" calls_say \
	'circle: sched/b -> sched/c -> sched/d -> sched/b' \
	sched/a='void goro__a(void) { goro__b(); }' \
	sched/b='void goro__b(void) { goro__c(); }' \
	sched/c='void goro__c(void) { goro__d(); }' \
	sched/d='void goro__d(void) { goro__b(); }'
check "a check that there is not" sh -c \
	'! scripts/lint.sh false nonsense 2>/dev/null'
check "what is missing is told" tells_what_is_missing
finish

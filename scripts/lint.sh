#!/bin/sh
# lint.sh - the checks that need no run: strict compiles, format, vet, shell,
# Python, workflows.
#
#	lint.sh MAKE [ONLY]     only the checks whose name holds this word
#
# The environment may name a CONFIG that gcc has just built with -Werror as
# GCC_CONFIG, which is then not built a second time.
#
# A tool that is not installed is named and left out.  The last line is
# "lint: N passed, N failed".
set -u

make=$1
only=${2:-}
gcc=${GCC_CONFIG:-gcc}
passed=0
failed=0
left_out=

# have TOOL: whether it is there; otherwise remembers its name.
have() {
	command -v "$1" >/dev/null && return 0
	left_out="$left_out $1"
	return 1
}

check() {
	name=$1
	shift
	case $name in
	*"$only"*) ;;
	*) return 0 ;;
	esac
	if "$@"; then
		echo "ok    $name"
		passed=$((passed + 1))
	else
		echo "FAIL  $name"
		failed=$((failed + 1))
	fi
}

strict_build() {
	$make --no-print-directory CONFIG="$1" WERROR=-Werror all \
		>build/lint-"$1".log 2>&1 || {
		grep -E ': (fatal )?(error|warning):|\*\*\*|undefined' \
			build/lint-"$1".log
		return 1
	}
}

formatted() {
	git ls-files '*.c' '*.h' | xargs -P 2 -n 50 clang-format --dry-run \
		-Werror >build/lint-format.log 2>&1 && return
	echo "make fmt would change:"
	grep ': error: ' build/lint-format.log || tail -n 3 build/lint-format.log
	return 1
}

gofmt_clean() {
	bad=$(git ls-files '*.go' | xargs -r "$(dirname "$go")/gofmt" -l)
	[ -z "$bad" ] || { echo "$bad"; return 1; }
}

# Modules are found by their go.mod, programs of the benchmarks have none;
# nothing is fetched.  The Go host is looked at as the gcc build made it, with
# what needs golang.org/x.  Locks are copied on purpose: what Go says to it at
# run time is a behaviour.
vet_in() {
	(cd "$1" && shift && GOFLAGS="$flags" GOPROXY=off GOTOOLCHAIN=local \
		"$go" vet "$@")
}

vet() {
	host=$PWD/build/$gcc/obj/runtimes/go
	flags=
	vet_in . benchmarks/native/go/*.go || return 1
	for mod in $(git ls-files '*go.mod'); do
		flags=-mod=mod
		if [ "$mod" = runtimes/go/go.mod ] && [ -f "$host/x/tags" ]; then
			flags="-mod=mod -modfile=$host/go.mod"
			flags="$flags -tags=$(cut -d' ' -f1 "$host/x/tags")"
		fi
		vet_in "$(dirname "$mod")" -copylocks=false ./... || return 1
	done
}

# scripts LANGUAGE: every file whose first line names it.
scripts() {
	git grep -lIE "^#! ?/(usr/)?bin/(env )?$1" | while read -r file; do
		head -n 1 "$file" | grep -q '^#!' && echo "$file"
	done
}

shell_clean() {
	scripts '(ba|da)?sh' | xargs -r shellcheck
}

python_files() {
	{ git ls-files '*.py' && scripts python; } | sort -u
}

python_clean() {
	python_files | xargs -r pyflakes3
}

python_style() {
	python_files | xargs -r pycodestyle --max-line-length=80
}

# It asks shellcheck and pyflakes about the scripts inside of workflows.
workflows_clean() {
	git ls-files '.github/workflows/*.yml' '.github/workflows/*.yaml' |
		xargs -r "$actionlint" -no-color
}

# A source of the runtime that does not mark its code is preempted in it.
code_marked() {
	bad=$(git ls-files 'reference/src/*.c' |
		grep -E '/(base|sched|wait|io|diag)/[^/]*\.c$' |
		xargs grep -L '^#include "base/text.h"')
	[ -z "$bad" ] || { echo "without base/text.h:"; echo "$bad"; return 1; }
}

# A call of libc that is not masked is preempted, with the locks of the caller.
# Functions of sys.h that call nothing but each other need no mask, and those
# that must not have one say "masked" or "preempted" in the comment above.
calls_masked() {
	bad=$(awk '
	/^\/\*/ { said = 0 }
	/not masked|Not masked|never preempted/ { said = 1 }
	/^static inline / {
		name = $0
		masked = said || /sys_(calloc|free)\(/ # as sys_malloc()
		calls = said = 0
	}
	/^\t.*preempt_disable\(\)/ { masked = 1 }
	/^\t/ && !/^\t(\*|\/\*)/ {
		line = $0
		gsub(/sys_[a-z_]*\(|preempt_[a-z]*\(|sizeof\(/, "", line)
		gsub(/(if|while|for|return|switch) \(/, "", line)
		calls += line ~ /[a-z_]\(/
	}
	/^}/ { if (calls && !masked) print name }' reference/src/base/sys.h)
	[ -z "$bad" ] || { echo "not masked:"; echo "$bad"; return 1; }
}

# No file of the runner, of the reports or of the gate needs itself.  The
# runner's objects are those of the gcc build.
no_circle() {
	scripts/cycles.py "build/$gcc/obj/conformance/runner" reports ci
}

# The functions and files that the map of the runtime names are there.
# shellcheck disable=SC2016 # the backticks are those of the text
map_true() {
	map=reference/DESIGN.md
	gone=$(for name in $(grep -oE '`[a-z_0-9]+\(\)' $map | tr -d '`()' |
		sort -u); do
		git grep -qw "$name" -- reference/src reference/include ||
			echo "  $name()"
	done
	for file in $(grep -oE '`[a-z_0-9/]+\.[chS]`' $map | tr -d '`' |
		sort -u); do
		git ls-files | grep -q "reference/.*\b$file$" ||
			echo "  $file"
	done)
	[ -z "$gone" ] || { echo "$map names:"; echo "$gone"; return 1; }
	scripts/rooms.sh --check $map
}

# Of a build of its own, so that no file is missing and none is old.
calls_clean() {
	$make --no-print-directory CONFIG="$gcc" WERROR=-Werror \
		"build/$gcc/libgoro.a" >build/lint-calls.log 2>&1 || {
		tail -n 3 build/lint-calls.log
		return 1
	}
	scripts/calls.sh "build/$gcc/reference"
}

mkdir -p build
have gcc && check "gcc -Werror" strict_build "$gcc"
have clang && check "clang -Werror" strict_build clang
have shellcheck && check shellcheck shell_clean
have pyflakes3 && check pyflakes python_clean
have pycodestyle && check pycodestyle python_style
for actionlint in build/tools/actionlint@* actionlint; do
	[ ! -x "$actionlint" ] || break
done
have "$actionlint" && check actionlint workflows_clean
have clang-format && check clang-format formatted
go=$(command -v go || echo /usr/local/go/bin/go)
if have "$go"; then
	check gofmt gofmt_clean
	check "go vet" vet
fi
have rustfmt && rustfmt --version >/dev/null 2>&1 && check rustfmt sh -c \
	'git ls-files "*.rs" | xargs -r rustfmt --edition 2021 --check'
check "code of the runtime is marked" code_marked
check "calls of the runtime are masked" calls_masked
check "no long lines" sh -c '! git ls-files "*.c" "*.h" |
	xargs grep -nE "^.{101,}"'
check "include rule" scripts/includes.sh
check "no circle" no_circle
have nm && check "calls of the runtime" calls_clean
check "map of the runtime" map_true
check "one writer of a status" scripts/owner.sh
[ -z "$left_out" ] ||
	echo "lint: not installed, left out:$left_out; scripts/setup.sh lint"
if [ $((passed + failed)) -eq 0 ]; then
	echo "lint: no check is called '$only'" >&2
	exit 2
fi
echo "lint: $passed passed, $failed failed"
[ $failed -eq 0 ]

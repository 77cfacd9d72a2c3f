#!/bin/sh
# lint.sh - the checks that need no run: strict compiles, shell, format, vet.
#
#	lint.sh MAKE
#
# A tool that is not installed is named and left out.  The last line is
# "lint: N passed, N failed".
set -u

make=$1
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
	bad=$(git ls-files '*.c' '*.h' | while read -r file; do
		clang-format "$file" | cmp -s - "$file" || echo "  $file"
	done)
	[ -z "$bad" ] || { echo "make fmt would change:"; echo "$bad"; return 1; }
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
	host=$PWD/build/gcc/obj/runtimes/go
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

parse_python() {
	git ls-files '*.py' | xargs python3 -c 'import ast, sys
for name in sys.argv[1:]:
    ast.parse(open(name).read(), name)'
}

mkdir -p build
for compiler in gcc clang; do
	have $compiler && check "$compiler -Werror" strict_build $compiler
done
have shellcheck && check shellcheck sh -c \
	'git grep -lE "^#!/bin/(ba)?sh" | xargs shellcheck'
have clang-format && check clang-format formatted
go=$(command -v go || echo /usr/local/go/bin/go)
if have "$go"; then
	check gofmt gofmt_clean
	check "go vet" vet
fi
have rustfmt && rustfmt --version >/dev/null 2>&1 && check rustfmt sh -c \
	'cd benchmarks/native/tokio && rustfmt --edition 2021 --check src/main.rs'
if [ -n "$(git ls-files '*.py')" ] && have python3; then
	check python parse_python
fi
check "no long lines" sh -c '! git ls-files "*.c" "*.h" |
	xargs grep -nE "^.{101,}"'
[ -z "$left_out" ] || echo "lint: not installed, left out:$left_out"
echo "lint: $passed passed, $failed failed"
[ $failed -eq 0 ]

#!/bin/sh
# fmt.sh - formats the C and Go code in place.
set -eu

command -v clang-format >/dev/null || {
	echo "fmt: clang-format is missing: apt-get install clang-format" >&2
	exit 1
}
git ls-files '*.c' '*.h' | xargs -r clang-format -i
if command -v gofmt >/dev/null; then
	git ls-files '*.go' | xargs -r gofmt -l -w
fi

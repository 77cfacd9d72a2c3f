#!/bin/sh
# headers.sh - every public header compiles alone, in C and in C++, with
# nothing but the standard, and is documented.
set -u
cd "$(dirname "$0")/.." || exit 1
. tests/lib/check.sh

# alone COMPILER LANGUAGE STANDARD HEADER: the header is all there is, once
# and twice.
alone() {
	printf '#include "%s"\n#include "%s"\n' "$4" "$4" |
		"$1" -std="$3" -pedantic -Wall -Wextra -Werror \
			-fsyntax-only -x "$2" -
}

# Every exported function of a header stands in a paragraph with a comment.
documented() {
	awk '
	/^$/ { comment = 0 }
	/\*\// { comment = 1 }
	/^GORO_API/ && !comment { print FILENAME ":" FNR ": " $0; bad = 1 }
	END { exit bad }' "$1"
}

for header in abi/*.h reference/include/*.h; do
	for compiler in gcc clang; do
		have "$compiler" || {
			skip "$header with $compiler" "not installed"
			continue
		}
		for std in c11 c17; do
			check "$header $compiler -std=$std" \
				alone "$compiler" c "$std" "$PWD/$header"
		done
	done
	for compiler in g++ clang++; do
		have "$compiler" || {
			skip "$header with $compiler" "not installed"
			continue
		}
		for std in c++11 c++20; do
			check "$header $compiler -std=$std" \
				alone "$compiler" c++ "$std" "$PWD/$header"
		done
	done
done
for header in reference/include/*.h; do
	check "$header documents every function" documented "$header"
done
finish

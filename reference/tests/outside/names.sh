#!/bin/sh
# names.sh - every call of goro's headers, for calls.c.
#
#	names.sh HEADER ...
#
# prints NAME(goro_x, KIND) for each declaration, with the kind from the tables
# "Who may call what" of the headers.  A call that is in none, or in two, has
# the kind MISSING or TWICE, which calls.c does not have; and a name in a table
# that is declared nowhere is printed, too.
set -eu

cat "$@" | awk '
/^ \* Who may call what/ { table = 1; next }
table && /^ \*\// { table = 0; next }
table && /^ \*\t/ {
	n = 1
	if ($2 ~ /^(anywhere|call|goroutine):$/) {
		kind = toupper(substr($2, 1, length($2) - 1))
		n = 2
	}
	for (i = n + 1; i <= NF; i++)
		if ($i ~ /^goro_[a-z0-9_]+$/) {
			twice = ($i in of)
			of[$i] = twice ? "TWICE" : kind
		}
	next
}
/^GORO_API/ { text = "" ; open = 1 }
open { text = text " " $0 }
open && /;/ {
	open = 0
	gsub(/GORO_PRINTF\([^)]*\)/, "", text)
	match(text, /goro_[a-z0-9_]+\(/)
	declared[substr(text, RSTART, RLENGTH - 1)] = 1
}
END {
	for (name in declared)
		print "NAME(" name ", " (name in of ? of[name] : "MISSING") ")"
	for (name in of)
		if (!(name in declared))
			print "NAME(" name ", UNDECLARED)"
}' | sort

#!/bin/sh
# help.sh - lists the targets (`target: ... ## text`) and the variables
# (`#? NAME text`) of the makefiles $*.
set -eu

awk '
# A rule may go on over several lines.
/\\$/ {
	held = held substr($0, 1, length($0) - 1) " "
	next
}
{
	$0 = held $0
	held = ""
}
/^[A-Za-z][A-Za-z0-9_.-]*( [A-Za-z0-9_.-]+)*:[^=].*## / {
	text = $0
	sub(/^.*## /, "", text)
	split($0, side, ":")
	if (!targets++)
		print "Targets:"
	printf "  %-14s %s\n", side[1], text
}
/^#\? / {
	name = $2
	text = $0
	sub(/^#\? [^ \t]+[ \t]+/, "", text)
	variable[++variables] = sprintf("  %-14s %s", name, text)
}
END {
	if (variables)
		print "Variables:"
	for (i = 1; i <= variables; i++)
		print variable[i]
}' "$@"

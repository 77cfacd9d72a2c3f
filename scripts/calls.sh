#!/bin/sh
# calls.sh - which object of the runtime calls which: no room calls one above it,
# whatever it includes, and no two files call each other, not by others either.
#
#	calls.sh OBJECTS     build/release/reference, as make all left it
#
# What counts are functions that another object defines, as nm has them.  A
# table of functions that a higher room fills in is the way up: sched/hooks.h.
# boot.o, and switch.o, which enters a goroutine's function, are in no room.
# Prints the calls that are against the rule, and each circle by its names.
set -eu

rooms=$(sed -n 's/^	ok\["\([a-z]*\)"\] = "\(.*\)"$/\1 \2/p' \
	"$(dirname "$0")/includes.sh")

objects=${1:-build/release/reference}
for source in reference/src/*/*.c; do
	file=${source#reference/src/}
	file=${file%.c}
	nm "$objects/$file.o" | sed "s|^|$file |"
done | awk -v rooms="$rooms" '
BEGIN {
	n = split(rooms, line, "\n")
	for (i = 1; i <= n; i++) {
		room = line[i]
		sub(/ .*/, "", room)
		ok[room] = substr(line[i], length(room) + 1) " "
	}
}

# declares HEADER NAME: the header has a function of that name.
function declares(header, name,    line) {
	if (!(header in text))
		while ((getline line <("reference/src/" header)) > 0)
			text[header] = text[header] line "\n"
	return index(text[header], name "(")
}

# allowed FILE FILE NAME: the room is below, a header of it with that name is, or
# it is the public function of a runtime that this room is a user of.
function allowed(from, to, name,    room, at, n, may, i) {
	room = substr(from, 1, index(from, "/") - 1)
	at = substr(to, 1, index(to, "/") - 1)
	if (index(ok[room], " " at " "))
		return 1
	if (room ~ /^(ext|net|debug)$/ && name !~ /^goro__/)
		return 1
	n = split(ok[room], may, " ")
	for (i = 1; i <= n; i++)
		if (may[i] ~ /\// && declares(may[i], name))
			return 1
	return 0
}

# look FILE: what it calls, and so on; files still on the way are a circle.
function look(file,    n, to, i) {
	state[file] = 1
	way[++depth] = file
	n = split(calls[file], to, " ")
	for (i = 1; i <= n; i++)
		if (state[to[i]] == 1)
			print_circle(to[i])
		else if (!state[to[i]])
			look(to[i])
	depth--
	state[file] = 2
}

function print_circle(first,    i, text) {
	for (i = depth; way[i] != first; i--)
		;
	for (; i <= depth; i++)
		text = text way[i] " -> "
	print "  circle: " text first
	bad = 1
}

{
	file = $1
	symbol = $NF
	if ($(NF - 1) == "U")
		uses[file] = uses[file] " " symbol
	else if ($(NF - 1) ~ /^[TW]$/)
		from[symbol] = file
	if (!(file in files)) {
		files[file] = 1
		order[++nfiles] = file
	}
}

END {
	for (i = 1; i <= nfiles; i++) {
		file = order[i]
		n = split(uses[file], used, " ")
		for (j = 1; j <= n; j++) {
			to = from[used[j]]
			if (to == "" || to == file)
				continue
			if (!allowed(file, to, used[j])) {
				print "  " file " may not call " used[j] \
					" of " to
				bad = 1
			}
			if (!seen[file, to]++)
				calls[file] = calls[file] " " to
		}
	}
	for (i = 1; i <= nfiles; i++)
		if (!state[order[i]])
			look(order[i])
	exit bad
}'

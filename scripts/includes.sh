#!/bin/sh
# includes.sh - which room of the runtime may include which.
#
#	includes.sh [DIR]     reference/src
#
# A room depends on those below it alone.  ext, net and debug are users of the runtime:
# they have the public headers, and the few of its own that are named here.
# boot.c and the arch and sanitizer seams, found by -I, are not rooms.  Lists
# the lines that are against the rule; fails if there are any.
set -eu

cd "${1:-reference/src}"

grep -n '^#[[:space:]]*include ["<]' ./*/*.[ch] | awk '
BEGIN {
	ok["base"] = "base"
	ok["sched"] = "base sched"
	ok["wait"] = "base sched wait"
	ok["io"] = "base sched wait io"
	ok["diag"] = "base sched diag wait/chan.h wait/owners.h wait/sleep.h wait/stopper.h"
	ok["ext"] = "ext base/ref.h sched/errtext.h sched/outside.h sched/call.h wait/shared.h"
	ok["debug"] = "debug sched/outside.h"
	ok["net"] = "net base/ref.h sched/die.h sched/errtext.h sched/outside.h wait/shared.h io/fd.h io/move.h"
}
{
	split($0, part, /["<>]/)
	split($0, path, "/")
	from = path[2]
	header = part[2]
	room = header
	if (!sub("/.*", "", room) || !(room in ok || room == ".."))
		next
	if (!(from in ok))
		why = from " is in no table"
	else if (index(" " ok[from] " ", " " room " ") ||
		 index(" " ok[from] " ", " " header " "))
		next
	else
		why = from " may not include " room
	sub(/^\.\//, "")
	print "  " $0 "  (" why ")"
	bad = 1
}
END { exit bad }'

#!/bin/sh
# owner.sh - only sched/state.c and state.h change a G's status, a P's status,
# and which M has which P.
#
#	owner.sh [DIR]     reference/src
#
# g->status, p->status and p->m are atomic, m->p is plain.  Lists the lines
# that change one elsewhere; fails if there are any.  The users of the runtime,
# ext and net, do not know these structures.
set -eu

cd "${1:-reference/src}"

changes='(^|[^a-z_])(store|xchg|cas|add|sub|and|or)_[a-z_]+\(&[^,]*(->|\.)(status|m),'
changes="$changes"'|(g|p)(->|\.)status [-+|&^]?= |p(->|\.)m = '
changes="$changes"'|[a-z0-9)](->|\.)p = '
bad=0
for file in ./*.c base/*.[ch] sched/*.[ch] wait/*.[ch] io/*.[ch] diag/*.[ch]; do
	case $file in
	sched/state.[ch] | */\**) continue ;;
	esac
	# A call whose first argument stands on the next line is one line here.
	sed -e ':next' -e '/($/{N;s/\n[[:space:]]*//;b next' -e '}' "$file" |
		grep -E "$changes" | sed "s|^|  $file:|" | grep . && bad=1
done
exit $bad

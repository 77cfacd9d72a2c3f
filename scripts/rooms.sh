#!/bin/sh
# rooms.sh - draws the rooms of the runtime from its #include lines.
#
#	rooms.sh                prints the picture
#	rooms.sh --write FILE   puts it into FILE, between the two marks
#	rooms.sh --check FILE   fails if FILE shows another picture
#
# A room stands on the rooms whose headers it includes.  Those that are users
# of the public headers (ext, net, debug) stand on top.  The marks are the lines
# "<!-- rooms -->" and "<!-- /rooms -->".
set -eu

src=reference/src
cd "$(dirname "$0")/.."

# "room file" for each source, "room > other" for each include across rooms.
facts() {
	(cd $src && for f in */*.c */*.h; do
		name=${f%.*}
		echo "$name" | tr / ' '
	done | sort -u)
	(cd $src && grep -h -o '^#include "[a-z]*/' ./*/*.[ch] /dev/null -H) |
		sed -n 's,^\./\([a-z]*\)/.*"\([a-z]*\)/$,\1 > \2,p' | sort -u
}

draw() {
	facts | awk '
	function line(n, c,    s) { s = ""; while (n-- > 0) s = s c; return s }
	function pad(s, n) { return s line(n - length(s), " ") }

	# The files of room r in lines of at most w columns: text[r, 1 ..].
	function fold(r, w,    i, n, word, at) {
		n = split(files[r], word, " ")
		at = 1
		text[r, 1] = ""
		for (i = 1; i <= n; i++) {
			if (length(text[r, at]) + length(word[i]) + 1 > w)
				text[r, ++at] = ""
			text[r, at] = text[r, at] (text[r, at] == "" ? "" : " ") word[i]
		}
		return at
	}
	function row(level,    n, i, r, w, high, s) {
		n = split(at[level], r, " ")
		if (!n)
			return
		w = int((WIDE - 3 * (n - 1)) / n)
		high = 1
		for (i = 1; i <= n; i++)
			if (fold(r[i], w - 4) > high)
				high = fold(r[i], w - 4)
		s = ""
		for (i = 1; i <= n; i++)
			s = s (i > 1 ? "   " : "") "+- " r[i] " " \
				line(w - 5 - length(r[i]), "-") "+"
		print s
		for (j = 1; j <= high; j++) {
			s = ""
			for (i = 1; i <= n; i++)
				s = s (i > 1 ? "   " : "") "| " \
					pad(text[r[i], j], w - 4) " |"
			print s
		}
		s = ""
		for (i = 1; i <= n; i++)
			s = s (i > 1 ? "   " : "") "+" line(w - 2, "-") "+"
		print s
	}
	# The users of the public headers include few others: they are the roof.
	function level(r,    o, l) {
		if (r == "ext" || r == "net" || r == "debug")
			return 9
		l = 0
		for (o in rooms)
			if ((r, o) in uses && o != r && level(o) >= l)
				l = level(o) + 1
		return l
	}
	BEGIN { WIDE = 78 }
	$2 == ">" { uses[$1, $3] = 1; next }
	!($1 in rooms) { rooms[$1] = 1; name[++n] = $1 }
	{ files[$1] = files[$1] " " $2 }
	END {
		for (i = 1; i <= n; i++)
			at[level(name[i])] = at[level(name[i])] " " name[i]
		for (l = 9; l >= 0; l--)
			row(l)
	}'
}

# FILE with the picture of today.
with_picture() {
	draw | awk -v file="$1" '
	{ picture = picture $0 "\n" }
	END {
		while ((getline row < file) > 0) {
			if (row == "<!-- /rooms -->")
				skip = 0
			if (!skip)
				print row
			if (row == "<!-- rooms -->") {
				printf "```text\n%s```\n", picture
				skip = 1
			}
		}
	}'
}

case ${1:-} in
'') draw ;;
--write)
	new=$(mktemp)
	with_picture "$2" >"$new"
	cat "$new" >"$2"
	rm -f "$new"
	;;
--check)
	with_picture "$2" | cmp -s - "$2" || {
		echo "$2 shows other rooms: scripts/rooms.sh --write $2" >&2
		exit 1
	}
	;;
*)
	echo "usage: rooms.sh [--write FILE | --check FILE]" >&2
	exit 2
	;;
esac

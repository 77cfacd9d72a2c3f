# page.sh - the commands of a page of docs/; sourced after check.sh.
#
#	page FILE	runs its blocks, each a check or two
#
# Each block marked `sh` is run, with goro installed.  A word after that names
# what the block needs, which can() is asked for.  The lines of the block `text`
# behind it must be in what it prints, in that order, whatever the spaces are.
# shellcheck shell=sh disable=SC2154

prefix=$tmp/goro
export PKG_CONFIG_PATH="$prefix/lib/pkgconfig" LD_LIBRARY_PATH="$prefix/lib"
export PATH="$prefix/bin:$PATH"
export HOME="$tmp/home" DEBUGINFOD_URLS=
mkdir -p "$HOME" "$tmp/here/docs"

install_goro() {
	"${MAKE:-make}" --no-print-directory install PREFIX="$prefix" "$@"
}

# Splits the page into $tmp/blocks/NN.KIND, its need in NN.KIND.needs.
split_blocks() {
	mkdir "$tmp/blocks"
	awk -v dir="$tmp/blocks" '
	/^```[a-z]/ {
		file = sprintf("%s/%02d.%s", dir, ++n, substr($1, 4))
		if ($2 != "")
			print $2 > (file ".needs")
		inside = 1
		next
	}
	/^```/ { inside = 0; next }
	inside { print > file }' "$1"
}

has_commands() {
	split_blocks "$1" && ls "$tmp"/blocks/*.sh
}

# run FILE: its commands; the last one decides.
run() {
	cd "$tmp/here" || exit 1
	# shellcheck disable=SC3045 # every sh here has it
	(ulimit -S -c 0; timeout 120 sh -e "$1") >"$tmp/output" 2>&1 </dev/null
	status=$?
	cat "$tmp/output"
	[ "$status" -eq 0 ]
}

# prints FILE: its lines are in the output, one after the other.
prints() {
	tr -s ' \t' ' ' <"$tmp/output" | awk -v lines="$1" '
	BEGIN { more = (getline line < lines) > 0 }
	{ while (more && (i = index($0, line))) {
		$0 = substr($0, i + length(line))
		more = (getline line < lines) > 0
	} }
	END { if (more) print "it does not print: " line; exit more }' || {
		cat "$tmp/output"
		exit 1
	}
}

page() {
	check "it has commands" has_commands "$1"
	ran=yes
	for block in "$tmp"/blocks/*; do
		case $block in
		*.needs) ;;
		*.sh)
			ran=yes
			what=$(tail -n 1 "$block")
			if [ -e "$block.needs" ] &&
				! can "$(cat "$block.needs")"; then
				skip "$what" "no $(cat "$block.needs") here"
				ran=
				continue
			fi
			check "$what" run "$block"
			;;
		*.text)
			[ -z "$ran" ] || check "and its output" prints "$block"
			;;
		esac
	done
}

#!/bin/sh
# xpackages.sh - gathers the packages of golang.org/x that the host shows.
#
#	xpackages.sh DIR LANGUAGE PLACE ...
#
# Makes DIR/sync and DIR/time modules, in Go of version LANGUAGE, with those
# packages that are found, each from the first PLACE, a copy of golang.org/x,
# that has it.  Nothing is ever fetched.  DIR/tags names what was found, a
# build tag each, and a checksum; it changes only if they do.
set -eu

dir=$1
language=$2
shift 2
tags=

# package MODULE NAME PLACE ...: copies one.
package() {
	from=$1/$2
	into=$dir.new/$1/$2
	name=$2
	shift 2
	for place; do
		[ -f "$place/$from/$name.go" ] || continue
		mkdir -p "$into"
		for file in "$place/$from"/*.go; do
			case $file in
			*_test.go) ;;
			*) cp "$file" "$into" ;;
			esac
		done
		tags=$tags,$name
		return
	done
	echo "go: no golang.org/x/$from (Debian package" \
		"golang-golang-x-${from%%/*}-dev): it is left out" >&2
}

rm -rf "$dir.new"
mkdir -p "$dir.new/sync" "$dir.new/time"
for module in sync time; do
	printf 'module golang.org/x/%s\n\ngo %s\n' $module "$language" \
		>"$dir.new/$module/go.mod"
done
package sync errgroup "$@"
package sync semaphore "$@"
package sync singleflight "$@"
package time rate "$@"
sum=$(cd "$dir.new" && find . -type f | sort | xargs cat | cksum | tr ' ' -)
echo "${tags#,} $sum" >"$dir.new/tags"
cmp -s "$dir.new/tags" "$dir/tags" 2>/dev/null && rm -rf "$dir.new" && exit
rm -rf "$dir"
mv "$dir.new" "$dir"

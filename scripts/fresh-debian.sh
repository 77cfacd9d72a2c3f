#!/bin/sh
# fresh-debian.sh - a clone of this checkout on a new Debian machine: a root
# made by debootstrap with nothing in it but make, git and certificates, and
# there the two commands of the README.
#
#	fresh-debian.sh [COMMAND ...]    default: make conformance, make test
#
# From the environment:
#	SUITE    the release; default: that of this machine
#	MIRROR   where to install from; default: where this machine's apt does
#	ROOT     a directory to build the root in and keep it (a second run
#	         takes it as it is); default: a temporary one
#	LIMIT    seconds that a command may take; default 1800
#
# Needs root and debootstrap.  The mounts are made in a mount namespace of
# their own, so they are gone with the process, however it ends.
set -eu

die() {
	echo "fresh-debian: $*" >&2
	exit 2
}

# The first repository of this machine's apt, and the release it runs.
apt_mirror() {
	# shellcheck disable=SC2016 # apt expands it
	apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' |
		head -n 1
}

codename() {
	sed -n 's/^VERSION_CODENAME=//p' /etc/os-release
}

make_root() {
	echo "fresh-debian: making a root of $suite"
	debootstrap --variant=minbase --include=make,git,ca-certificates \
		"$suite" "$root" "$mirror" >"$root.log" 2>&1 || {
		tail -n 5 "$root.log" >&2
		die "debootstrap failed"
	}
	# What the installer writes on every machine.
	printf '127.0.0.1\tlocalhost\n::1\tlocalhost\n' >"$root/etc/hosts"
	rm -f "$root.log"
	cp /etc/resolv.conf "$root/etc/resolv.conf"
}

# What runs inside the namespace: mounts, clone, commands.
inside() {
	mount -t proc proc "$root/proc"
	mount --rbind /dev "$root/dev"
	mount --rbind /sys "$root/sys"
	failed=0
	for command; do
		echo "fresh-debian: $command"
		timeout "$limit" chroot "$root" env -i HOME=/root TERM=dumb \
			PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
			sh -c "cd /root/assay && $command" || {
			echo "fresh-debian: '$command': status $?"
			failed=$((failed + 1))
		}
	done
	echo "fresh-debian: $(($# - failed)) passed, $failed failed"
	[ $failed -eq 0 ]
}

main() {
	[ "$(id -u)" = 0 ] || die "needs root"
	command -v debootstrap >/dev/null ||
		die "debootstrap is missing: apt-get install debootstrap"
	suite=${SUITE:-$(codename)}
	mirror=${MIRROR:-$(apt_mirror)}
	limit=${LIMIT:-1800}
	if [ -z "$suite" ] || [ -z "$mirror" ]; then
		die "set SUITE and MIRROR"
	fi
	if [ -z "${ROOT:-}" ]; then
		root=$(mktemp -d)
		chmod 755 "$root"
		trap 'rm -rf --one-file-system "$root"' EXIT
	else
		root=$ROOT
	fi
	[ -d "$root/etc" ] || make_root
	rm -rf "$root/root/assay"
	git clone -q --no-hardlinks . "$root/root/assay"
	[ $# -gt 0 ] || set -- "make conformance" "make test"
	ROOT=$root LIMIT=$limit unshare --mount --propagation private \
		"$0" --inside "$@"
}

if [ "${1:-}" = --inside ]; then
	shift
	root=$ROOT
	limit=$LIMIT
	inside "$@"
else
	main "$@"
fi

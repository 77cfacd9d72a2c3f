#!/bin/sh
# jdk.sh - prints the home of a JDK of version 21 or newer, the newest there is
# in JAVA_HOME and /usr/lib/jvm; 1 if there is none.
set -eu

for home in "${JAVA_HOME:-}" /usr/lib/jvm/*; do
	if [ ! -x "$home/bin/javac" ] || [ ! -r "$home/release" ]; then
		continue
	fi
	version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$home/release")
	[ "${version:-0}" -lt 21 ] || echo "$version $home"
done | sort -rns | sed -n '1s/^[0-9]* //p' | grep .

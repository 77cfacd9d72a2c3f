#!/bin/sh
# build.sh - builds the interpreter of litmus programs on virtual threads.  Where
# that is not possible: one line, and no interpreter.
#
#	build.sh FOLDER PROGRAM     FOLDER is for the classes
set -u
cd "$(dirname "$0")" || exit 1

classes=$1
program=$2
rm -rf "$classes" "$program"
mkdir -p "$classes" "$(dirname "$program")" || exit 1
if ! home=$(./jdk.sh); then
	echo "java: no JDK of version 21 or newer in JAVA_HOME or /usr/lib/jvm" \
		"(Debian package openjdk-21-jdk-headless, from trixie on): left out"
	exit 0
fi
"$home/bin/javac" -Xlint:all -d "$classes" litmus/*.java || exit 1
cat >"$program" <<END
#!/bin/sh
exec '$home/bin/java' -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx512m \\
	-Djdk.virtualThreadScheduler.parallelism="\$1" \\
	-Djdk.virtualThreadScheduler.maxPoolSize="\$1" \\
	-cp '$classes' litmus.Main
END
chmod +x "$program"

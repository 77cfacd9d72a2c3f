#!/bin/sh
# build.sh - builds the interpreter of litmus programs on Kotlin's coroutines,
# with the packages that Maven has at hand or else fetches.  Where that is not
# possible: one line, and no interpreter.
#
#	build.sh FOLDER PROGRAM     FOLDER is for packages and classes
set -u
cd "$(dirname "$0")" || exit 1

folder=$1
program=$2
log=$folder/log

leave_out() {
	echo "kotlin: $*: left out"
	exit 0
}

copy_packages() {
	timeout 600 mvn -q -B "$@" dependency:copy-dependencies \
		-DoutputDirectory="$folder/lib" >"$log" 2>&1 </dev/null
}

rm -rf "$folder" "$program"
mkdir -p "$folder" "$(dirname "$program")" || exit 1
home=$(../java/jdk.sh) ||
	leave_out "no JDK of version 21 or newer (Debian package" \
		"openjdk-21-jdk-headless, from trixie on)"
command -v mvn >/dev/null || leave_out "no mvn (Debian package maven)"
copy_packages -o || copy_packages ||
	leave_out "Maven has no packages: $(grep -m 1 ERROR "$log")"

packages=$(echo "$folder"/lib/kotlin-stdlib-*.jar \
	"$folder"/lib/kotlinx-coroutines-core-jvm-*.jar | tr ' ' :)
version=${packages##*-jvm-}
if ! "$home/bin/javac" --release 21 -d "$folder/java" ../java/litmus/*.java ||
	! "$home/bin/java" -cp "$folder/lib/*" \
		org.jetbrains.kotlin.cli.jvm.K2JVMCompiler -no-stdlib \
		-no-reflect -jvm-target 21 -cp "$folder/java:$packages" \
		-d "$folder/classes" litmus/Main.kt >"$log" 2>&1; then
	grep -m 5 error: "$log" || tail -n 5 "$log"
	exit 1
fi
cat >"$program" <<END
#!/bin/sh
exec '$home/bin/java' -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx512m \\
	-Dlitmus.version='${version%.jar}' \\
	-cp '$folder/java:$folder/classes:$packages' litmus.MainKt "\$1"
END
chmod +x "$program"

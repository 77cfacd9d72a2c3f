#!/bin/sh
# test.sh - the HTTP server, asked by curl and wrk, and by clients who know no
# manners.
#
#	test.sh DIR SAN
#
# DIR holds http_server and http_raw, built with the sanitizer SAN (none, asan,
# tsan).  The last line is "test-http: N passed, N failed, N skipped".
# shellcheck disable=SC1091,SC2034,SC2154
set -u

dir=$1
san=$2
. "$(dirname "$0")/../../tests/lib/check.sh"
group=test-http
export LC_ALL=C
unset http_proxy all_proxy ALL_PROXY GOMAXPROCS
pid=
trap '[ -z "$pid" ] || kill -KILL $pid; rm -rf "$tmp"' EXIT

if [ ! -x "$dir/http_server" ]; then
	skip "http_server" "no http_parser.h: Debian package libhttp-parser-dev"
	finish
fi

# ---- the server ---------------------------------------------------------------

# start OPTIONS: sets pid and port.
start() {
	: >"$tmp/server.out"
	"$dir/http_server" --port 0 "$@" >"$tmp/server.out" 2>"$tmp/server.err" &
	pid=$!
	for i in 1 2 3 4 5 6 7 8 9 10; do
		port=$(sed -n 's/^listening on 127.0.0.1://p' "$tmp/server.out")
		[ -z "$port" ] || break
		sleep 0.$i
	done
	url=http://127.0.0.1:$port
}

# ended SIGNAL: the server ends for it, with status 0 and no complaint.
ended() {
	kill -"$1" "$pid"
	wait "$pid"
	status=$?
	[ "$status" -eq 0 ] || echo "status $status"
	cat "$tmp/server.err"
	[ "$status" -eq 0 ] && [ ! -s "$tmp/server.err" ]
}

# stop SIGNAL: the same as a check.  Not in a subshell: pid is a child of ours.
stop() {
	ended "$1" >"$tmp/ended" 2>&1
	check "ends for SIG$1" test -z "$(cat "$tmp/ended")"
	cat "$tmp/ended"
	pid=
}

descriptors() {
	find "/proc/$pid/fd" -mindepth 1 | wc -l
}

threads() {
	sed -n 's/^Threads:[[:space:]]*//p' "/proc/$pid/status"
}

# as_before COUNT: so many descriptors, before long.
as_before() {
	for i in 1 2 3 4 5 6 7 8 9 10; do
		[ "$(descriptors)" -ne "$1" ] || return 0
		sleep 0.$i
	done
	echo "$(descriptors) descriptors, not $1"
	return 1
}

# ---- the command line ---------------------------------------------------------

helps() {
	"$dir/http_server" --help | grep -q '^usage: http_server'
}

# refuses TEXT ARGUMENTS: one line with the text on stderr, and status 2.
refuses() {
	text=$1
	shift
	"$dir/http_server" "$@" >"$tmp/out" 2>"$tmp/err"
	status=$?
	cat "$tmp/out" "$tmp/err"
	[ $status -eq 2 ] && [ ! -s "$tmp/out" ] && grep -qF -- "$text" "$tmp/err"
}

check "--help" helps
check "--port what" refuses "--port wants a number" --port what
check "--port 65536" refuses "from 0 to 65535" --port 65536
check "--timeout 0" refuses "--timeout wants a number" --timeout 0
check "an unknown option" refuses "--nonsense" --nonsense
check "an argument" refuses "what is 'here'" here

# ---- without manners ----------------------------------------------------------

# answers STATUSES: what stdin gets for an answer has these.
answers() {
	timeout 30 "$dir/http_raw" "$port" | tee "$tmp/raw" |
		sed -n 's/^HTTP\/1.1 \([0-9]*\) .*/\1/p' >"$tmp/statuses"
	cat "$tmp/raw"
	[ "$1" = "$(paste -sd ' ' "$tmp/statuses")" ]
}

# says STATUSES BYTES: the bytes, as printf has them, get these.
says() {
	# shellcheck disable=SC2059 # it is a format
	printf "$2" | answers "$1"
}

# slowly STATUSES BYTES BYTES: as says, with a pause of 2 s between them.
slowly() {
	# shellcheck disable=SC2059
	{
		printf "$2"
		sleep 2
		printf "$3"
	} 2>/dev/null | answers "$1"
}

long=$(printf '%0300d' 0)
host='Host: here\r\n'
end='Connection: close\r\n\r\n'
start --timeout 1 --max-header 256 --max-body 1000
check "three requests at once" says "200 404 200" \
	"GET / HTTP/1.1\r\n$host\r\nGET /x HTTP/1.1\r\n$host\r\nGET / HTTP/1.1\r\n$host$end"
check "a body and the next request" says "200 200" \
	"POST /echo HTTP/1.1\r\n${host}Content-Length: 3\r\n\r\nab\nGET / HTTP/1.1\r\n$host$end"
check "chunks, and a header behind them" says "200 200" \
	"POST /echo HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nd\n\r\n0\r\nX: y\r\n\r\nGET / HTTP/1.1\r\n$host$end"
check "HTTP/1.0" says 200 'GET / HTTP/1.0\r\n\r\n'
check "a whole URL" says 200 "GET http://here/ HTTP/1.1\r\n$host$end"
check "a query" says 200 "GET /?a=b#c HTTP/1.1\r\n$host$end"
check "an upgrade that is not taken up" says "200" \
	"GET / HTTP/1.1\r\n${host}Upgrade: h2c\r\nConnection: Upgrade, close\r\n\r\n"
check "noise" says 400 'what is this\r\n\r\n'
check "no Host" says 400 'GET / HTTP/1.1\r\n\r\n'
check "two Hosts" says 400 "GET / HTTP/1.1\r\n${host}Host: there\r\n$end"
check "no host in Host" says 400 "GET / HTTP/1.1\r\nHost: a/b@c\r\n$end"
check "an empty Host" says 200 "GET / HTTP/1.1\r\nHost:\r\n$end"
check "blanks around a Host" says 200 "GET / HTTP/1.1\r\nHost:\t here \t\r\n$end"
check "lines that end with LF alone" says 200 \
	"GET / HTTP/1.1\nHost: here\nConnection: close\n\n"
check "empty lines before a request" says 200 "\r\n\nGET / HTTP/1.1\r\n$host$end"
check "UTF-8 in a value" says 200 "GET / HTTP/1.1\r\nX: \303\244\r\n$host$end"
for octal in 000 001 013 033 177; do
	for byte in "\\$octal" "x\\${octal}y"; do
		about="byte $octal, $((${#byte} - 4)) beside it,"
		check "$about in a Host" says 400 "GET / HTTP/1.1\r\nHost: $byte\r\n$end"
		check "$about in a value" says 400 "GET / HTTP/1.1\r\n${host}X: $byte\r\n$end"
		check "$about in a name" says 400 "GET / HTTP/1.1\r\n${host}X$byte: x\r\n$end"
		check "$about in a path" says 400 "GET /$byte HTTP/1.1\r\n$host$end"
	done
done
check "a folded line" says 400 "GET / HTTP/1.1\r\n${host}X: a\r\n b\r\n$end"
check "a NUL in a folded line" says 400 \
	"GET / HTTP/1.1\r\n${host}X: a\r\n \0\r\n$end"
check "a blank before the first name" says 400 "GET / HTTP/1.1\r\n $host$end"
check "a blank behind a name" says 400 "GET / HTTP/1.1\r\n${host}X : y\r\n$end"
check "no name" says 400 "GET / HTTP/1.1\r\n${host}: y\r\n$end"
check "no colon" says 400 "GET / HTTP/1.1\r\n${host}X\r\n$end"
check "a CR alone in a value" says 400 "GET / HTTP/1.1\r\n${host}X: a\rb\r\n$end"
check "CR CR LF" says 400 "GET / HTTP/1.1\r\n${host}X: a\r\r\n$end"
check "%00 in a path" says 404 "GET /%%00 HTTP/1.1\r\n$host$end"
check "%00 in a query" says 400 "GET /sleep?ms=1%%00 HTTP/1.1\r\n$host$end"
for length in -1 +1 '' 1x '1 1' 0x1 1,1 18446744073709551616 \
	99999999999999999999999; do
	check "Content-Length: $length" says 400 \
		"POST /echo HTTP/1.1\r\n${host}Content-Length: $length\r\n\r\na"
done
check "Content-Length twice" says 400 \
	"POST /echo HTTP/1.1\r\n${host}Content-Length: 1\r\nContent-Length: 1\r\n\r\na"
for coding in 'chunked, x' xchunked 'chunked chunked' identity ''; do
	check "Transfer-Encoding: $coding" says 400 \
		"POST /echo HTTP/1.1\r\n${host}Transfer-Encoding: $coding\r\n\r\n0\r\n\r\n"
done
for chunk in -1 ffffffffffffffffff 0x1; do
	check "a chunk of $chunk" says 400 \
		"POST /echo HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n$chunk\r\na"
done
check "a bad length" says 400 \
	"POST /echo HTTP/1.1\r\n${host}Content-Length: -1\r\n\r\n"
check "two ways to tell the length" says 400 \
	"POST /echo HTTP/1.1\r\n${host}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"
check "a bad chunk" says 400 \
	"POST /echo HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\nzz\r\n"
check "a bad query" says 400 "GET /sleep?ms=1x HTTP/1.1\r\n$host$end"
check "an unknown method" says 400 "SING / HTTP/1.1\r\n$host$end"
check "a method of another path" says 405 "GET /echo HTTP/1.1\r\n$host$end"
check "it says which there are" grep -q '^Allow: POST' "$tmp/raw"
check "CONNECT" says 501 "CONNECT here:1 HTTP/1.1\r\n$host$end"
check "another version" says 505 "GET / HTTP/2.0\r\n$host$end"
check "a long header" says 431 "GET / HTTP/1.1\r\nX: $long\r\n$host$end"
check "a long path" says 431 "GET /$long HTTP/1.1\r\n$host$end"
check "a body too long" says 413 \
	"POST /echo HTTP/1.1\r\n${host}Content-Length: 1001\r\n\r\n"
check "a chunk too long" says 413 \
	"POST /echo HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n3e9\r\n$long$long$long$long"
check "another expectation" says 417 \
	"POST /echo HTTP/1.1\r\n${host}Expect: more\r\nContent-Length: 1\r\n\r\n"
check "100-continue" slowly "100 408" \
	"POST /echo HTTP/1.1\r\n${host}Expect: 100-continue\r\nContent-Length: 3\r\n\r\n" ''
check "half a request line" slowly 408 'GET / HT' "TP/1.1\r\n$host$end"
check "half a body" slowly 408 \
	"POST /echo HTTP/1.1\r\n${host}Content-Length: 5\r\n\r\nabc" 'de'
check "an idle connection ends without a word" slowly 200 \
	"GET / HTTP/1.1\r\n$host\r\n" "GET / HTTP/1.1\r\n$host\r\n"
check "nothing at all" slowly '' '' ''
# A reset while it answers is no complaint.
printf '%s\r\n' 'GET /sleep?ms=300 HTTP/1.1' 'Host: here' '' |
	timeout 0.1 "$dir/http_raw" "$port" >"$tmp/raw" 2>&1
check "after a client that left" says 200 "GET / HTTP/1.1\r\n$host$end"
stop INT

# ---- curl ---------------------------------------------------------------------

# get TEXT ARGUMENTS: curl, and the text is in what it prints.
get() {
	text=$1
	shift
	curl -sS --max-time 30 --noproxy '*' "$@" >"$tmp/got" &&
		grep -qF -- "$text" "$tmp/got" && return
	cat "$tmp/got"
	return 1
}

# comes_back FILE ARGUMENTS: POST /echo gives the file.
comes_back() {
	file=$1
	shift
	curl -sS --max-time 30 --noproxy '*' --data-binary "@$file" \
		"$@" "$url/echo" | cmp - "$file"
}

two_on_one() {
	curl -sS --max-time 30 --noproxy '*' -w '%{num_connects}\n' "$url/" \
		"$url/" >"$tmp/got"
	printf '%s\n' 'hello, world' 1 'hello, world' 0 | diff - "$tmp/got"
}

# By then the answer of a sleeping request is still to come.
slow_answer() {
	curl -sS --max-time 30 --noproxy '*' "$url/sleep?ms=1500" \
		>"$tmp/slow" 2>&1 &
	slow=$!
	sleep 0.5
}

date_is_one() {
	curl -sS --max-time 30 --noproxy '*' -D - -o "$tmp/got" "$url/" |
		tr -d '\r' | grep -Eq '^Date: [A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT$'
}

by_curl() {
	head -c 100 /dev/urandom >"$tmp/small"
	head -c 5000000 /dev/urandom >"$tmp/large"
	: >"$tmp/empty"
	start
	before=$(descriptors)
	check "GET" get "hello, world" "$url/"
	check "HEAD" get "Content-Length: 13" -I "$url/"
	check "Date" date_is_one
	check "404" get 404 -o "$tmp/body" -w '%{http_code}' "$url/nowhere"
	check "405" get 405 -o "$tmp/body" -w '%{http_code}' -X PUT "$url/"
	check "a small body" comes_back "$tmp/small"
	check "a large body" comes_back "$tmp/large"
	check "an empty body" comes_back "$tmp/empty"
	check "a body in chunks" comes_back "$tmp/large" \
		-H 'Transfer-Encoding: chunked'
	check "a body by HTTP/1.0" comes_back "$tmp/small" --http1.0
	check "a body too large" get 413 -o "$tmp/body" -w '%{http_code}' \
		-H 'Content-Length: 9000000' -X POST "$url/echo"
	check "two requests on one connection" two_on_one
	check "HTTP/1.0 ends the connection" get "Connection: close" \
		--http1.0 -i "$url/"
	check "a bad method" get 400 -o "$tmp/body" -w '%{http_code}' -X NONE "$url/"
	check "no descriptor is left open" as_before "$before"
	slow_answer
	stop TERM
	wait $slow
	check "the request under way was answered" \
		grep -qx 'slept 1500 ms' "$tmp/slow"
	start --grace 0
	slow_answer
	kill -TERM "$pid"
	wait "$pid"
	check "no grace: status 1" test $? -eq 1
	check "it says so" grep -qx 'http_server: 1 requests cut off' \
		"$tmp/server.err"
	pid=
	wait $slow
}

if have curl; then
	by_curl
else
	skip "what curl asks" "no curl: Debian package curl"
fi

# ---- wrk ----------------------------------------------------------------------

load() {
	wrk -t 1 -c 100 -d "$1" --timeout 10s "$url$2" >"$tmp/wrk"
	status=$?
	cat "$tmp/wrk"
	! grep -q 'Socket errors\|Non-2xx' "$tmp/wrk" && [ $status -eq 0 ]
}

requests() {
	[ "$(sed -n 's/^ *\([0-9]*\) requests in.*/\1/p' "$tmp/wrk")" -gt 0 ]
}

# While a load goes on: threads, and the end.
by_wrk() {
	start
	before=$(descriptors)
	procs=$(nproc)
	wrk -t 1 -c 100 -d 2 --timeout 10s "$url/sleep?ms=50" \
		>"$tmp/slow" 2>&1 &
	slow=$!
	sleep 1
	check "100 wait at once, few threads" \
		test "$(threads)" -lt $((procs + 10))
	wait $slow
	check "100 connections for 2 s" load 2 /
	check "requests were answered" requests
	check "no descriptor is left open" as_before "$before"
	check "few threads" test "$(threads)" -lt $((procs + 10))
	wrk -t 1 -c 100 -d 2 --timeout 10s "$url/" >"$tmp/slow" 2>&1 &
	slow=$!
	sleep 1
	stop TERM
	wait $slow
}

if have wrk; then
	by_wrk
else
	skip "a load of requests" "no wrk: Debian package wrk"
fi
finish

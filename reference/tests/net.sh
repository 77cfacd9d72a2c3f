# net.sh - many connections, and rough ones.
# shellcheck shell=sh disable=SC2154,SC2015

connections=10000
[ "$san" = none ] || connections=500

many() {
	exits 0 conns "$1"
	cat "$out"
}

check "$connections connections echo at once, with few threads" \
	many $connections

storm() {
	GOMAXPROCS=$1
	export GOMAXPROCS
	shift
	exits 0 net_storm "$@"
}

for procs in 1 2 4; do
	check "a storm of clients, GOMAXPROCS=$procs" storm $procs 2
done
check "more clients than descriptors" storm 2 2 30

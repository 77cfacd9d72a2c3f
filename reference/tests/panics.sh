# panics.sh - panics at random, on goro and on real Go; `make panics` does more.
# shellcheck shell=sh disable=SC2154

same_as_go() {
	timeout 300 "$here/panics/panics.py" "$dir/panics-goro" \
		"$dir/panics-go" "$1" "$2" >"$tmp/panics" && return
	cat "$tmp/panics"
	return 1
}

if [ -x "$dir/panics-go" ]; then
	for seed in 1 2 3; do
		check "150 random programs panic as in Go, seed $seed" \
			same_as_go 150 $seed
	done
else
	skip "random programs panic as in Go" "no Go 1.25 (Debian: golang-go)"
fi

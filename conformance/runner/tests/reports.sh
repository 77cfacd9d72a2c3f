# reports.sh - TAP, JUnit and JSON, also of nasty output.
# shellcheck shell=sh

on --junit "$tmp/r.xml" --json "$tmp/r.json" --run 'GO-00[1-5]*' --run CH-004 \
	--run CH-012
check "reports do not change the status" is 1
check "no temporary files are left" sh -c "[ \$(ls $tmp/r.* | wc -l) -eq 2 ]"
check "terminal: no raw escapes" sh -c "! LC_ALL=C grep -q \
	'$(printf '[\001-\010\033\177]')' $out"
check "terminal: UTF-8 stays" says "é"
check "the middle of long output is left out" says "bytes left out"
check "the end of long output is kept" says "the very end"

if have xmllint; then
	check "junit: xmllint" xmllint --noout "$tmp/r.xml"
else
	skip "junit: xmllint" "not installed"
fi

have python3 && check "junit: counts" python3 - "$tmp/r.xml" <<'PY'
import sys, xml.etree.ElementTree as tree
root = tree.parse(sys.argv[1]).getroot()
suite = root.find("testsuite")
cases = suite.findall("testcase")
failed = [c for c in cases if c.find("failure") is not None]
skipped = [c for c in cases if c.find("skipped") is not None]
assert int(suite.get("tests")) == len(cases) == 17, len(cases)
assert int(suite.get("failures")) == len(failed), len(failed)
assert int(suite.get("skipped")) == len(skipped) == 1
nasty = [c for c in cases if c.get("name").startswith("CH-004")][0]
assert "<fail> \"quoted\" & #hash" in nasty.find("failure").get("message")
assert "]]><a b='\"'>&amp;" in nasty.find("system-out").text
PY

have python3 && check "json: content" python3 - "$tmp/r.json" <<'PY'
import json, sys
d = json.load(open(sys.argv[1]))
by = {r["id"]: r for r in d["results"]}
assert d["suite_version"] == open("conformance/version").read().strip()
assert d["runtimes"][0]["name"] == "fake"
assert d["runtimes"][0]["traits"] & 32 and not d["runtimes"][0]["host"]
assert d["totals"]["passed"] + d["totals"]["failed"] + \
	d["totals"]["skipped"] == len(by) == 17
assert by["GO-002"]["level"] == "ext:NUMG"
assert by["GO-002"]["runs"][0]["notes"] == ["the figure is 42"]
assert by["GO-001"]["runs"][0]["stdout"] is None
out = by["CH-004"]["runs"][0]["stdout"]
assert "]]><a b='\"'>&amp; \\xff\\xfe \\x01 é # ok\n" in out, out[:100]
PY
have python3 || skip "junit and json: content" "no python3"
if have jq; then
	check "json: jq" jq -e '.results | length == 17' "$tmp/r.json"
fi

on --tap --run 'GO-00[1-5]*' --run CH-004
cp "$out" "$tmp/r.tap"
check "tap: status" is 1
check "tap: version" sh -c "head -n 1 $out | grep -qx 'TAP version 13'"
check "tap: plan" says "1..9"
check "tap: skip" says "# SKIP there is no moon"
check "tap: escapes" says '#hash \\ \\xf0'
check "tap: total" last_is "# conformance: 1 passed, 7 failed, 1 skipped"
check "tap: nothing of the output is read as TAP" sh -c \
	"! grep -q '^not ok 99' $out"
if have prove; then
	prove_agrees() {
		prove -e cat "$tmp/r.tap" >"$tmp/prove" 2>&1
		grep -q 'Failed 7/9' "$tmp/prove" || { cat "$tmp/prove"; false; }
	}
	on --tap --run 'GO-00[1-5]*' --run CH-004
	cp "$out" "$tmp/r.tap"
	check "tap: prove agrees" prove_agrees
	check "tap: prove passes" prove -Q -e "$runner --tap --procs 1 \
		--run GO-001 --run GO-004 --runtime" "$good"
else
	skip "tap: prove" "not installed"
fi

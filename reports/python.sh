#!/bin/sh
# python.sh - runs Python with the first interpreter that has the packages of
# the report: a python3 of the user's own often lacks Debian's.  If none has
# them, the first that is there; what needs them says so.
set -eu

modules="import jinja2, matplotlib, numpy, scipy"
first=
for python in ${PYTHON:+"$PYTHON"} /usr/bin/python3 python3; do
	command -v "$python" >/dev/null || continue
	[ -n "$first" ] || first=$python
	if "$python" -c "$modules" 2>/dev/null; then
		first=$python
		break
	fi
done
if [ -z "$first" ]; then
	echo "reports: no python3 here: Debian package python3" >&2
	exit 2
fi
# Files are UTF-8 whatever the locale.
here=$(cd "$(dirname "$0")" && pwd)
PYTHONPATH=$here:$here/../conformance/litmus${PYTHONPATH:+:$PYTHONPATH}
export PYTHONPATH PYTHONDONTWRITEBYTECODE=1 PYTHONUTF8=1
exec "$first" "$@"

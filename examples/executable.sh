#!/bin/sh
# executable.sh - what is in an executable: its format, and which functions of
# the runtime the goroutines of `lucky_number`, beside this file, call.
set -eu

program=${0%/*}/lucky_number

# calls FUNCTION: what it calls of goro, in the order of the code.
calls() {
	objdump -d --no-show-raw-insn --disassemble="$1" "$program" |
		sed -n 's/.*[[:space:]]\(call\|jmp\|bl\?\)[a-z]*[[:space:]].*<\(goro_[a-z_]*\)>.*/\2/p' |
		tr '\n' ' '
}

readelf -h "$program" | sed -n 's/^ *Class: */format: /p'
for function in app get_lucky_number; do
	echo "$function calls: $(calls "$function")"
done
if objdump -dl --disassemble=app "$program" | grep -q 'lucky_number\.c:[0-9]'; then
	echo "and each instruction knows its line"
fi

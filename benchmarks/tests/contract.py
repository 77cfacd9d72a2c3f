"""Whether a result keeps the contract of ../README.md.

    contract.py WORKLOADS.TSV RESULT.json [NAME ...]

NAME: workloads that must have been measured; "all" stands for every one of the
table.  Prints what is wrong, a line each; status 1 if anything is.
"""
import json
import math
import sys

CONTEXT = {"assay_bench": "1", "runtime": None, "version": None,
           "model": None, "procs": None, "tiny": None}
ENTRY = ("run_name", "run_type", "iterations", "real_time", "cpu_time",
         "time_unit", "items_per_second")

wrong = []


def check(ok, text):
    if not ok:
        wrong.append(text)


def read_table(path):
    table = {}
    with open(path) as f:
        for line in f:
            if not line.startswith("#"):
                name, headline, *_ = line.rstrip("\n").split("\t")
                table[name] = headline
    return table


def no_constant(text):
    raise ValueError(f"{text} is no number of JSON")


def is_number(value):
    return isinstance(value, (int, float)) and math.isfinite(value)


def check_context(context):
    for key, value in CONTEXT.items():
        check(isinstance(context.get(key), str), f"context: no text {key}")
        check(value is None or context.get(key) == value,
              f"context: {key} is {context.get(key)!r}")
    check(context.get("model") in ("1:1", "N:1", "N:M"), "context: model")
    check(context.get("several_ps", "1") in ("0", "1"), "context: several_ps")


def check_entry(entry, table):
    name = entry.get("name")
    check(name in table, f"{name}: not in the table")
    if entry.get("error_occurred"):
        check(entry.get("error_message"), f"{name}: an error without a text")
        return
    for key in ENTRY:
        check(key in entry, f"{name}: no {key}")
    check(entry.get("run_name") == name, f"{name}: run_name")
    check(entry.get("run_type") == "iteration", f"{name}: run_type")
    check(entry.get("time_unit") == "ns", f"{name}: time_unit")
    headline = table.get(name)
    key = "items_per_second" if headline == "time" else headline
    value = entry.get(key)
    check(is_number(value) and (value > 0 or headline != "time"),
          f"{name}: {key} is {value!r}")
    for key, value in entry.items():
        check(not isinstance(value, float) or is_number(value),
              f"{name}: {key} is {value!r}")


def check_result(result, table, wanted):
    check_context(result.get("context", {}))
    entries = result.get("benchmarks", [])
    skipped = result.get("skipped", [])
    for entry in entries:
        check_entry(entry, table)
    for skip in skipped:
        check(skip.get("name") in table and skip.get("reason"),
              f"skipped: {skip}")
    names = [e.get("name") for e in entries + skipped]
    check(len(names) == len(set(names)), "a name is there twice")
    measured = [e["name"] for e in entries if not e.get("error_occurred")]
    for name in table if wanted == ["all"] else wanted:
        check(name in measured, f"{name}: not measured")


def main(table_path, result_path, *wanted):
    with open(result_path) as f:
        result = json.load(f, parse_constant=no_constant)
    check_result(result, read_table(table_path), list(wanted))
    for line in wrong:
        print(line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

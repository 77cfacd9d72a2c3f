"""An interpreter for the tests, in one of several ways good or bad.

    fake.py WAY PROCS

It runs nothing: it knows one program by heart, of one goroutine that receives
from c for ever or sets x to 1.
"""
import json
import os
import sys
import time

HELLO = {"litmus": 1, "name": "fake", "version": "1",
         "lacks": {"once": "it is a fake"}, "variants": []}
HELLOS = {"old": {"litmus": 0}, "true-hello": {"litmus": True},
          "nameless": {"name": 1},
          "feature": {"lacks": {"wings": "none"}},
          "variant": {"variants": ["upside-down"]},
          "model": {"model": "M:N"},
          "variants": {"variants": "retry"},
          "unreasoned": {"lacks": {"once": 1}}, "list": {"lacks": ["once"]}}


def good(program: dict, count: int) -> dict:
    stuck = program["goroutines"][0][0]["do"] == "comm"
    return {"count": count, "end": "quiet",
            "registers": [int(not stuck)] * program["registers"],
            "at": [0 if stuck else -1]}


# What is wrong about an outcome, by the way.
OUTCOMES = {
    "unknown-end": {"end": "happy"}, "no-end": {"end": None},
    "no-main": {"end": "returned"}, "panic": {"end": "panic", "panic": 7},
    "panicless": {"end": "panic"},
    "panic-list": {"end": "panic", "panic": [1]},
    "panic-real": {"end": "panic", "panic": 101.0},
    "few-registers": {"registers": []}, "registers": {"registers": "1"},
    "high-register": {"registers": [128]}, "true": {"registers": [True]},
    "nowhere": {"at": []}, "far": {"at": [99]}, "before": {"at": [-2]},
    "waits-not": {"at": [0]}, "placeless": {"at": None},
    "negative": {"count": -1}, "zero": {"count": 0}, "half": {"count": 1.5},
    "too-many": {"count": 1000}, "huge": {"count": 10 ** 30},
    "countless": {"count": None}, "few": {"count": 1},
}
# What is wrong about an answer.
ANSWERS = {"no-seen": {"seen": None}, "unseen": {"seen": []},
           "words": {"seen": ["x=1"]}, "id": {"id": 10 ** 6},
           "id-true": {"id": True}, "sorry": {"error": "no such operation"},
           "full-of-nothing": {"seen": [], "full": True}}


def text(way: str, line: str) -> None:
    """Writes an answer, or what is none."""
    lines = {"garbage": "\x1b[31mpanic!\n", "array": "[]\n", "null": "null\n",
             "number": "9" * 5000 + "\n", "deep": "[" * 100000 + "\n",
             "surrogate": '{"id": "\\ud800"}\n', "empty": "\n",
             "two": line + line, "half-line": line[:len(line) // 2]}
    while way == "endless":
        os.write(1, b"x" * 65536)
    if way == "bytes":
        os.write(1, b"\xff\xfe\n")
    elif way == "close":
        os.close(1)
        time.sleep(1000)
    else:
        sys.stdout.write(lines.get(way, line))
        sys.stdout.flush()


def answer(way: str, ask: dict) -> None:
    time.sleep(1000 if way == "hang" else 0)
    if way == "die":
        print("it hurts", file=sys.stderr)
        os._exit(3)
    while way == "loud":
        os.write(2, b"no!\n" * 9999)
    if way == "kill":
        os.kill(os.getpid(), 9)
    if way == "fatal":
        print("fatal error: sync: unlock of unlocked mutex", file=sys.stderr)
        os._exit(2)
    rounds = min(ask["rounds"], 20) if way == "full" else ask["rounds"]
    one = {**good(ask["program"], rounds), **OUTCOMES.get(way, {})}
    if way == "forbidden":
        one["registers"] = [3] * ask["program"]["registers"]
    said = {"id": ask["id"], "seen": [one], "full": way == "full",
            **ANSWERS.get(way, {})}
    text(way, json.dumps(said) + "\n")
    if way in ("half-line", "exit"):
        os._exit(0)


def main(way: str) -> None:
    if way == "mute":
        time.sleep(1000)
    if way == "dead":
        sys.exit("no such machine")
    print(json.dumps({**HELLO, **HELLOS.get(way, {})}), flush=True)
    if way == "leaves":
        os._exit(0)
    if way == "deaf":
        time.sleep(1000)
    for line in sys.stdin:
        answer(way, json.loads(line))


if __name__ == "__main__":
    main(sys.argv[1])

"""Two runtimes, one list of programs: which programs differ, and how small.

A program is a line of text.  `run(command, path, n)` runs the n programs of a
file and returns the result of each; `smaller(p)` gives what p may shrink to.
"""
import sys
import tempfile

SHOWN = 5  # programs that differ


class Oracle:
    def __init__(self, commands, run, smaller):
        self.commands, self.run, self.smaller = commands, run, smaller

    def differ(self, programs):
        """Those whose results differ: the program and both results."""
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as f:
            f.write("".join(p + "\n" for p in programs))
            f.flush()
            a, b = (self.run(c, f.name, len(programs)) for c in self.commands)
        return [(p, x, y) for p, x, y in zip(programs, a, b) if x != y]

    def shrink(self, p):
        while True:
            tried = sorted(set(self.smaller(p)) - {""}, key=len)
            bad = self.differ(tried) if tried else []
            if not bad:
                return p
            p = bad[0][0]

    def main(self, name, programs):
        """Shows what differs, made as small as it can be, and exits."""
        bad = self.differ(programs)
        for p, _, _ in bad[:SHOWN]:
            p = self.shrink(p)
            for _, ours, gos in self.differ([p]) or [(p, "?", "?")]:
                print(f"FAIL  {p}\nthe runtime:\n{ours}\nGo:\n{gos}")
        print(f"{name}: {len(programs) - len(bad)} passed, {len(bad)} failed")
        sys.exit(1 if bad else 0)

"""Builds revisions of git, each in a worktree of its own under build/."""
from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from assay_report.errors import Failure

# Of the make that may have started us: a build makes up its own mind.
FOREIGN = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKEOVERRIDES", "CONFIG", "B",
           "GNUMAKEFLAGS")
BUILD_TIMEOUT = 1800


def commit_of(label: str, revision: str, root: Path) -> str:
    """The full name of a revision."""
    done = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options",
                revision + "^{commit}")
    if done.returncode != 0:
        raise Failure(f"{label}: '{revision}' is neither a file, nor a "
                      "folder, nor a revision of git")
    return done.stdout.strip()


def build(label: str, commit: str, runtime: str, root: Path) -> Path:
    """The build folder of `commit`.  Blocks until make has ended.

    The worktree stays for the next time, its build for the same commit only:
    make would ask for sources that have moved.  Both sides' paths have the
    same length.
    """
    tree = root / "build" / "gate" / label
    _check_out(label, tree, commit, root)
    out = Path("build", "release")
    goals = [str(out / "assay-bench"), str(out / "conformance"),
             str(out / "runtimes" / f"{runtime}.so")]
    _make(label, tree, goals)
    return tree / out


def _check_out(label: str, tree: Path, commit: str, root: Path) -> None:
    _git(root, "worktree", "prune")
    if (tree / ".git").exists():
        if _git(tree, "rev-parse", "HEAD").stdout.strip() != commit:
            shutil.rmtree(tree / "build", ignore_errors=True)
        done = _git(tree, "checkout", "--quiet", "--force", "--detach", commit)
    else:
        tree.parent.mkdir(parents=True, exist_ok=True)
        done = _git(root, "worktree", "add", "--quiet", "--force", "--detach",
                    str(tree), commit)
    if done.returncode != 0:
        raise Failure(f"{label}: cannot check out {commit[:12]}: "
                      f"{_last(done.stderr)}")


def _make(label: str, tree: Path, goals: Sequence[str]) -> None:
    log = tree.parent / f"{label}.log"
    env = {k: v for k, v in os.environ.items() if k not in FOREIGN}
    env["ASSAY_SETUP"] = "check"  # the gate installs nothing
    with log.open("w") as out:
        try:
            status = subprocess.run(
                ["make", "-C", str(tree), *goals], stdout=out,
                stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, env=env,
                timeout=BUILD_TIMEOUT, check=False).returncode
        except OSError as e:
            raise Failure(f"{label}: make: {e.strerror}") from e
        except subprocess.TimeoutExpired as e:
            raise Failure(f"{label}: the build takes too long: {log}") from e
    if status != 0:
        raise Failure(f"{label}: the build failed: "
                      f"{_last(log.read_text(errors='replace'))} ({log})")


def _git(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(["git", "-C", str(folder), *args],
                              capture_output=True, text=True, check=False)
    except OSError as e:
        raise Failure(f"git: {e.strerror}") from e


def _last(text: str) -> str:
    """The line that says why: the first error, or else the last line."""
    lines = [x.strip() for x in text.splitlines() if x.strip()]
    wrong = [x for x in lines if "error" in x.lower() or "***" in x]
    return (wrong or lines or ["no word"])[0 if wrong else -1]

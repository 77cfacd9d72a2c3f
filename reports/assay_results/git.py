"""What git knows of the tree: files by their content, and commits."""
from __future__ import annotations

import hashlib
import subprocess

from assay_report.errors import Failure
from assay_report.shape import Wrong
from assay_report.workloads import ROOT

BLOB = 40  # hex digits of an id


def _git(*words: str) -> bytes | None:
    """What git prints; None if it fails or is not there."""
    try:
        done = subprocess.run(["git", "-C", str(ROOT), *words],
                              capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def blob_of(data: bytes) -> str:
    """The id that git gives to a file of this content."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def content(blob: str, path: str) -> bytes | None:
    """The file of that id: as it is at `path` today, or was at some time."""
    try:
        now = (ROOT / path).read_bytes()
    except OSError:
        now = b""
    return now if blob_of(now) == blob else _git("cat-file", "blob", blob)


def at_commit(commit: str, path: str) -> bytes | None:
    """A file as it was at a commit; None if either is not known."""
    return _git("cat-file", "blob", f"{commit}:{path}")


def lines_with(word: str, commit: str, path: str) -> str | None:
    """The lines below a path that have a word, at a commit, each with the two
    that follow; None if there is none, or the commit is not known here."""
    text = _git("grep", "-h", "-A2", "-F", "-e", word, commit, "--", path)
    return None if text is None else text.decode(errors="replace")


def in_history(commit: str) -> bool | None:
    """Whether the tree comes from a commit; None if a clone without its
    history cannot tell."""
    if _git("merge-base", "--is-ancestor", commit, "HEAD") is not None:
        return True
    return None if is_shallow() else False


def commit_time(commit: str) -> int | None:
    """When a commit was made, in seconds; None if it is not known here."""
    text = _git("show", "-s", "--format=%ct", f"{commit}^{{commit}}")
    return int(text) if text else None


def is_shallow() -> bool:
    """Whether the clone lacks its history, or is none."""
    return _git("rev-parse", "--is-shallow-repository") != b"false\n"


def unknown(what: str) -> Exception:
    """Why a part of a suite that is not here is none, or cannot be told."""
    if is_shallow():
        return Failure(f"{what} not in this clone, which lacks its history: "
                       "git fetch --unshallow")
    return Wrong(f"{what} none that this suite has had")


def changed() -> str:
    """A tracked file that no commit has as it is, results aside; or ""."""
    text = _git("status", "--porcelain", "-uno", "--", ".", ":!results")
    if text is None:
        return "no git here"
    return text.decode(errors="replace")[3:].split("\n", 1)[0]


def head() -> str:
    """The commit of the tree, or ""."""
    return (_git("rev-parse", "HEAD") or b"").decode().strip()

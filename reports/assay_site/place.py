"""Where a site may be written, and how it takes the place of an older one."""
from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from assay_report.errors import Failure
from assay_report.workloads import ROOT

MARK = ".assay-site"  # a folder with this file was made here, and may go


def fit(out: Path) -> Path:
    """The folder to write; a Failure if something else would be lost."""
    place = out.resolve()
    for kept, what in ((ROOT.resolve(), "the tree"),
                       (Path.cwd(), "the current directory")):
        if kept.is_relative_to(place):
            raise Failure(f"{out} holds {what}, which a site would replace")
    if place.exists() and not place.is_dir():
        raise Failure(f"{out} is not a folder")
    if place.is_dir() and any(place.iterdir()) \
            and not (place / MARK).is_file():
        raise Failure(f"{out} is not empty and no site (it has no {MARK}): "
                      "remove it, or write to another folder")
    return place


def replace(place: Path, files: Iterable[tuple[str, str]]) -> None:
    """Writes all beside the place; the old site goes once the new one is in.

    Whatever ends it early, the old site is there, or the new one.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=place.name + ".", dir=place.parent))
    new, old = beside / "new", beside / "old"
    try:
        new.mkdir()
        for name, text in (*files, (MARK, "made by make site\n")):
            path = new / name
            if path.exists():
                raise Failure(f"two pages of the site would be {name}: two "
                              "runtimes whose names are alike")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        swap(place, new, old)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def swap(place: Path, new: Path, old: Path) -> None:
    """The new folder in the place of the old one, if there is one."""
    try:
        if place.exists():
            os.rename(place, old)
        os.rename(new, place)
    except BaseException:
        if old.exists() and not place.exists():
            os.rename(old, place)
        raise

"""A folder of pictures and the table that lists them: made aside, then put in its place.

What may go from a folder that is there already is what its table lists, and the table; whatever
else lies there stays.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Collection, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tracker.errors import RecordingError, UsageError
from tracker.record.appended_file import explain

TABLE_FILE = "keypoints.csv"


@contextmanager
def picture_folder(
    out: Path, names: Collection[str], columns: Sequence[str], *, overwrite: bool
) -> Generator[Path]:
    """Give a folder to write the pictures named and their table to; put them at `out` at the end.

    `columns` is the table's first line, `file` among them: by it an earlier table is known.

    Raises:
        UsageError: there are files at `out` that may not go.
        RecordingError: there was no room, or the place is not to be written.
    """
    old = _replaceable(out, names, columns, overwrite=overwrite)
    aside = out.with_name(f"unfinished-{out.name}")
    try:
        shutil.rmtree(aside, ignore_errors=True)  # of a run that was killed
        aside.mkdir(parents=True)
        yield aside
        out.mkdir(exist_ok=True)
        for path in old:
            path.unlink(missing_ok=True)
        for path in sorted(aside.iterdir(), key=lambda path: path.name == TABLE_FILE):
            path.rename(out / path.name)
    except OSError as error:
        raise RecordingError(explain(error, out)) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _replaceable(
    out: Path, names: Collection[str], columns: Sequence[str], *, overwrite: bool
) -> list[Path]:
    """Return which files of an earlier run go."""
    if out.exists() and not out.is_dir():
        raise UsageError(f"--out {out}: expected a folder, and that is a file")
    if not out.exists() or not any(out.iterdir()):
        return []
    if not overwrite:
        raise UsageError(
            f"--out {out} holds files already: name another, or replace the pictures in it with "
            "--overwrite"
        )
    old = _listed(out, columns)
    if old is None:
        raise UsageError(
            f"--out {out}: its pictures are not ours, for it holds no {TABLE_FILE} that lists "
            "them; they are not overwritten: name another folder"
        )
    foreign = sorted(name for name in names if (out / name).exists() and out / name not in old)
    if foreign:
        raise UsageError(
            f"--out {out}: {foreign[0]} is not in its {TABLE_FILE}, and is not overwritten: "
            "name another folder"
        )
    return old


def _listed(out: Path, columns: Sequence[str]) -> list[Path] | None:
    """Return the table that is there and the pictures in it; None if it is no table of ours."""
    try:
        with (out / TABLE_FILE).open(newline="", encoding="utf-8") as file:
            table = csv.DictReader(file)
            if list(table.fieldnames or ()) != list(columns):
                return None
            names = [row["file"] for row in table]
    except (OSError, UnicodeDecodeError, csv.Error):
        return None
    inside = [out / name for name in names if name and Path(name).name == name]
    return [*inside, out / TABLE_FILE]

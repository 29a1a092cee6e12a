"""An export is either not there or whole: it is written beside its place, then put there.

Where a format can go on with what was interrupted, that stays beside the place until it is whole.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from tracker.errors import RecordingError, UsageError
from tracker.export.formats import Format, Writer
from tracker.export.resuming import note_of
from tracker.record.appended_file import explain
from tracker.record.schema import HEADER_FILE

ASIDE = "unfinished-"


def check_place(target: Path, form: Format, writer: Writer, *, overwrite: bool) -> None:
    """Make sure that an export may be put at `target`; only an export is ever replaced.

    Raises:
        UsageError: something is there that may not go, or there is no folder to put it in.
    """
    if not target.parent.is_dir():
        raise UsageError(f"--out {target}: there is no folder {target.parent}")
    for folder in target.resolve().parents:
        if (folder / HEADER_FILE).is_file():
            raise UsageError(f"--out {target}: expected a place outside the recording {folder}")
    if not target.exists():
        return
    if not overwrite:
        raise UsageError(
            f"{target} exists already: name another with --out, or replace it with --overwrite"
        )
    if not form.is_folder and target.is_dir():
        raise UsageError(f"{target} is a folder: --out must name a file (*{form.suffix})")
    if not writer.is_export(target):
        more = ", or something was put into it since" if form.is_folder else ""
        raise UsageError(
            f"{target} does not say that it is an export of ours in this format{more}; it is not "
            "overwritten: name another place with --out"
        )


def check_room(target: Path, needed_bytes: int) -> None:
    """Make sure that the disk has room.

    Raises:
        UsageError: it has less than is needed.
    """
    free_bytes = shutil.disk_usage(target.parent).free
    if free_bytes < needed_bytes:
        raise UsageError(
            f"the disk has no room for {target}: it takes about {needed_bytes / 1e9:.2f} GB, "
            f"{free_bytes / 1e9:.2f} GB are free"
        )


@contextmanager
def written_aside(
    target: Path, *, goes_on: Callable[[Path], bool] = lambda aside: False
) -> Generator[Path, None, None]:
    """Give a path to write to; put it at `target` if all went well, else remove it.

    What `goes_on` says an interrupted run has begun is given again, and kept when it is
    interrupted anew.

    Raises:
        RecordingError: there was no room, or the place is not to be written.
    """
    # The ending stays as it is: libraries choose by it.
    aside = target.with_name(ASIDE + target.name)
    try:
        if not goes_on(aside):
            _discard(aside)  # of an export that was killed
        yield aside
        _put(aside, target)
    except OSError as error:
        raise RecordingError(explain(error, target)) from error
    finally:
        if not goes_on(aside):
            _discard(aside)


def _put(aside: Path, target: Path) -> None:
    if not target.is_dir():
        aside.replace(target)
        return
    old = target.with_name(ASIDE + "old-" + target.name)
    _remove(old)
    target.rename(old)  # a folder cannot be replaced in one step
    aside.rename(target)
    _remove(old)


def _discard(aside: Path) -> None:
    _remove(aside)
    _remove(note_of(aside))


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)

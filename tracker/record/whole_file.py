"""A small file that is either not there or whole, whatever kills the process in between."""

from __future__ import annotations

from pathlib import Path

from tracker.errors import RecordingError
from tracker.record.appended_file import explain


def write_whole(path: Path, text: str) -> None:
    """Write a file beside its place, then put it there; an old one is replaced.

    Raises:
        RecordingError: it cannot be written; nothing half-written is left.
    """
    unfinished = path.with_name(path.name + ".unfinished")
    try:
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise RecordingError(explain(error, path)) from error

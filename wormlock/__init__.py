"""Wormlock keeps the head of a freely crawling *C. elegans* where the confocal looks.

This thin package is the one name that an installation adds. The program itself lives in three
rooms, `tracker`, `hardware` and `models`: folders of the checkout, or of `wormlock/_rooms` in
an installed wheel. Importing this package puts that folder first on the path, so that a user's
own `models/` or `tracker.py` in the current folder cannot win over ours.

In a notebook: `wormlock.open_recording("session/0001")`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tracker.record.opened import OpenedRecording

__all__ = ["__version__", "main", "open_recording"]

_HERE = Path(__file__).resolve().parent
ROOMS = _HERE / "_rooms" if (_HERE / "_rooms").is_dir() else _HERE.parent
sys.path.insert(0, str(ROOMS))

from tracker import __version__  # noqa: E402 - found only now


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    from tracker.commands.main import main as run_command_line

    return run_command_line(arguments)


def open_recording(path: str | Path) -> OpenedRecording:
    """Open a recording's folder for analysis: lazy frames, tables, places at any times.

    Raises:
        RecordingError: it is not one, or a file of it is missing or damaged.
    """
    from tracker.record.opened import open_recording as open_folder

    return open_folder(path)

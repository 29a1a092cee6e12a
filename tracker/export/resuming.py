"""An export that was interrupted goes on where it was: a note beside it says how far it had come.

What is noted as done is on the disk by then, so that not even a power failure makes half a file
pass for a whole one. The note says of which recording and how the export was being made; where any
of that has changed, it begins anew.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from hardware.platform import sync_data
from tracker import __version__
from tracker.export.job import Job
from tracker.record.whole_file import write_whole


def note_of(aside: Path) -> Path:
    """Return the note on what is being written at `aside`."""
    return aside.with_name(aside.name + ".note.json")


class Resuming:
    """How far each part of an export has come, in units of its own."""

    def __init__(self, aside: Path, job: Job, *, to: str) -> None:
        """Read what an earlier run has noted of this place, if it made the same."""
        self._path = note_of(aside)
        self._made = _making(job, to)
        self._done = _read(self._path, self._made) if aside.exists() else {}

    @property
    def goes_on(self) -> bool:
        """Whether there is something to go on with."""
        return any(self._done.values())

    def done(self, part: str) -> int:
        """Return how much of a part is there."""
        return self._done.get(part, 0)

    def note(self, part: str, done: int, *files: Path) -> None:
        """Bring the files to the disk, and note that so much of a part is there.

        Raises:
            OSError: there is no room.
            RecordingError: there is no room for the note.
        """
        for file in files:
            with file.open("r+b") as opened:
                sync_data(opened.fileno())
        self._done[part] = done
        write_whole(self._path, json.dumps({"made": self._made, "done": self._done}))

    def finish(self) -> None:
        """The export is whole, or what comes now must not be interrupted: the note goes."""
        self._path.unlink(missing_ok=True)


def can_go_on(aside: Path, job: Job, *, to: str) -> bool:
    """Say whether a file or folder is the beginning of this very export."""
    return aside.exists() and any(_read(note_of(aside), _making(job, to)).values())


def _making(job: Job, to: str) -> dict[str, object]:
    recording = job.recording
    header = recording.header
    neural = {name: len(recording.neural(name).frames) for name in recording.neural_names}
    return {
        "to": to,
        "session": header.session,
        "wall_time": header.wall_time,
        "config": header.config_sha256,
        "frames": len(recording.frames),
        "neural": neural,
        "every": job.every,
        "version": __version__,
    }


def _read(path: Path, made: Mapping[str, object]) -> dict[str, int]:
    try:
        told = cast("Mapping[str, object]", json.loads(path.read_text(encoding="utf-8")))
        if told["made"] != made:
            return {}
        return {part: int(done) for part, done in cast("Mapping[str, int]", told["done"]).items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}

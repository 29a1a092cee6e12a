"""The stamps of a recording's frames, believed only where they can be what was written."""

from __future__ import annotations

from pathlib import Path

from tracker.errors import RecordingError
from tracker.record.frame_log import FrameRecords, read_stamps
from tracker.record.schema import FRAME_TIME, FRAMES, TABLES, Rows, stream_file
from tracker.record.soundness import Oddity, find_damage, spans


def sound_stamps(
    folder: Path, records: FrameRecords, *, started_s: float, stream: str = FRAMES
) -> Rows:
    """Return everything about the frames (n,) of a stream but their pixels.

    Raises:
        RecordingError: they cannot be read, or some cannot be what was written.
    """
    stamps = read_stamps(folder / stream_file(stream), records)
    refuse_damage(folder, stream, stamps, started_s=started_s)
    return stamps


def refuse_damage(folder: Path, stream: str, rows: Rows, *, started_s: float) -> None:
    """Go on only with rows (n,) of a stream that can be what was written.

    Raises:
        RecordingError: some cannot; the first is named, and what to do.
    """
    damage = find_damage(rows, time_field=time_field(stream), started_s=started_s)
    if damage is not None:
        raise RecordingError(
            f"{folder / stream_file(stream)}: {damage_words(damage, len(rows))}; `wormlock "
            f"recording check {folder} --repair` sets what is damaged aside and keeps the rest"
        )


def damage_words(damage: Oddity, count: int) -> str:
    """Say which of `count` rows are damaged, counted from 0, and how the first of them is."""
    return (
        f"{len(damage.places)} of {count} rows damaged ({spans(damage.places)}, counted from 0): "
        f"{damage.what} in row {damage.places[0]}"
    )


def time_field(stream: str) -> str:
    """Return the field of a stream that says when."""
    return TABLES[stream].time_field if stream in TABLES else FRAME_TIME

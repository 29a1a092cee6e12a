"""Is there room for what a session is about to record? Asked before anything is started."""

from __future__ import annotations

import math
from pathlib import Path

from tracker.config import Config
from tracker.doctor.case import Case, Need, needed
from tracker.doctor.storage import USUAL_MINUTES
from tracker.errors import UsageError
from tracker.runtime.launch import Launch, disk_left_bytes


def session_room(launch: Launch) -> str:
    """Say how much can be recorded.

    Raises:
        UsageError: the session is told how long to record, and that does not fit.
    """
    config = launch.config
    need = needed(Case(config_file=Path(launch.config_source), config=config, facts={}))
    left_bytes = disk_left_bytes(launch.folder)
    if records_all_along(config) and not config.record.compress:
        refuse_too_long(need, left_bytes, launch.duration_s)
    return room_words(need, left_bytes)


def records_all_along(config: Config) -> bool:
    """Say whether a session records from its beginning to its end, if nobody does anything."""
    return config.start == "recording"


def refuse_too_long(need: Need, left_bytes: int, duration_s: float) -> None:
    """Compare what a recording of this length takes with what is free.

    Raises:
        UsageError: it does not fit.
    """
    want_bytes = need.bytes_per_s * duration_s
    if math.isfinite(duration_s) and want_bytes > left_bytes and need.source != "assumed":
        raise UsageError(
            f"--duration {duration_s:g}s: needs {want_bytes / 1e9:.1f} GB ({need}), "
            f"{left_bytes / 1e9:.1f} GB are free: shorten it, make room, or name another disk in "
            "record.folder"
        )


def room_words(need: Need, left_bytes: int) -> str:
    """Say for how long, and for how many recordings of the usual length.

    >>> room_words(Need(rows=732, columns=968, rate_hz=40.0, source="config"), 100_000_000_000)
    'disk: room for 58 min of recording, 3 recordings of 16 min'
    """
    minutes = left_bytes / need.bytes_per_s / 60.0
    count = int(minutes // USUAL_MINUTES)
    recordings = "1 recording" if count == 1 else f"{count} recordings"
    return f"disk: room for {minutes:.0f} min of recording, {recordings} of {USUAL_MINUTES:.0f} min"

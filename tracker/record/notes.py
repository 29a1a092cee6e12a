"""What a reader says about a recording that is not as it should be, one line each."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from tracker.record.events import ReadEvents
from tracker.record.frame_log import MappedFrames
from tracker.record.rows import ReadRows
from tracker.record.schema import EVENTS_FILE, stream_file
from tracker.record.soundness import find_backwards, spans


def tail_notes(streams: Mapping[str, MappedFrames | ReadRows]) -> list[str]:
    """Say of which streams the end was cut short, as a kill or a power failure leaves them."""
    notes = [
        f"{stream_file(name)}: a last record that was cut short is left out"
        for name, read in streams.items()
        if read.torn_bytes
    ]
    return notes + [
        f"{stream_file(name)}: {read.unwritten} records at the end were never filled, and are "
        "left out"
        for name, read in streams.items()
        if read.unwritten
    ]


def event_notes(read: ReadEvents) -> list[str]:
    """Say which lines of the events are left out."""
    lines = spans(np.array(read.damaged_lines, np.int64))
    named = [f"{EVENTS_FILE}, line {lines}: no event, and left out"] if lines else []
    torn = f"{EVENTS_FILE}: a last line that was cut short is left out"
    return [*named, torn] if read.torn_bytes else named


def backwards_notes(stamps: Mapping[str, NDArray[np.float64]]) -> list[str]:
    """Say in which streams the times (n,) run backwards, and where first."""
    odd = {name: find_backwards(t_s) for name, t_s in stamps.items()}
    return [
        f"times run backwards in {stream_file(name)}, {found.what}"
        for name, found in odd.items()
        if found is not None
    ]

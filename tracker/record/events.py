"""What happened during a recording: JSON objects, one a line, each with its time and kind."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tracker.errors import RecordingError
from tracker.record.appended_file import AppendedFile

ENDED = "ended"  # the last event of a recording that was closed in order


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened at `t_s`; `values` are figures, named with their units."""

    t_s: float
    kind: str
    detail: str = ""
    values: Mapping[str, float] = field(default_factory=dict[str, float])


class EventLog:
    """Appends events; each is handed to the operating system at once."""

    def __init__(self, path: Path) -> None:
        """Make the file.

        Raises:
            RecordingError: it exists, or it cannot be made.
        """
        self.file = AppendedFile(path)

    def note(self, event: Event) -> None:
        """Append an event.

        Raises:
            RecordingError: the disk is full, or gone.
        """
        words: dict[str, object] = {"t_s": event.t_s, "kind": event.kind}
        if event.detail:
            words["detail"] = event.detail
        if event.values:
            words["values"] = dict(event.values)
        self.file.append(json.dumps(words).encode() + b"\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadEvents:
    """The events of a recording; `damaged_lines` (from 1) spell none, `torn_bytes` half of one."""

    events: tuple[Event, ...]
    damaged_lines: tuple[int, ...]
    torn_bytes: int


def read_events(path: Path) -> ReadEvents:
    """Read the events; a line that is none is left out, and so is a last one that was cut short.

    Raises:
        RecordingError: there is no such file.
    """
    try:
        *lines, torn = path.read_bytes().split(b"\n")
    except OSError as error:
        raise RecordingError(f"{path}: the events are missing ({error.strerror})") from error
    events = [event_of(line) for line in lines]
    return ReadEvents(
        events=tuple(event for event in events if event is not None),
        damaged_lines=tuple(number for number, event in enumerate(events, 1) if event is None),
        torn_bytes=len(torn),
    )


def event_of(line: bytes) -> Event | None:
    """Return the event that a line spells; None if it spells none."""
    try:
        words = json.loads(line)
        event = Event(
            t_s=float(words["t_s"]),
            kind=_word(words["kind"]),
            detail=_word(words.get("detail", "")),
            values={str(key): float(value) for key, value in words.get("values", {}).items()},
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    return event if math.isfinite(event.t_s) else None


def _word(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value

"""What happened during a recording: JSON objects, one a line, each with its time and kind."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tracker.errors import RecordingError
from tracker.record.appended_file import AppendedFile


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


def read_events(path: Path) -> tuple[Event, ...]:
    """Return the events; a last line that was cut short is left out.

    Raises:
        RecordingError: there is no such file, or a line in it is not an event.
    """
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise RecordingError(f"{path}: the events are missing ({error.strerror})") from error
    events: list[Event] = []
    for number, line in enumerate(lines[:-1], start=1):
        try:
            events.append(Event(**json.loads(line)))
        except (ValueError, TypeError) as error:
            raise RecordingError(f"{path}, line {number}: not an event: {line[:60]!r}") from error
    return tuple(events)

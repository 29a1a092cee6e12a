"""Frames that are missing from a recording, told by number as they are found missing."""

from __future__ import annotations

import numpy as np

from tracker.record.events import Event
from tracker.record.schema import Rows

FRAMES_LOST = "frames_lost"  # they came, but the disk could not follow
FRAMES_DROPPED = "frames_dropped"  # the camera never gave them


class FrameGaps:
    """Watches the frames' own numbers for jumps."""

    def __init__(self) -> None:
        self.lost_count = 0
        self._last: int | None = None
        self._unplaced = 0  # lost, but the frame that follows the gap has not come yet

    def watch(self, frames: Rows, lost: int) -> list[Event]:
        """Return the events of the gaps before and among (n,) frames; `lost` of them are ours."""
        self.lost_count += lost
        self._unplaced += lost
        if not len(frames):
            return []
        numbers = frames["index"]
        before = numbers[0] - 1 if self._last is None else self._last
        missing = np.diff(numbers, prepend=before) - 1
        self._last = int(numbers[-1])
        events: list[Event] = []
        for place in np.flatnonzero(missing > 0):
            after, t_s = int(numbers[place]), float(frames["t_s"][place])
            events += self._events(int(missing[place]), after, t_s)
        return events

    def _events(self, missing: int, after: int, t_s: float) -> list[Event]:
        ours = min(missing, self._unplaced)
        self._unplaced -= ours
        shares = [(FRAMES_LOST, ours), (FRAMES_DROPPED, missing - ours)]
        return [
            Event(t_s, kind, _words(count, missing, after), {"count": count})
            for kind, count in shares
            if count
        ]


def _words(count: int, missing: int, after: int) -> str:
    words = f"frame {after - 1}" if missing == 1 else f"frames {after - missing} to {after - 1}"
    return words if count == missing else f"{count} of {words}"

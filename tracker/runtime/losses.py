"""Frames that came and never reached the disk: told as soon as it begins, and shown as it grows."""

from __future__ import annotations

from collections.abc import Callable, Collection

from tracker.config import TRACKING
from tracker.runtime.neural_place import is_neural_recorder, neural_name
from tracker.runtime.orders import Status


class Losses:
    """Reads the recorders' figures: the tracking camera's, and the neural cameras'."""

    def __init__(self, packed: Collection[str], say: Callable[[str], None]) -> None:
        """`packed` names the cameras whose frames are compressed (`record.compress`)."""
        self._packed, self._say = packed, say
        self._lost: dict[str, int] = {}

    def note(self, status: Status) -> None:
        """Take a recorder's figures; the first loss of each recording is told in a line."""
        if status.role == "recorder":
            name = TRACKING
        elif is_neural_recorder(status.role):
            name = neural_name(status.role)
        else:
            return
        lost, before = int(status.values.get("lost_frames", 0.0)), self._lost.get(name, 0)
        self._lost[name] = lost
        if lost and not before:
            frames = "1 frame" if lost == 1 else f"{lost} frames"
            self._say(f"{name}: {frames} LOST, the recording cannot follow: {self._way(name)}")

    def beside(self, state: str) -> str:
        """Return the session's state with what the tracking camera has lost, if anything.

        >>> losses = Losses((), say=lambda line: None)
        >>> losses.note(Status("recorder", {"lost_frames": 12.0}))
        >>> losses.beside("tracking, recording 0003")
        'tracking, recording 0003, 12 LOST'
        """
        lost = self._lost.get(TRACKING, 0)
        return f"{state}, {lost} LOST" if lost else state

    def _way(self, name: str) -> str:
        ways = "close what else runs, lengthen record.ring_s, or use a faster disk"
        return f"take {name} out of record.compress, {ways}" if name in self._packed else ways

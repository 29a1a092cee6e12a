"""One stream on its way from its ring to a recording: what happened between two times."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hardware.ring import Records, RingReader
from tracker.record.frame_writer import framed_room, frames_a_take
from tracker.record.schema import FRAME_TIME, Rows


class Tap:
    """Takes from a ring the records of one recording after the other.

    Between recordings nothing is taken: a recording that starts finds in the ring what happened
    since the order was given, however long the order was on its way.
    """

    def __init__(
        self, ring: RingReader, *, time_field: str, at_most: int, rooms: Sequence[Rows] = ()
    ) -> None:
        """Read a ring whose records say when in `time_field`, `at_most` of them at a time.

        With `rooms` for so many they come there by turns, as records of the rooms' kind, which
        has the ring's fields.
        """
        self._ring = ring
        self._time_field = time_field
        self._at_most = at_most
        names = list(ring.record.names or ())
        # Each twice: whole, and without the fields that the ring has not.
        self._rooms = [(room, room[names]) for room in rooms or [ring.make_room(at_most)]]
        self._from_s = float("inf")
        self._has_begun = False

    @property
    def is_empty(self) -> bool:
        """Whether everything in the ring has been taken."""
        return self._ring.waiting == 0

    def start(self, from_s: float) -> None:
        """Begin with the oldest record held that is not older than `from_s`."""
        self._ring.rewind()
        self._ring.take(at_most=0)  # steps over what was overwritten long ago
        self._ring.keep()
        self._from_s = from_s
        self._has_begun = False

    def take(self, until_s: float) -> Records:
        """Return the next few records up to `until_s`, and how many were overwritten unread.

        What was overwritten before the first record of the recording is no loss to it. They lie in
        their room until all other rooms were used; a call that returns none uses up no room.
        """
        room, taken = self._rooms[0]
        records = self._ring.take(at_most=self._at_most, room=taken)
        self._ring.keep()
        rows = room[: len(records.rows)]
        t_s = rows[self._time_field]
        is_wanted = (t_s >= self._from_s) & (t_s <= until_s)
        kept = rows[_run(is_wanted)]
        if len(kept):
            self._rooms.append(self._rooms.pop(0))
        lost = records.lost if self._has_begun else 0
        self._has_begun = self._has_begun or len(kept) > 0
        return Records(kept, lost)

    def idle(self) -> None:
        """Let the writer overwrite what it likes: nothing is being recorded."""
        self._ring.keep(everything=True)

    def close(self) -> None:
        """Let the ring go."""
        self._ring.close()


def _run(is_wanted: NDArray[np.bool_]) -> slice | NDArray[np.bool_]:
    """Return what picks the wanted: a slice where they are neighbours, which copies nothing."""
    places = np.flatnonzero(is_wanted)
    if not len(places):
        return slice(0)
    first, last = int(places[0]), int(places[-1])
    return slice(first, last + 1) if last - first + 1 == len(places) else is_wanted


def frame_tap(ring: RingReader) -> Tap:
    """Return the tap of a ring of frames: they come out as they will lie on the disk.

    While those in one room are written, the next are taken into the other.
    """
    count = frames_a_take(ring.record)
    rooms = [framed_room(ring.record, count) for _ in range(2)]
    return Tap(ring, time_field=FRAME_TIME, at_most=count, rooms=rooms)

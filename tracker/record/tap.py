"""One stream on its way from its ring to a recording: what happened between two times."""

from __future__ import annotations

from hardware.ring import Records, RingReader


class Tap:
    """Takes from a ring the records of one recording after the other.

    Between recordings nothing is taken: a recording that starts finds in the ring what happened
    since the order was given, however long the order was on its way.
    """

    def __init__(self, ring: RingReader, *, time_field: str, at_most: int) -> None:
        """Read a ring whose records say when in `time_field`, `at_most` of them at a time."""
        self._ring = ring
        self._time_field = time_field
        self._at_most = at_most
        self._room = ring.make_room(at_most)
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

        What was overwritten before the first record of the recording is no loss to it. The next
        call uses the same memory.
        """
        records = self._ring.take(at_most=self._at_most, room=self._room)
        self._ring.keep()
        t_s = records.rows[self._time_field]
        is_wanted = (t_s >= self._from_s) & (t_s <= until_s)
        kept = records.rows if is_wanted.all() else records.rows[is_wanted]
        lost = records.lost if self._has_begun else 0
        self._has_begun = self._has_begun or len(kept) > 0
        return Records(kept, lost)

    def idle(self) -> None:
        """Let the writer overwrite what it likes: nothing is being recorded."""
        self._ring.keep(everything=True)

    def close(self) -> None:
        """Let the ring go."""
        self._ring.close()

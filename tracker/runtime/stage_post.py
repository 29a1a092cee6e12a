"""Control's side of the stage: posts through a ring and a wake-up call, positions from a ring."""

from __future__ import annotations

from collections import deque

import numpy as np

from hardware.clock import Clock
from hardware.ring import RingReader, RingWriter
from hardware.types import Vec2
from tracker.estimate.delay import DelayMeter
from tracker.history import StageHistory, reckon_on
from tracker.messages import Command
from tracker.runtime.wake import WakeCall

_KEPT_S = 1.0
_DELAY_AT_FIRST_S = 0.01
_SENT_KEPT = 64
LATE_S = 0.012  # a position is asked for more often than that


class RingStagePost:
    """Fulfils `tracker.parts.StagePost` between processes; never waits."""

    def __init__(
        self,
        *,
        posts: RingWriter,
        positions: RingReader,
        rows: RingReader,
        wake: WakeCall,
        clock: Clock,
    ) -> None:
        self._posts, self._positions, self._rows, self._wake = posts, positions, rows, wake
        self._clock = clock
        positions.rewind()  # the stage may have said where it is before we could listen
        self._sent: deque[tuple[float, Vec2]] = deque(maxlen=_SENT_KEPT)
        self._delay = DelayMeter(_DELAY_AT_FIRST_S)
        self._t_s = np.empty(0)
        self._position_um = np.empty((0, 2))

    @property
    def delay_s(self) -> float:
        """Seconds from posting to the stage acting: the median of what the guard tells of late."""
        self._hear_guard()
        return self._delay.delay_s

    @property
    def has_position(self) -> bool:
        """Whether the stage has said where it is."""
        return self._t_s.size > 0 or self._positions.waiting > 0

    def history(self) -> StageHistory:
        """Return the stamped positions of the last second, carried on where a reply is late.

        Raises:
            ValueError: there is none yet (`has_position`).
        """
        if self._positions.waiting:
            rows = self._positions.take().rows
            self._t_s = np.append(self._t_s, rows["t_s"])
            self._position_um = np.append(self._position_um, rows["position_um"], axis=0)
            self._forget()
        if not self._t_s.size:
            raise ValueError("the stage has not said yet where it is")
        known = StageHistory(self._t_s, self._position_um)
        now_s = self._clock.now_s()
        if now_s - self._t_s[-1] < LATE_S:
            return known
        self._hear_guard()
        return reckon_on(known, self._sent, now_s)

    def post(self, command: Command) -> None:
        """Lay the command down and wake the stage process."""
        self._posts.append(
            command.sequence,
            command.t_s,
            command.frame_t_s,
            command.seen_s,
            command.velocity_um_s,
            command.off_um,
            command.is_search,
        )
        self._wake.ring()

    def _hear_guard(self) -> None:
        """Learn what became of posts: how long they took, and what the stage was sent."""
        if self._rows.waiting:
            for row in self._rows.take().rows:
                acts_s = float(row["acts_s"])
                self._delay.learn(float(row["posted_s"]), acts_s)
                self._sent.append((acts_s, row["sent_um_s"].astype(np.float64)))

    def _forget(self) -> None:
        """Keep the last second, and of stamps that do not rise only the earlier."""
        highest = np.maximum.accumulate(self._t_s)
        is_kept = np.append(True, self._t_s[1:] > highest[:-1]) & (
            self._t_s > highest[-1] - _KEPT_S
        )
        self._t_s, self._position_um = self._t_s[is_kept], self._position_um[is_kept]


class StandingStagePost:
    """Where there is no stage: it stands at the origin, and posts go nowhere."""

    delay_s = 0.0

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._position_um: Vec2 = np.zeros(2)

    def history(self) -> StageHistory:
        """Return the origin, now."""
        return StageHistory(np.array([self._clock.now_s()]), self._position_um[np.newaxis])

    def post(self, command: Command) -> None:
        """Let it go."""

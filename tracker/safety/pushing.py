"""Whether the stage goes where nothing that was sent explains: a joystick, a hand, a wrong unit.

Over half a second the way of each axis must lie between what the least and the greatest velocity
in force would have made of it, give or take what an uncalibrated unit is off.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from hardware.types import StageState, Vec2
from tracker.safety.sent import SentVelocities

WITHIN_S = 0.5
UNIT_SHARE = 0.3  # by so much a velocity may be off before it counts
DRIFT_UM_S = 20.0
# A reply that was read wrong is not confirmed by the next ones.
IN_A_ROW = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mark:
    """A position, and how far the stage may have gone up to it since the watch began."""

    t_s: float
    position_um: Vec2
    least_um: Vec2
    most_um: Vec2


class PushWatch:
    """Compares positions with what was sent."""

    def __init__(self) -> None:
        self._marks: deque[_Mark] = deque()
        self._in_a_row = 0
        self.unexplained_um = 0.0  # by the last position

    def forget(self) -> None:
        """Begin anew: the stage is not ours to move."""
        self._marks.clear()
        self._in_a_row, self.unexplained_um = 0, 0.0

    def see(self, state: StageState, sent: SentVelocities, *, most_um: float) -> bool:
        """Take note of a position; say whether nothing that was sent explains it."""
        if self._marks and state.t_s <= self._marks[-1].t_s:
            return False
        self._marks.append(self._next_mark(state, sent))
        while state.t_s - self._marks[0].t_s > WITHIN_S:
            self._marks.popleft()
        self.unexplained_um = _unexplained_um(self._marks[0], self._marks[-1])
        self._in_a_row = self._in_a_row + 1 if self.unexplained_um > most_um else 0
        return self._in_a_row >= IN_A_ROW

    def _next_mark(self, state: StageState, sent: SentVelocities) -> _Mark:
        if not self._marks:
            nothing_um = np.zeros(2)
            return _Mark(
                t_s=state.t_s,
                position_um=state.position_um,
                least_um=nothing_um,
                most_um=nothing_um,
            )
        before = self._marks[-1]
        spread, since_s = sent.spread(before.t_s, state.t_s), state.t_s - before.t_s
        lowest, highest = spread.lowest_um_s, spread.highest_um_s
        return _Mark(
            t_s=state.t_s,
            position_um=state.position_um,
            least_um=before.least_um + since_s * (lowest - UNIT_SHARE * np.abs(lowest)),
            most_um=before.most_um + since_s * (highest + UNIT_SHARE * np.abs(highest)),
        )


def _unexplained_um(first: _Mark, last: _Mark) -> float:
    """Return by how much the way between two marks is beyond what can be, along one axis."""
    way_um = last.position_um - first.position_um
    drift_um = DRIFT_UM_S * (last.t_s - first.t_s)
    too_far_um = way_um - (last.most_um - first.most_um) - drift_um
    too_short_um = (last.least_um - first.least_um) - drift_um - way_um
    return max(float(np.maximum(too_far_um, too_short_um).max()), 0.0)

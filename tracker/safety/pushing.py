"""Whether the stage goes where nothing that was sent explains: a joystick, a hand, a wrong unit.

Over half a second the way of each axis must be what was sent in that time, a little sooner or
later, give or take what an uncalibrated unit of velocity is off.
"""

from __future__ import annotations

from collections import deque

import numpy as np

from hardware.types import StageState
from tracker.safety.sent import SentVelocities

WITHIN_S = 0.5
UNIT_SHARE = 0.2  # by so much a velocity may be off before it counts
DRIFT_UM_S = 20.0
# A reply that was read wrong is not confirmed by the next ones.
IN_A_ROW = 4


class PushWatch:
    """Compares positions with what was sent."""

    def __init__(self) -> None:
        self._states: deque[StageState] = deque()
        self._in_a_row = 0
        self.unexplained_um = 0.0  # by the last position

    def forget(self) -> None:
        """Begin anew: the stage is not ours to move."""
        self._states.clear()
        self._in_a_row, self.unexplained_um = 0, 0.0

    def see(self, state: StageState, sent: SentVelocities, *, most_um: float) -> bool:
        """Take note of a position; say whether nothing that was sent explains it."""
        if self._states and state.t_s <= self._states[-1].t_s:
            return False
        self._states.append(state)
        while state.t_s - self._states[0].t_s > WITHIN_S:
            self._states.popleft()
        self.unexplained_um = _unexplained_um(self._states[0], state, sent)
        self._in_a_row = self._in_a_row + 1 if self.unexplained_um > most_um else 0
        return self._in_a_row >= IN_A_ROW


def _unexplained_um(first: StageState, last: StageState, sent: SentVelocities) -> float:
    """Return by how much the way between two positions is beyond what can be, along one axis."""
    way_um = last.position_um - first.position_um
    ways_um = sent.ways_um(first.t_s, last.t_s)
    off_um = DRIFT_UM_S * (last.t_s - first.t_s) + UNIT_SHARE * np.abs(ways_um).max(axis=0)
    too_far_um = way_um - ways_um.max(axis=0) - off_um
    too_short_um = ways_um.min(axis=0) - off_um - way_um
    return max(float(np.maximum(too_far_um, too_short_um).max()), 0.0)

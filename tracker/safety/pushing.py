"""Whether the stage goes where nothing that was sent explains: a joystick, a hand, a wrong unit.

Over half a second the way of each axis must be what was sent in that time, a little sooner or
later, give or take what an uncalibrated unit of velocity is off.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from hardware.types import StageState
from tracker.safety.sent import SentVelocities

WITHIN_S = 0.5
UNIT_SHARE = 0.2  # by so much a velocity may be off before it counts
DRIFT_UM_S = 20.0
# A reply that was read wrong is not confirmed by the next ones.
IN_A_ROW = 4


@dataclass(frozen=True, slots=True)
class _Mark:
    """A position, and how far the stage may be by what was sent, for n delays."""

    state: StageState
    ways_um: list[tuple[float, float]]


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
        if self._marks and state.t_s <= self._marks[-1].state.t_s:
            return False
        mark = _Mark(state, sent.ways_um(state.t_s))
        self._marks.append(mark)
        while state.t_s - self._marks[0].state.t_s > WITHIN_S:
            self._marks.popleft()
        self.unexplained_um = _unexplained_um(self._marks[0], mark)
        self._in_a_row = self._in_a_row + 1 if self.unexplained_um > most_um else 0
        return self._in_a_row >= IN_A_ROW


def _unexplained_um(first: _Mark, last: _Mark) -> float:
    """Return by how much the way between two positions is beyond what can be, along one axis."""
    drift_um = DRIFT_UM_S * (last.state.t_s - first.state.t_s)
    way_um = (last.state.position_um - first.state.position_um).tolist()
    beyond_um = 0.0
    for axis in (0, 1):
        ways_um = [
            now_um[axis] - then_um[axis]
            for now_um, then_um in zip(last.ways_um, first.ways_um, strict=True)
        ]
        least_um, most_um = min(ways_um), max(ways_um)
        off_um = drift_um + UNIT_SHARE * max(-least_um, most_um)
        beyond_um = max(beyond_um, max(way_um[axis] - most_um, least_um - way_um[axis]) - off_um)
    return beyond_um

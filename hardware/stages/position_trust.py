"""Whether a position can be: a stage goes no farther than it was told to.

Languages without a checksum let a changed digit through. A place that the velocities given lately
do not explain is taken for noise, unless the next two confirm it: somebody holds the joystick, or
has called the place anew. One is not enough: a bad line loses the same digit twice in a row.
"""

from __future__ import annotations

from collections import deque

import numpy as np

from hardware.types import StageState, Vec2

_SLACK_UM = 20.0
_SLACK_SHARE = 0.2  # of the way; a unit that calibration has yet to measure is no noise
_CONFIRMED_BY = 3  # positions, of which each can follow from the one before
_LINGERS_S = 0.2  # after a newer one was given: wire, lag, and ramp


class PositionTrust:
    """Remembers the last position that was believed, those that were not, and what was told."""

    def __init__(self, max_speed_um_s: float) -> None:
        self._max_speed_um_s = max_speed_um_s
        self._trusted: StageState | None = None
        self._doubted: list[StageState] = []
        self._given: deque[tuple[float, Vec2]] = deque([(-np.inf, np.zeros(2))], maxlen=128)

    def steered(self, t_s: float, velocity_um_s: Vec2) -> None:
        """Take note of a velocity that was given."""
        self._given.append((t_s, velocity_um_s))

    def believes(self, state: StageState) -> bool:
        """Say whether a position can be, given those before it."""
        is_believed = self._trusted is None or self._was_told_to_go(self._trusted, state)
        if not is_believed:
            if self._doubted and not self._can_have_gone(self._doubted[-1], state):
                self._doubted = []
            self._doubted.append(state)
            is_believed = len(self._doubted) == _CONFIRMED_BY
        if is_believed:
            self._trusted, self._doubted = state, []
        return is_believed

    def _was_told_to_go(self, before: StageState, state: StageState) -> bool:
        since_s = before.t_s - _LINGERS_S
        in_force_um_s = [velocity for t_s, velocity in self._given if t_s >= since_s]
        in_force_um_s += [velocity for t_s, velocity in self._given if t_s < since_s][-1:]
        passed_s = max(state.t_s - before.t_s, 0.0)
        ways_um = np.array([np.zeros(2), *in_force_um_s]) * passed_s
        slack_um = _SLACK_UM + _SLACK_SHARE * np.abs(ways_um).max(axis=0)
        way_um = state.position_um - before.position_um
        is_within = (way_um >= ways_um.min(axis=0) - slack_um) & (
            way_um <= ways_um.max(axis=0) + slack_um
        )
        return bool(is_within.all())

    def _can_have_gone(self, before: StageState, state: StageState) -> bool:
        reach_um = 2.0 * self._max_speed_um_s * max(state.t_s - before.t_s, 0.0) + _SLACK_UM
        return bool((np.abs(state.position_um - before.position_um) <= reach_um).all())

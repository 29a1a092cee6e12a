"""Whether a position can be: a stage goes no farther than it was told to.

Languages without a checksum let a changed digit through. A place that the velocities given lately
do not explain is taken for noise, unless the next two confirm it: somebody holds the joystick, or
has called the place anew. One is not enough: a bad line loses the same digit twice in a row.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence

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
        self._given: deque[tuple[float, tuple[float, float]]] = deque(
            [(-math.inf, (0.0, 0.0))], maxlen=128
        )

    def steered(self, t_s: float, velocity_um_s: Vec2) -> None:
        """Take note of a velocity that was given."""
        self._given.append((t_s, (float(velocity_um_s[0]), float(velocity_um_s[1]))))

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
        passed_s = max(state.t_s - before.t_s, 0.0)
        x_um, y_um = (state.position_um - before.position_um).tolist()
        xs_um_s, ys_um_s = zip(*self._in_force(before.t_s - _LINGERS_S), strict=True)
        return _may_have_gone(x_um, xs_um_s, passed_s) and _may_have_gone(y_um, ys_um_s, passed_s)

    def _in_force(self, since_s: float) -> list[tuple[float, float]]:
        """Return the velocities given since a time, and the one before them."""
        in_force: list[tuple[float, float]] = []
        for t_s, velocity in reversed(self._given):
            in_force.append(velocity)
            if t_s < since_s:
                break
        return in_force

    def _can_have_gone(self, before: StageState, state: StageState) -> bool:
        reach_um = 2.0 * self._max_speed_um_s * max(state.t_s - before.t_s, 0.0) + _SLACK_UM
        return bool((np.abs(state.position_um - before.position_um) <= reach_um).all())


def _may_have_gone(way_um: float, told_um_s: Sequence[float], passed_s: float) -> bool:
    """Say whether a way is explained by what was told; plain numbers are quicker here."""
    least_um, most_um = passed_s * min(0.0, *told_um_s), passed_s * max(0.0, *told_um_s)
    slack_um = _SLACK_UM + _SLACK_SHARE * max(-least_um, most_um)
    return least_um - slack_um <= way_um <= most_um + slack_um

"""Whether a position can be: a stage cannot have gone farther than its speed allows.

Languages without a checksum let a changed digit through. A place that cannot have been reached is
taken for noise, unless the next one confirms it (somebody has called the place anew).
"""

from __future__ import annotations

import numpy as np

from hardware.types import StageState

_SLACK_UM = 20.0


class PositionTrust:
    """Remembers the last position that was believed, and the last that was not."""

    def __init__(self, max_speed_um_s: float) -> None:
        self._max_speed_um_s = max_speed_um_s
        self._trusted: StageState | None = None
        self._doubted: StageState | None = None

    def believes(self, state: StageState) -> bool:
        """Say whether a position can be, given those before it."""
        doubted, self._doubted = self._doubted, state
        if any(self._can_follow(before, state) for before in (self._trusted, doubted)):
            self._trusted, self._doubted = state, None
            return True
        return False

    @property
    def doubted(self) -> StageState | None:
        """The last position, where it was not believed."""
        return self._doubted

    def _can_follow(self, before: StageState | None, state: StageState) -> bool:
        if before is None:
            return self._trusted is None
        reach_um = 2.0 * self._max_speed_um_s * max(state.t_s - before.t_s, 0.0)
        way_um = np.abs(state.position_um - before.position_um)
        return bool((way_um <= reach_um + _SLACK_UM).all())

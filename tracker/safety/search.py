"""Where to look for a head that was lost: along a spiral about where it was seen last.

The guard holds the path to the limits and zones as any other; this is only where to look next.
"""

from __future__ import annotations

import math

import numpy as np

from hardware.types import Vec2

_GAIN_PER_S = 10.0
_SHARE_OF_VIEW = 0.7  # from one turn to the next: what two of them see overlaps
_LONGEST_STEP_S = 0.1


class Search:
    """A spiral of turns `pitch_um` apart, walked at `speed_um_s` until `out_to_um` is reached."""

    def __init__(self, *, speed_um_s: float, out_to_um: float, view_um: float) -> None:
        self._speed_um_s, self._out_to_um = speed_um_s, out_to_um
        self._pitch_um = _SHARE_OF_VIEW * view_um
        self._center_um: Vec2 | None = None
        self._angle_rad = 0.0
        self._last_s = math.nan

    @property
    def is_over(self) -> bool:
        """Whether all of it has been looked at, to no avail."""
        return self._radius_um > self._out_to_um

    def begin_at(self, center_um: Vec2) -> None:
        """The head was last seen here: a search would begin from here."""
        self._center_um = center_um
        self._angle_rad, self._last_s = 0.0, math.nan

    def steer(self, t_s: float, stage_um: Vec2) -> Vec2 | None:
        """Return the velocity for a stage at `stage_um`; None where there is nothing to look for.

        The goal goes on along the spiral only as fast as the stage follows.
        """
        if self._center_um is None or self.is_over:
            return None
        since_s = min(t_s - self._last_s, _LONGEST_STEP_S) if self._last_s < t_s else 0.0
        self._last_s = t_s
        behind_um = math.dist(self._goal_um(self._center_um), stage_um)
        if behind_um < self._speed_um_s / _GAIN_PER_S + 0.5 * self._pitch_um:
            self._angle_rad += self._turns_rad_s() * since_s
        goal_um = self._goal_um(self._center_um)
        wish_um_s = _GAIN_PER_S * (goal_um - stage_um)
        over = max(math.hypot(*wish_um_s) / self._speed_um_s, 1.0)
        return wish_um_s / over

    @property
    def _radius_um(self) -> float:
        return self._pitch_um * self._angle_rad / (2.0 * math.pi)

    def _turns_rad_s(self) -> float:
        """Return how fast the angle grows, for the goal to go at `speed_um_s`."""
        slope_um = self._pitch_um / (2.0 * math.pi)
        return self._speed_um_s / math.hypot(self._radius_um, slope_um)

    def _goal_um(self, center_um: Vec2) -> Vec2:
        away = np.array([math.cos(self._angle_rad), math.sin(self._angle_rad)])
        return center_um + self._radius_um * away

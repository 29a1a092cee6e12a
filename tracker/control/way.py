"""Where the stage will be when a command acts: what is on its way is already decided."""

from __future__ import annotations

from collections import deque

import numpy as np

from hardware.types import Vec2
from tracker.history import StageHistory

# A command older than this has long been followed, or something else has moved the stage since.
_REMEMBERED_S = 0.3


class CommandsUnderWay:
    """Remembers what was asked of the stage, each with the time it was to act."""

    def __init__(self) -> None:
        self._commands: deque[tuple[float, Vec2]] = deque(maxlen=64)

    def add(self, acts_s: float, velocity_um_s: Vec2) -> None:
        """Take note of a command."""
        self._commands.append((acts_s, velocity_um_s))

    def stage_um(self, t_s: float, stage: StageHistory) -> Vec2:
        """Go on from the last position that is known with what has been asked for since.

        The guard may have sent less; the next position puts that right.
        """
        since_s = float(stage.t_s[-1])
        if since_s >= t_s:
            return stage.at(t_s)
        velocity_um_s = self._in_force(since_s)
        if velocity_um_s is None:
            return stage.at(t_s)
        way_um = np.zeros(2)
        for acts_s, next_um_s in self._commands:
            if since_s < acts_s < t_s:
                way_um += velocity_um_s * (acts_s - since_s)
                since_s, velocity_um_s = acts_s, next_um_s
        return stage.position_um[-1] + way_um + velocity_um_s * (t_s - since_s)

    def _in_force(self, t_s: float) -> Vec2 | None:
        """Return the velocity that was to act last before `t_s`; None if that is long ago."""
        acted = [(acts_s, v) for acts_s, v in self._commands if acts_s <= t_s]
        if not acted or t_s - acted[-1][0] > _REMEMBERED_S:
            return None
        return acted[-1][1]

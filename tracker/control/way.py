"""Where the stage will be when a command acts: what is on its way is already decided."""

from __future__ import annotations

from collections import deque

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
        lately = [(acts_s, v) for acts_s, v in self._commands if acts_s > since_s - _REMEMBERED_S]
        if since_s >= t_s or not lately:
            return stage.at(t_s)
        place_um, velocity_um_s = stage.position_um[-1], stage.velocity_um_s()
        for acts_s, next_um_s in lately:
            if since_s < acts_s < t_s:
                place_um = place_um + velocity_um_s * (acts_s - since_s)
                since_s = acts_s
            if acts_s <= since_s:
                velocity_um_s = next_um_s
        return place_um + velocity_um_s * (t_s - since_s)

"""What the stage was lately sent, and between which velocities it has therefore been."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from hardware.types import Vec2

# A velocity dies away over the delay, as long again for delays that are not as believed, and the
# ramp to the next one.
RAMP_S = 0.05
_KEPT = 64


@dataclass(frozen=True, slots=True)
class Spread:
    """The least and the greatest velocity of each axis."""

    lowest_um_s: Vec2
    highest_um_s: Vec2


class SentVelocities:
    """Remembers velocities, each with the times from which and until which it may be in force."""

    def __init__(self, command_delay_s: float, now_s: float) -> None:
        self._delay_s = command_delay_s
        self._past: deque[tuple[float, float, Vec2]] = deque(maxlen=_KEPT)
        self.last_um_s: Vec2 = np.zeros(2)
        self.last_s = now_s

    def remember(self, velocity_um_s: Vec2, now_s: float) -> None:
        """Take note of a velocity that was sent."""
        until_s = now_s + 2.0 * self._delay_s + RAMP_S
        self._past.append((self.last_s, until_s, self.last_um_s))
        self.last_um_s, self.last_s = velocity_um_s.copy(), now_s

    def spread(self, from_s: float, to_s: float = float("inf")) -> Spread:
        """Return between which velocities the stage may have been at these times."""
        velocities = [
            velocity_um_s
            for since_s, until_s, velocity_um_s in self._past
            if until_s >= from_s and since_s <= to_s
        ]
        if self.last_s <= to_s or not velocities:
            velocities.append(self.last_um_s)
        return Spread(np.min(velocities, axis=0), np.max(velocities, axis=0))

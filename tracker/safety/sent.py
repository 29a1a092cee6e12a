"""What the stage was lately sent: between which velocities it has been, and how far it may be."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from dataclasses import dataclass

import numpy as np

from hardware.types import Vec2

# A velocity dies away over the delay, as long again for delays that are not as believed, and the
# ramp to the next one.
RAMP_S = 0.05
_KEPT = 64
_LEGS_KEPT = 512
_DELAYS = 8


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
        # Legs of one velocity each: when it was sent, how far all before it had led, and itself.
        self._leg_s: list[float] = [now_s]
        self._legs: list[tuple[float, float, float, float]] = [(0.0, 0.0, 0.0, 0.0)]
        longest_s = 2.0 * command_delay_s + RAMP_S
        self._delays_s: list[float] = np.linspace(0.0, longest_s, _DELAYS).tolist()
        self.last_um_s: Vec2 = np.zeros(2)
        self.last_s = now_s
        self.is_standing = True  # by the last velocity

    def remember(self, velocity_um_s: Vec2, now_s: float) -> None:
        """Take note of a velocity that was sent."""
        until_s = now_s + 2.0 * self._delay_s + RAMP_S
        self._past.append((self.last_s, until_s, self.last_um_s))
        x_um_s, y_um_s = velocity_um_s.tolist()
        self._legs.append((*self.way_um(now_s), x_um_s, y_um_s))
        self._leg_s.append(now_s)
        if len(self._leg_s) > 2 * _LEGS_KEPT:
            del self._leg_s[:_LEGS_KEPT], self._legs[:_LEGS_KEPT]
        self.last_um_s, self.last_s = velocity_um_s.copy(), now_s
        self.is_standing = x_um_s == 0.0 and y_um_s == 0.0

    def way_um(self, t_s: float) -> tuple[float, float]:
        """Return how far what was sent would have led by `t_s`, if obeyed at once."""
        leg = max(bisect_right(self._leg_s, t_s) - 1, 0)
        x_um, y_um, x_um_s, y_um_s = self._legs[leg]
        since_s = t_s - self._leg_s[leg]
        if since_s <= 0.0:  # before all that is remembered
            return x_um, y_um
        return x_um + x_um_s * since_s, y_um + y_um_s * since_s

    def ways_um(self, t_s: float) -> list[tuple[float, float]]:
        """Return how far the stage may be at `t_s` by what was sent: x and y for n delays."""
        return [self.way_um(t_s - delay_s) for delay_s in self._delays_s]

    def spread(self, from_s: float, to_s: float = float("inf")) -> Spread:
        """Return between which velocities the stage may have been at these times."""
        velocities = [
            velocity_um_s
            for since_s, until_s, velocity_um_s in self._past
            if until_s >= from_s and since_s <= to_s
        ]
        if self.last_s <= to_s or not velocities:
            velocities.append(self.last_um_s)
        rows = np.array(velocities)
        return Spread(rows.min(axis=0), rows.max(axis=0))

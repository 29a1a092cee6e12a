"""Where the stage was: stamped positions, read between the stamps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hardware.types import Vec2

RECKONED_S = 0.1


@dataclass(frozen=True, slots=True)
class StageHistory:
    """Positions of the last second or so: `t_s` (n,) rising, `position_um` (n, 2), n >= 1.

    The last `reckoned` of them the stage has not told: they were carried on.
    """

    t_s: NDArray[np.float64]
    position_um: NDArray[np.float64]
    reckoned: int = 0

    @property
    def heard_s(self) -> float:
        """The stamp of the newest position that the stage has told."""
        return float(self.t_s[-1 - self.reckoned])

    def at(self, t_s: float) -> Vec2:
        """Return the position at `t_s`: between stamps by line, past them by the last speed.

        Past the last stamp at most 50 ms are extrapolated; before the first the stage stood.
        """
        times, places = self.t_s, self.position_um
        after = int(np.searchsorted(times, t_s))
        if after == 0:
            return places[0].copy()
        if after == len(times):
            return places[-1] + self.velocity_um_s() * min(t_s - times[-1], 0.05)
        share = (t_s - times[after - 1]) / (times[after] - times[after - 1])
        return places[after - 1] + share * (places[after] - places[after - 1])

    def velocity_um_s(self) -> Vec2:
        """Return the speed between the last two stamps; zero if there is but one."""
        if len(self.t_s) < 2:
            return np.zeros(2)
        return (self.position_um[-1] - self.position_um[-2]) / (self.t_s[-1] - self.t_s[-2])


def reckon_on(
    history: StageHistory, sent: Sequence[tuple[float, Vec2]], until_s: float
) -> StageHistory:
    """Carry a history on to `until_s` by what the stage was sent: for when replies are late.

    `sent` holds (when the stage acts on it, velocity), in order. The speed between the last two
    stamps stands in where nothing was sent before the last stamp. No more than `RECKONED_S` are
    carried on: unit, ramps and limits of the stage are only believed for so long.

    >>> known = StageHistory(np.array([0.0, 1.0]), np.array([[0.0, 0.0], [0.0, 0.0]]))
    >>> sent = [(0.9, np.array([100.0, 0.0])), (1.02, np.array([0.0, 50.0]))]
    >>> reckon_on(known, sent, 1.05).position_um[-1]
    array([2. , 1.5])
    """
    since_s = float(history.t_s[-1])
    until_s = min(until_s, since_s + RECKONED_S)
    if until_s <= since_s:
        return history
    velocity_um_s = next((v for t_s, v in reversed(sent) if t_s <= since_s), None)
    if velocity_um_s is None:
        velocity_um_s = history.velocity_um_s()
    turns = [(t_s, v) for t_s, v in sent if since_s < t_s < until_s]
    times_s, places_um = [since_s], [history.position_um[-1]]
    for t_s, next_um_s in [*turns, (until_s, np.zeros(2))]:
        if t_s > times_s[-1]:
            places_um.append(places_um[-1] + velocity_um_s * (t_s - times_s[-1]))
            times_s.append(t_s)
        velocity_um_s = next_um_s
    return StageHistory(
        np.append(history.t_s, times_s[1:]),
        np.append(history.position_um, places_um[1:], axis=0),
        reckoned=len(times_s) - 1,
    )

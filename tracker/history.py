"""Where the stage was: stamped positions, read between the stamps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hardware.types import Vec2


@dataclass(frozen=True, slots=True)
class StageHistory:
    """Positions of the last second or so: `t_s` (n,) rising, `position_um` (n, 2), n >= 1."""

    t_s: NDArray[np.float64]
    position_um: NDArray[np.float64]

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

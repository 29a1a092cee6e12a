"""A well-tuned velocity PID on the offset in the picture: the honest rival of foresight.

It knows neither the delay nor the commands under way. The gains were tuned on the shipped
scenarios at 40 Hz and 20 ms of total delay, by the RMS error of roam.
"""

from __future__ import annotations

import numpy as np

from hardware.types import Vec2
from tracker.history import StageHistory
from tracker.messages import Estimate, Sighting

_LONGEST_PAUSE_S = 0.1


class Pid:
    """Fulfils `tracker.parts.Controller`. `gain_per_s` is the proportional part."""

    def __init__(self, gain_per_s: float, *, integral_per_s2: float, derivative: float) -> None:
        self._gain_per_s = gain_per_s
        self._integral_per_s2 = integral_per_s2
        self._derivative = derivative
        self._sum_um_s = np.zeros(2)
        self._last_s = float("nan")
        self._last_um = np.zeros(2)
        self._velocity_um_s = np.zeros(2)

    def steer(self, foreseen: Estimate, stage: StageHistory, sighting: Sighting | None) -> Vec2:
        """Return the three parts' sum; a head unseen leaves the last velocity standing."""
        if sighting is None:
            return self._velocity_um_s
        offset_um = sighting.head_um - stage.at(foreseen.seen_s)
        pause_s = foreseen.seen_s - self._last_s
        change_um_s = np.zeros(2)
        if 0.0 < pause_s < _LONGEST_PAUSE_S:
            self._sum_um_s = self._sum_um_s + offset_um * pause_s
            change_um_s = (offset_um - self._last_um) / pause_s
        else:
            self._sum_um_s = np.zeros(2)
        self._last_s, self._last_um = foreseen.seen_s, offset_um
        self._velocity_um_s = (
            self._gain_per_s * offset_um
            + self._integral_per_s2 * self._sum_um_s
            + self._derivative * change_um_s
        )
        return self._velocity_um_s

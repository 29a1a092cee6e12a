"""The plain law of most trackers: run at so much per micrometre of the offset last seen."""

from __future__ import annotations

import numpy as np

from hardware.types import Vec2
from tracker.history import StageHistory
from tracker.messages import Estimate, Sighting


class Proportional:
    """Fulfils `tracker.parts.Controller`. A head unseen leaves the last velocity standing."""

    def __init__(self, gain_per_s: float) -> None:
        self._gain_per_s = gain_per_s
        self._velocity_um_s = np.zeros(2)

    def steer(self, foreseen: Estimate, stage: StageHistory, sighting: Sighting | None) -> Vec2:
        """Return the gain times the offset of the head in the last picture."""
        if sighting is not None:
            offset_um = sighting.head_um - stage.at(foreseen.seen_s)
            self._velocity_um_s = self._gain_per_s * offset_um
        return self._velocity_um_s

"""The law of the house: go along with the head, and take back what is left of the error.

The head is foreseen at the time when the stage will act on the answer, and so is the stage, with
the commands that are still under way. What is left between the two is taken back at
`gain_per_s`; the head's own velocity is fed forward, so a steady crawl leaves no lag at all.
"""

from __future__ import annotations

from hardware.types import Vec2
from tracker.control.way import CommandsUnderWay
from tracker.history import StageHistory
from tracker.messages import Estimate, Sighting


class Foresight:
    """Fulfils `tracker.parts.Controller`."""

    def __init__(self, gain_per_s: float) -> None:
        self._gain_per_s = gain_per_s
        self._under_way = CommandsUnderWay()

    def steer(self, foreseen: Estimate, stage: StageHistory, sighting: Sighting | None) -> Vec2:
        """Return the head's velocity plus a share of the error that will be left."""
        stage_um = self._under_way.stage_um(foreseen.t_s, stage)
        left_um = foreseen.position_um - stage_um
        velocity_um_s = foreseen.velocity_um_s + self._gain_per_s * left_um
        self._under_way.add(foreseen.t_s, velocity_um_s)
        return velocity_um_s

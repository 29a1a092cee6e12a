"""Where the simulated stage is, for a process that draws: by its ring, or a rig without one."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np

from hardware.errors import RingError
from hardware.sim.motion_log import MotionReader
from hardware.types import Vec2

_RIG_STARTS_WITHIN_S = 15.0


class StandingStage:
    """A rig without a stage: everything stays where it is."""

    def stage_um(self, t_s: float) -> Vec2:
        """Return the middle of the plate."""
        del t_s
        return np.zeros(2)

    def focus_um(self, t_s: float) -> float:
        """Return the height at which the drive is found, had there been one."""
        del t_s
        return 0.0

    def velocity_um_s(self, t_s: float) -> Vec2:
        """Return no velocity."""
        del t_s
        return np.zeros(2)


def open_motion(ring: Path | None) -> MotionReader | StandingStage:
    """Return what says where the stage is; None: there is no stage. Waits for the ring.

    Raises:
        RingError: it was not there in time.
    """
    if ring is None:
        return StandingStage()
    until_s = time.perf_counter() + _RIG_STARTS_WITHIN_S
    while True:
        try:
            return MotionReader(ring)
        except RingError:
            if time.perf_counter() > until_s:
                raise
        time.sleep(0.01)

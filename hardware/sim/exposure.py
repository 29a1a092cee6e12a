"""When the simulated camera exposes, what becomes of each exposure, and what its own clock says."""

from __future__ import annotations

import numpy as np

from hardware.sim.noise import place_generator
from hardware.sim.world import World
from hardware.stepped import Exposure

_EXPOSURES = 7  # tells this stream of random numbers from the eye's
_CLOCK_DRIFT = 2e-5  # crystals of cameras and computers differ by as much
_CLOCK_TICK_S = 1e-6


class Shutter:
    """The free-running camera of a scenario: every exposure is a pure function of its index."""

    def __init__(self, world: World, seed: int) -> None:
        self._world = world
        self._seed = seed
        draw = place_generator(seed, 80, 0, 0)
        self._offset_s = draw.uniform(10.0, 10_000.0)
        self._drift = draw.uniform(-_CLOCK_DRIFT, _CLOCK_DRIFT)

    def exposure(self, index: int) -> Exposure:
        """Return when a picture is taken, in the world's time, and when it comes, if ever."""
        camera = self._world.scenario.camera
        draw = np.random.default_rng((self._seed, _EXPOSURES, index))
        jitter_s = draw.normal(0.0, camera.jitter_s)
        limit_s = camera.period_s / 4.0
        t_s = (index + 1) * camera.period_s + max(-limit_s, min(jitter_s, limit_s))
        is_lost = bool(draw.random() < camera.drop_fraction)
        return Exposure(
            index=index,
            t_s=t_s,
            received_s=t_s + camera.delay_s,
            is_dropped=is_lost or self._world.fault_is_on("drop_frames", t_s),
        )

    def next_index(self, t_s: float) -> int:
        """Return the first exposure that is certainly still to come at a time of the world."""
        return max(int(t_s / self._world.scenario.camera.period_s + 0.25), 0)

    def camera_t_s(self, t_s: float) -> float:
        """Return what the camera's own clock shows at a time of the world."""
        shown_s = self._offset_s + (1.0 + self._drift) * t_s
        return round(shown_s / _CLOCK_TICK_S) * _CLOCK_TICK_S

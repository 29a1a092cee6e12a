"""Crawling by a travelling wave: the body follows the path that its nose has drawn."""

from __future__ import annotations

import math

import numpy as np

from hardware.sim.anatomy import MIDLINE_POINTS
from hardware.sim.scenario import GaitWorm
from hardware.sim.worm import Midline

_SWING_RAD = 0.9


class GaitAnimal:
    """An animal that crawls for ever along a wave."""

    def __init__(self, worm: GaitWorm, seed: tuple[int, ...]) -> None:
        draw = np.random.default_rng(seed)
        drawn_rad = draw.uniform(-math.pi, math.pi)
        self._heading_rad = (
            drawn_rad if worm.heading_deg is None else math.radians(worm.heading_deg)
        )
        self._worm = worm
        self._phase_rad = draw.uniform(0.0, 2.0 * math.pi)

    @property
    def length_um(self) -> float:
        """Nose to tail along the midline."""
        return self._worm.length_um

    def midline_um(self, t_s: float) -> Midline:
        """Return the midline in plate micrometres."""
        behaviour = self._worm.behaviour
        wave_um = behaviour.forward_um_s / behaviour.undulation_hz
        step_um = self._worm.length_um / (MIDLINE_POINTS - 1)
        behind_um = (np.arange(MIDLINE_POINTS - 1) + 0.5) * step_um
        along_um = behaviour.forward_um_s * t_s - behind_um
        turn_rad = _SWING_RAD * np.sin(2.0 * np.pi * along_um / wave_um + self._phase_rad)
        heading_rad = self._heading_rad + turn_rad
        steps_um = step_um * np.column_stack([np.cos(heading_rad), np.sin(heading_rad)])
        body_um = np.vstack([np.zeros(2), -np.cumsum(steps_um, axis=0)])
        mean_um = 0.8075 * behaviour.forward_um_s * t_s  # J0(0.9): the track's mean advance
        forth = np.array([math.cos(self._heading_rad), math.sin(self._heading_rad)])
        return np.asarray(self._worm.start_um) + mean_um * forth + body_um

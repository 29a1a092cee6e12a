"""What an animal's vigour and its head do by themselves, whatever it is about: sums of sines."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hardware.sim.scenario import Behaviour

# Along-body speed in the measured recordings swings slowly, and with each half wave of the body.
_SLOW_HZ = np.array([0.05, 0.09, 0.17])
_WITH_THE_WAVE = np.array([1.7, 2.05, 2.4])
_CAST = np.array([0.8, 1.0, 1.27])


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """A sum of sines with a given root mean square."""

    turns_rad_s: NDArray[np.float64]  # (N,)
    phase_rad: NDArray[np.float64]  # (N,)
    amplitude: float

    def at(self, t_s: float) -> float:
        """Return the rhythm at one time."""
        return self.amplitude * float(np.sin(self.turns_rad_s * t_s + self.phase_rad).sum())

    def over(self, t_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the rhythm at many times, (T,)."""
        angle_rad = self.turns_rad_s[:, None] * t_s + self.phase_rad[:, None]
        return self.amplitude * np.sin(angle_rad).sum(axis=0)


def vigour_rhythm(behaviour: Behaviour, draw: np.random.Generator) -> Rhythm:
    """Return how much faster or slower than usual the animal is, about 0."""
    hz = np.concatenate([_SLOW_HZ, _WITH_THE_WAVE * behaviour.undulation_hz])
    return _rhythm(hz, behaviour.speed_variation, draw)


def cast_rhythm(behaviour: Behaviour, draw: np.random.Generator) -> Rhythm:
    """Return how far the nose is cast aside, in micrometres."""
    return _rhythm(_CAST * behaviour.head_cast_hz, behaviour.head_cast_um / math.sqrt(2.0), draw)


def _rhythm(hz: NDArray[np.float64], rms: float, draw: np.random.Generator) -> Rhythm:
    return Rhythm(
        turns_rad_s=2.0 * math.pi * hz * draw.uniform(0.94, 1.06, len(hz)),
        phase_rad=draw.uniform(0.0, 2.0 * math.pi, len(hz)),
        amplitude=rms * math.sqrt(2.0 / len(hz)),
    )

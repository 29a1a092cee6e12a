"""A known calcium trace for every neuron: events that rise quickly and decay slowly.

Brightness is relative to that at rest: 0 at rest, 1 doubles it. A pure function of the world's
time and the seed.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from hardware.sim.noise import place_generator
from hardware.sim.scenario_neurons import Neurons

_EVENTS = 95  # tells this stream of random numbers from others
_BLOCK_S = 10.0  # events are drawn for so long at once
_FORGOTTEN_AFTER = 7.0  # decays: less than a thousandth is left
_VARIETY = 0.4  # decays differ by neuron, by so much up or down


class Calcium:
    """The activity of all neurons at any time."""

    def __init__(self, neurons: Neurons, seed: int) -> None:
        self._neurons, self._seed = neurons, seed
        draw = place_generator(seed, _EVENTS, -1, 0)
        spread = draw.uniform(1.0 - _VARIETY, 1.0 + _VARIETY, neurons.count)
        self._decay_s = neurons.decay_s * spread
        self._block = lru_cache(maxsize=64)(self._draw_block)

    def activity(self, t_s: float) -> NDArray[np.float64]:
        """Return every neuron's brightness above that at rest (n,), relative to it."""
        reach_s = _FORGOTTEN_AFTER * float(self._decay_s.max())
        first, last = int((t_s - reach_s) // _BLOCK_S), int(t_s // _BLOCK_S)
        blocks = [self._block(number) for number in range(max(first, 0), last + 1)]
        if not blocks:
            return np.zeros(self._neurons.count)
        which, at_s, strength = (np.concatenate(part) for part in zip(*blocks, strict=True))
        since_s = t_s - at_s
        is_past = since_s > 0.0
        which, since_s, strength = which[is_past], since_s[is_past], strength[is_past]
        rise = 1.0 - np.exp(-since_s / self._neurons.rise_s)
        glow = strength * rise * np.exp(-since_s / self._decay_s[which])
        activity = np.zeros(self._neurons.count)
        np.add.at(activity, which, glow)
        return activity

    def _draw_block(
        self, number: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
        """Return the events of one block of time: whose, when, and how strong (k,)."""
        draw = place_generator(self._seed, _EVENTS, number, 0)
        expected = self._neurons.count * self._neurons.events_per_min * _BLOCK_S / 60.0
        count = int(draw.poisson(expected))
        which = draw.integers(0, self._neurons.count, count)
        at_s = (number + draw.random(count)) * _BLOCK_S
        return which, at_s, draw.exponential(self._neurons.event_strength, count)

"""Down to the least squares, by Levenberg and Marquardt's way, with derivatives by difference."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np

from tracker.calibrate.ramps import Floats

Residual: TypeAlias = Callable[[Floats], Floats]

_ROUNDS = 60
_REWEIGHTINGS = 3
_OUTSIDE, _SIGMA_PER_MAD, _FINEST_UM = 2.0, 1.4826, 0.05


class Descent:
    """Parameters that each have a step for the derivative, and bounds (low, high)."""

    def __init__(self, steps: Floats, within: Sequence[tuple[float, float]]) -> None:
        self._steps = steps
        self._low, self._high = np.array(within).T

    def robustly(self, left_um: Residual, guess: Floats, *, free: Sequence[int]) -> Floats:
        """Find the least squares, then again with less weight for what sticks out."""
        weights = np.ones(1)
        for _ in range(_REWEIGHTINGS):

            def weighed_um(tried: Floats, weights: Floats = weights) -> Floats:
                return weights * left_um(tried)

            guess = self._down(weighed_um, guess, list(free))
            missed_um = np.abs(left_um(guess))
            usual_um = max(_OUTSIDE * _SIGMA_PER_MAD * float(np.median(missed_um)), _FINEST_UM)
            weights = np.minimum(1.0, usual_um / np.maximum(missed_um, 1e-12))
        return guess

    def slope(self, left_um: Residual, guess: Floats, free: Sequence[int]) -> Floats:
        """Return the derivatives by the free parameters, (m, free)."""
        columns: list[Floats] = []
        for place in free:
            ahead, behind = guess.copy(), guess.copy()
            ahead[place] += self._steps[place]
            behind[place] = max(behind[place] - self._steps[place], self._low[place])
            columns.append((left_um(ahead) - left_um(behind)) / (ahead[place] - behind[place]))
        return np.array(columns).T

    def _down(self, left_um: Residual, guess: Floats, free: list[int]) -> Floats:
        damping, here = 1e-2, left_um(guess)
        for _ in range(_ROUNDS):
            slope = self.slope(left_um, guess, free)
            curve = slope.T @ slope
            step = np.zeros(len(guess))
            step[free] = np.linalg.solve(
                curve + damping * np.diag(np.diag(curve) + 1e-12), -slope.T @ here
            )
            tried = np.clip(guess + step, self._low, self._high)
            there = left_um(tried)
            if (there**2).sum() < (here**2).sum():
                is_done = bool((np.abs(tried - guess) < 0.01 * self._steps).all())
                guess, here, damping = tried, there, damping / 5.0
                if is_done:
                    break
            elif damping > 1e8:
                break
            else:
                damping *= 5.0
        return guess

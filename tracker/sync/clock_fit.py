"""A straight line from another device's clock to the host's, that a few wrong pairs cannot bend.

Iteratively reweighted least squares with Tukey's biweight (Beaton and Tukey 1974): pairs that lie
more than about five sigma off have no say at all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tracker.errors import CalibrationError

Times = NDArray[np.float64]

_TURNS, _CUT, _SIGMA_PER_MAD = 30, 4.685, 1.4826
_LEAST_SIGMA_S = 1e-7  # exact times have no scatter: the weights must not divide by it


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockFit:
    """`host = host_s + rate * (device - device_s)`, seconds, about a time in the middle.

    `residual_s` is the scatter (1.48 times the median distance) of the pairs about the line,
    `worst_s` the greatest distance of a pair that had a say, `is_used` (n,) which those were.
    `pairs_s` (n, 2) are the pairs themselves, device and host.
    """

    device_s: float
    host_s: float
    rate: float
    residual_s: float
    worst_s: float
    is_used: NDArray[np.bool_]
    pairs_s: Times

    @property
    def drift_ppm(self) -> float:
        """How much faster the host's clock runs than the device's, in millionths."""
        return 1e6 * (self.rate - 1.0)

    def host_from(self, device_s: ArrayLike) -> Times:
        """Return the host's times of the device's."""
        return self.host_s + self.rate * (np.asarray(device_s, np.float64) - self.device_s)


def fit_clock(device_s: Times, host_s: Times) -> ClockFit:
    """Fit the line to pairs (n,) of the same moments; two at least are needed.

    Raises:
        CalibrationError: there are too few, or they all stand at one time.
    """
    if len(device_s) < 2 or not float(np.ptp(device_s)) > 0.0:
        raise CalibrationError(f"{len(device_s)} pairs of times: two different ones are needed")
    # Differences from a middle pair: clocks count from anywhere, and large numbers lose digits.
    middle = len(device_s) // 2
    along, across = device_s - device_s[middle], host_s - host_s[middle]
    rate, height = _theil_sen(along, across)
    weight = _weight(across - rate * along - height)
    for _ in range(_TURNS):
        rate, height = _weighted_line(along, across, weight)
        weight = _weight(across - rate * along - height)
    off = across - rate * along - height
    return ClockFit(
        device_s=float(device_s[middle]),
        host_s=float(host_s[middle] + height),
        rate=rate,
        residual_s=_SIGMA_PER_MAD * float(np.median(np.abs(off))),
        worst_s=float(np.abs(off[weight > 0.0]).max()),
        is_used=np.asarray(weight > 0.0),
        pairs_s=np.column_stack([device_s, host_s]),
    )


def _weight(off: Times) -> Times:
    sigma = max(_LEAST_SIGMA_S, _SIGMA_PER_MAD * float(np.median(np.abs(off))))
    return np.square(np.clip(1.0 - np.square(off / (_CUT * sigma)), 0.0, None))


def _theil_sen(along: Times, across: Times) -> tuple[float, float]:
    """Begin with the median slope of pairs half the record apart: nothing can tilt that much."""
    order = np.argsort(along, kind="stable")
    half = len(order) // 2
    early, late = order[:half], order[len(order) - half :]
    apart = along[late] - along[early]
    is_apart = apart > 0.0
    rate = float(np.median((across[late] - across[early])[is_apart] / apart[is_apart]))
    return rate, float(np.median(across - rate * along))


def _weighted_line(along: Times, across: Times, weight: Times) -> tuple[float, float]:
    total = float(weight.sum())
    along_mean, across_mean = weight @ along / total, weight @ across / total
    spread = float(weight @ np.square(along - along_mean))
    rate = float(weight @ ((along - along_mean) * (across - across_mean))) / max(spread, 1e-18)
    return rate, float(across_mean - rate * along_mean)

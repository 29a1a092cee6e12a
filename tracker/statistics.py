"""The figures by which a run is judged, from plain arrays: delays and centring errors.

An error is a row (x, y) in micrometres about the centre of the confocal's field; a row with a
NaN is a frame without an answer and is left out. No rows at all give NaN.
"""

from __future__ import annotations

from typing import TypedDict

import numpy as np
from numpy.typing import ArrayLike, NDArray


class Spread(TypedDict):
    """How a quantity is spread, in its own unit."""

    p50: float
    p95: float
    p99: float
    max: float


class ErrorFigures(TypedDict):
    """How far from the centre, in micrometres."""

    rms: float
    median: float
    p95: float
    p99: float
    max: float


def spread(values: ArrayLike) -> Spread:
    """Return the percentiles of a quantity; NaNs are left out.

    >>> spread([1.0, 2.0, 3.0])["p50"]
    2.0
    """
    known = _known(np.asarray(values, dtype=np.float64).ravel())
    p50, p95, p99, greatest = _percentiles(known)
    return Spread(p50=p50, p95=p95, p99=p99, max=greatest)


def error_figures(error_um: ArrayLike) -> ErrorFigures:
    """Return the figures of (n, 2) errors.

    >>> error_figures([[3.0, 4.0], [0.0, 5.0]])["rms"]
    5.0
    """
    known = _known(distances_um(error_um))
    median, p95, p99, greatest = _percentiles(known)
    rms = float(np.sqrt(np.mean(known**2))) if known.size else float("nan")
    return ErrorFigures(rms=rms, median=median, p95=p95, p99=p99, max=greatest)


def fraction_within(error_um: ArrayLike, radius_um: float) -> float:
    """Return the share of (n, 2) errors inside a circle; rows with a NaN are not counted.

    >>> fraction_within([[3.0, 4.0], [30.0, 40.0]], 25.0)
    0.5
    """
    known = _known(distances_um(error_um))
    return float(np.mean(known <= radius_um)) if known.size else float("nan")


def distances_um(error_um: ArrayLike) -> NDArray[np.float64]:
    """Return the length of each of (n, 2) errors; NaN where a row has one."""
    rows = np.asarray(error_um, dtype=np.float64).reshape(-1, 2)
    return np.hypot(rows[:, 0], rows[:, 1])


def _known(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return values[~np.isnan(values)]


def _percentiles(known: NDArray[np.float64]) -> tuple[float, float, float, float]:
    if not known.size:
        nan = float("nan")
        return nan, nan, nan, nan
    p50, p95, p99 = np.percentile(known, [50.0, 95.0, 99.0])
    return float(p50), float(p95), float(p99), float(known.max())

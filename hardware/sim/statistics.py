"""How an animal moves, in the figures by which simulated and measured animals are compared.

One code reads both: midlines (T, 49, 2) in micrometres at a steady rate. Speeds and
accelerations are of central differences, as in the table the measured figures come from.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hardware.sim.worm import Animal

_PHARYNX_POINT = 6  # of 49: 12.5 % of the length
_NECK_POINT, _CHEST_POINT = 9, 18  # the head's bend: nose to neck against neck to chest
_REVERSAL_UM_S, _REVERSAL_S = 30.0, 0.5  # backward at least so fast for so long is a reversal


@dataclass(frozen=True, slots=True, kw_only=True)
class MotionStatistics:
    """What the comparison is made of; NaN where nobody has measured it."""

    seconds: float
    length_um: float
    centroid_speed_mean_um_s: float
    centroid_speed_p95_um_s: float
    nose_speed_mean_um_s: float
    nose_speed_p95_um_s: float
    nose_speed_max_um_s: float
    pharynx_speed_mean_um_s: float
    pharynx_speed_p95_um_s: float
    pharynx_speed_max_um_s: float
    pharynx_acceleration_p50_um_s2: float
    pharynx_acceleration_p95_um_s2: float
    pharynx_acceleration_max_um_s2: float
    head_bend_p95_deg_s: float
    head_bend_p99_deg_s: float
    backward_fraction: float
    reversals_per_min: float


def _measured(  # noqa: PLR0917 (in the order of the published table's columns)
    seconds: float,
    length_um: float,
    centroid_um_s: tuple[float, float],
    nose_um_s: tuple[float, float, float],
    pharynx_um_s: tuple[float, float, float],
    pharynx_um_s2: tuple[float, float, float],
    bend_deg_s: tuple[float, float],
    backward_fraction: float,
    reversals_per_min: float,
) -> MotionStatistics:
    return MotionStatistics(
        seconds=seconds,
        length_um=length_um,
        centroid_speed_mean_um_s=centroid_um_s[0],
        centroid_speed_p95_um_s=centroid_um_s[1],
        nose_speed_mean_um_s=nose_um_s[0],
        nose_speed_p95_um_s=nose_um_s[1],
        nose_speed_max_um_s=nose_um_s[2],
        pharynx_speed_mean_um_s=pharynx_um_s[0],
        pharynx_speed_p95_um_s=pharynx_um_s[1],
        pharynx_speed_max_um_s=pharynx_um_s[2],
        pharynx_acceleration_p50_um_s2=pharynx_um_s2[0],
        pharynx_acceleration_p95_um_s2=pharynx_um_s2[1],
        pharynx_acceleration_max_um_s2=pharynx_um_s2[2],
        head_bend_p95_deg_s=bend_deg_s[0],
        head_bend_p99_deg_s=bend_deg_s[1],
        backward_fraction=backward_fraction,
        reversals_per_min=reversals_per_min,
    )


# Public recordings, one animal each. wt2: aexbrown/modes2movement (MIT), wild isolate CB4853 on
# food. schafer: openworm/movement_cloud (Open Worm Movement Database, CC BY 4.0, W. R. Schafer
# lab; Yemini et al. 2013), ocr-3 off food. broekmans: postures of Broekmans et al. 2016 with a
# path computed by elegansbot 1.0.2 (MIT), whose speeds are about a quarter low and whose
# acceleration maxima are start-up transients. The first two were smoothed over 0.3 s, so their
# accelerations are lower bounds.
MEASURED = {
    "wt2_forward": _measured(
        16.6, 846, (262, 442), (316, 487, 614), (298, 472, 582), (864, 2296, 3387), (223, 288), 0, 0
    ),
    "schafer_off_food": _measured(
        28.8,
        1132,
        (332, 492),
        (511, 779, 1086),
        (452, 678, 916),
        (1780, 3911, 5877),
        (422, 491),
        0,
        0,
    ),
    "broekmans_omega": _measured(
        18.7,
        999,
        (281, 511),
        (391, 680, 1040),
        (365, 639, 900),
        (820, 2771, 9525),
        (258, 318),
        0.22,
        3.2,
    ),
    "broekmans_delta": _measured(
        9.3,
        997,
        (209, 336),
        (426, 590, 1011),
        (370, 552, 816),
        (1394, 3185, 5707),
        (326, 357),
        0.28,
        6.4,
    ),
}
NATURAL_REVERSALS_PER_MIN = (0.4, 2.8, 5.2)  # least, mean and most of the animals watched


def sample_midlines_um(
    animal: Animal, *, seconds: float, rate_hz: float = 30.0
) -> NDArray[np.float64]:
    """Return an animal's midlines at a steady rate, (T, 49, 2)."""
    times_s = np.arange(round(seconds * rate_hz) + 1) / rate_hz
    return np.array([animal.midline_um(float(t_s)) for t_s in times_s])


def measure(midlines_um: NDArray[np.float64], *, rate_hz: float) -> MotionStatistics:
    """Measure midlines, (T, 49, 2), taken at a steady rate."""
    nose_um_s = _speed_um_s(midlines_um[:, 0], rate_hz)
    pharynx_um = midlines_um[:, _PHARYNX_POINT]
    pharynx_um_s = _speed_um_s(pharynx_um, rate_hz)
    pharynx_um_s2 = _speed_um_s(np.gradient(pharynx_um, 1.0 / rate_hz, axis=0), rate_hz)
    centroid_um_s = _speed_um_s(midlines_um.mean(axis=1), rate_hz)
    bend_deg_s = _head_bend_deg_s(midlines_um, rate_hz)
    along_um_s = _along_um_s(midlines_um, rate_hz)
    seconds = (len(midlines_um) - 1) / rate_hz
    steps_um = np.diff(midlines_um, axis=1)
    return MotionStatistics(
        seconds=seconds,
        length_um=float(np.hypot(steps_um[..., 0], steps_um[..., 1]).sum(axis=1).mean()),
        centroid_speed_mean_um_s=float(centroid_um_s.mean()),
        centroid_speed_p95_um_s=_percentile(centroid_um_s, 95),
        nose_speed_mean_um_s=float(nose_um_s.mean()),
        nose_speed_p95_um_s=_percentile(nose_um_s, 95),
        nose_speed_max_um_s=float(nose_um_s.max()),
        pharynx_speed_mean_um_s=float(pharynx_um_s.mean()),
        pharynx_speed_p95_um_s=_percentile(pharynx_um_s, 95),
        pharynx_speed_max_um_s=float(pharynx_um_s.max()),
        pharynx_acceleration_p50_um_s2=_percentile(pharynx_um_s2, 50),
        pharynx_acceleration_p95_um_s2=_percentile(pharynx_um_s2, 95),
        pharynx_acceleration_max_um_s2=float(pharynx_um_s2.max()),
        head_bend_p95_deg_s=_percentile(bend_deg_s, 95),
        head_bend_p99_deg_s=_percentile(bend_deg_s, 99),
        backward_fraction=float((along_um_s < 0.0).mean()),
        reversals_per_min=_reversals(along_um_s, rate_hz) * 60.0 / seconds,
    )


def _percentile(values: NDArray[np.float64], percent: float) -> float:
    return float(np.percentile(values, percent))


def _speed_um_s(place_um: NDArray[np.float64], rate_hz: float) -> NDArray[np.float64]:
    change = np.gradient(place_um, 1.0 / rate_hz, axis=0)
    return np.hypot(change[:, 0], change[:, 1])


def _head_bend_deg_s(midlines_um: NDArray[np.float64], rate_hz: float) -> NDArray[np.float64]:
    """Return how fast the head bends against the chest, whichever way, (T,)."""
    head_um = midlines_um[:, 0] - midlines_um[:, _NECK_POINT]
    chest_um = midlines_um[:, _NECK_POINT] - midlines_um[:, _CHEST_POINT]
    bend_rad = np.arctan2(head_um[:, 1], head_um[:, 0]) - np.arctan2(chest_um[:, 1], chest_um[:, 0])
    return np.abs(np.degrees(np.gradient(np.unwrap(bend_rad), 1.0 / rate_hz)))


def _along_um_s(midlines_um: NDArray[np.float64], rate_hz: float) -> NDArray[np.float64]:
    """Return the speed along the body, its mean over all of it, negative backward, (T,)."""
    velocity_um_s = np.gradient(midlines_um, 1.0 / rate_hz, axis=0)
    forward = -np.gradient(midlines_um, axis=1)
    forward /= np.hypot(forward[..., 0], forward[..., 1])[..., None]
    return (velocity_um_s * forward).sum(axis=2).mean(axis=1)


def _reversals(along_um_s: NDArray[np.float64], rate_hz: float) -> int:
    is_backward = np.concatenate([[False], along_um_s < -_REVERSAL_UM_S, [False]])
    edges = np.flatnonzero(np.diff(is_backward))
    lasted = edges[1::2] - edges[::2]
    return int((lasted >= math.ceil(_REVERSAL_S * rate_hz)).sum())

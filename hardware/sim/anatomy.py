"""Where things lie in the animal, as fractions of its length from the nose (0) to the tail (1).

Measured on near-infrared tracking frames of adults: about 1 mm long, 750 px along the midline.
A midline is (N, 2) micrometres on the plate, nose first, evenly spaced along the body.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hardware.types import Vec2

MIDLINE_POINTS = 49

NOSE = 0.0
METACORPUS = 0.069
TERMINAL_BULB = 0.138
KEYPOINT_FRACTIONS = (NOSE, METACORPUS, TERMINAL_BULB)
_ROUND_FROM, _POINTS_FROM = 0.015, 0.06  # the round end begins; the head's direction is taken

# The tracked point between metacorpus (0) and terminal bulb (1). `tracker.geometry` says the
# same number for the loop; a test holds the two together.
HEAD_BETWEEN_BULBS = 0.3
HEAD = METACORPUS + HEAD_BETWEEN_BULBS * (TERMINAL_BULB - METACORPUS)

# Half widths of an animal 750 px long: 11 px at the nose, 22 at the terminal bulb, 27 from 35
# to 60 %, 18 at 88 %, and a whip of a tail.
_WIDTH_AT = np.array([0.0, 0.03, 0.14, 0.35, 0.60, 0.88, 0.96, 1.0])
_HALF_WIDTH = np.array([11.0, 15.5, 22.0, 27.0, 27.0, 18.0, 8.0, 1.0]) / 750.0
_NOSE_SHARE = np.array([1.0, 0.8, 0.25, 0.0, 0.0, 0.0, 0.0, 0.0])
_TAIL_SHARE = np.array([0.0, 0.0, 0.0, 0.0, 0.0, 0.5, 1.0, 1.0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """How an animal is built beside the usual adult: factors of its widths.

    Seen from afar, or out of focus, animals are stouter, and the nose as pointed as the tail.
    """

    stout: float = 1.0
    nose: float = 1.0
    tail: float = 1.0

    @property
    def widest(self) -> float:
        """Return the largest half width, of the length."""
        return float(self._half_width().max())

    def half_width(self, fraction: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the half width, of the length, at places along the body."""
        return np.interp(fraction, _WIDTH_AT, self._half_width())

    def _half_width(self) -> NDArray[np.float64]:
        ends = self.nose**_NOSE_SHARE * self.tail**_TAIL_SHARE
        return self.stout * ends * _HALF_WIDTH


ADULT = Build()


def half_width_um(
    fraction: NDArray[np.float64], *, length_um: float, build: Build = ADULT
) -> NDArray[np.float64]:
    """Return the body's half width at places along it; 0 is the nose, 1 the tail's tip."""
    return build.half_width(fraction) * length_um


def keypoints_um(midline_um: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return nose, metacorpus and terminal bulb, (3, 2), in the order of the detector's.

    The nose is the tip that one sees: the head ends round, and the midline may leave the round
    end somewhat aside of where the head points.
    """
    # Plain numbers: every animal is asked for both its ends in every frame.
    segments = len(midline_um) - 1
    points_um: list[list[float]] = midline_um[: int(TERMINAL_BULB * segments) + 2].tolist()
    nose, metacorpus, bulb = (_place(points_um, f * segments) for f in KEYPOINT_FRACTIONS)
    end_x, end_y = _place(points_um, _ROUND_FROM * segments)
    neck_x, neck_y = _place(points_um, _POINTS_FROM * segments)
    ahead_x, ahead_y = end_x - neck_x, end_y - neck_y
    reach = math.hypot(end_x - nose[0], end_y - nose[1]) / math.hypot(ahead_x, ahead_y)
    return np.array([(end_x + ahead_x * reach, end_y + ahead_y * reach), metacorpus, bulb])


def _place(points_um: list[list[float]], place: float) -> tuple[float, float]:
    """Return the point at a place counted in segments from the nose."""
    before = int(place)
    weight = place - before
    (x, y), (next_x, next_y) = points_um[before], points_um[before + 1]
    return (1.0 - weight) * x + weight * next_x, (1.0 - weight) * y + weight * next_y


def tracked_head_um(midline_um: NDArray[np.float64]) -> Vec2:
    """Return the point that the loop keeps where the confocal looks: about the nerve ring."""
    _, metacorpus, terminal_bulb = keypoints_um(midline_um)
    return metacorpus + HEAD_BETWEEN_BULBS * (terminal_bulb - metacorpus)

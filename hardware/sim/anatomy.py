"""Where things lie in the animal, as fractions of its length from the nose (0) to the tail (1).

Measured on near-infrared tracking frames of adults: about 1 mm long, 750 px along the midline.
A midline is (N, 2) micrometres on the plate, nose first, evenly spaced along the body.
"""

from __future__ import annotations

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


def half_width_um(fraction: NDArray[np.float64], *, length_um: float) -> NDArray[np.float64]:
    """Return the body's half width at places along it; 0 is the nose, 1 the tail's tip."""
    return np.interp(fraction, _WIDTH_AT, _HALF_WIDTH) * length_um


def point_um(midline_um: NDArray[np.float64], fraction: float) -> Vec2:
    """Return the place at one fraction of the body's length."""
    place = fraction * (len(midline_um) - 1)
    before = min(int(place), len(midline_um) - 2)
    weight = place - before
    return (1.0 - weight) * midline_um[before] + weight * midline_um[before + 1]


def keypoints_um(midline_um: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return nose, metacorpus and terminal bulb, (3, 2), in the order of the detector's.

    The nose is the tip that one sees: the head ends round, and the midline may leave the round
    end somewhat aside of where the head points.
    """
    points_um = np.array([point_um(midline_um, fraction) for fraction in KEYPOINT_FRACTIONS])
    end_um, neck_um = point_um(midline_um, _ROUND_FROM), point_um(midline_um, _POINTS_FROM)
    ahead_um = end_um - neck_um
    reach_um = np.linalg.norm(end_um - points_um[0])
    points_um[0] = end_um + ahead_um * (reach_um / np.linalg.norm(ahead_um))
    return points_um


def tracked_head_um(midline_um: NDArray[np.float64]) -> Vec2:
    """Return the point that the loop keeps where the confocal looks: about the nerve ring."""
    _, metacorpus, terminal_bulb = keypoints_um(midline_um)
    return metacorpus + HEAD_BETWEEN_BULBS * (terminal_bulb - metacorpus)

"""Does the picture move as the calibration says? Asked by small test moves when tracking starts.

The stage goes round a small circle a few times, faster than an animal swings its head. The head
is then seen to go round too, the other way: where it was seen off the field's centre, translated
by the calibration, less a smooth path of the animal's own, must be the circle itself turned by
180 degrees. What stands still in the picture (dust, a vignette) drops out by itself: it is no
head that moves.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from hardware.types import Vec2

# A sighting's age, the wire and the stage's lag are not known to the millisecond: a circle that
# takes longer is turned less by them, and one that takes shorter is told from the animal better.
PERIOD_S = 0.2
FRAMES_PER_PERIOD = 8.0
TURNS = 4
RADIUS_UM = 25.0
SPEED_SHARE = 0.5  # of the stage's greatest speed
WAITS_FOR_HEAD_S = 2.0
LEAST_SEEN = 0.7  # of the pictures that were taken meanwhile

RIGHT_WITHIN, WRONG_BEYOND, MOVES_AT_LEAST = 0.6, 0.8, 0.4
_DEVIATIONS = 3.0
_SMOOTH_TERMS = 5  # of the animal's own path: a polynomial


class Verdict(Enum):
    """What the test moves say of the calibration."""

    RIGHT = "right"
    WRONG = "wrong"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Finding:
    """A verdict, and one line of why."""

    verdict: Verdict
    why: str


class SignCheck:
    """One round of test moves: `steer` before each command, `learn` after each picture."""

    def __init__(self, *, max_speed_um_s: float, frame_s: float) -> None:
        self._turn_rad_s = 2.0 * math.pi / max(PERIOD_S, FRAMES_PER_PERIOD * frame_s)
        self._speed_um_s = min(RADIUS_UM * self._turn_rad_s, SPEED_SHARE * max_speed_um_s)
        self._first_s = math.nan  # of the pictures
        self._begins_s = math.nan
        self._pictures = 0
        self._t_s: list[float] = []
        self._stage_um: list[Vec2] = []
        self._off_um: list[Vec2] = []

    @property
    def lasts_s(self) -> float:
        """Seconds that the moves take."""
        return TURNS * 2.0 * math.pi / self._turn_rad_s

    def steer(self, t_s: float) -> Vec2:
        """Return the velocity at `t_s`: none before a head was seen, and none at the end."""
        if math.isnan(self._begins_s) or t_s > self._begins_s + self.lasts_s:
            return np.zeros(2)
        angle_rad = self._turn_rad_s * (t_s - self._begins_s)
        return self._speed_um_s * np.array([-math.sin(angle_rad), math.cos(angle_rad)])

    def learn(self, t_s: float, stage_um: Vec2, off_um: Vec2 | None) -> Finding | None:
        """Take note of a picture; return the finding after the last one.

        `off_um` is where the head was seen off the field's centre by the calibration in
        question, None where it was not.
        """
        if math.isnan(self._first_s):
            self._first_s = t_s
        if math.isnan(self._begins_s):
            if off_um is not None:
                self._begins_s = t_s
            elif t_s - self._first_s > WAITS_FOR_HEAD_S:
                return Finding(Verdict.UNDECIDED, "no head was seen")
            return None
        self._pictures += 1
        if off_um is not None:
            self._t_s.append(t_s)
            self._stage_um.append(stage_um)
            self._off_um.append(off_um)
        return self._judge() if t_s >= self._begins_s + self.lasts_s else None

    def _judge(self) -> Finding:
        seen = len(self._t_s)
        if seen < max(LEAST_SEEN * self._pictures, 3 * (_SMOOTH_TERMS + 2)):
            return Finding(
                Verdict.UNDECIDED, f"the head was seen in {seen} of {self._pictures} pictures"
            )
        return judge(np.array(self._t_s), np.array(self._stage_um), np.array(self._off_um))


def judge(
    t_s: NDArray[np.float64], stage_um: NDArray[np.float64], off_um: NDArray[np.float64]
) -> Finding:
    """Judge sightings (n,), (n, 2), (n, 2) during test moves.

    `seen_from_true` is what the calibration makes of a true displacement: the unit matrix where
    it is right.
    """
    seen_from_true, error = _fit(t_s, stage_um, off_um)
    doubt = _DEVIATIONS * error
    is_off_by = float(np.linalg.norm(seen_from_true - np.eye(2), 2))
    least, most = np.linalg.svd(seen_from_true)[1][::-1].tolist()
    said = f"{describe(seen_from_true)} (give or take {doubt:.2f})"
    if is_off_by + doubt < RIGHT_WITHIN:
        return Finding(Verdict.RIGHT, said)
    if most + doubt < MOVES_AT_LEAST:
        return Finding(Verdict.UNDECIDED, "what is seen does not move against the stage")
    if is_off_by - doubt > WRONG_BEYOND and least - doubt > MOVES_AT_LEAST:
        return Finding(Verdict.WRONG, said)
    return Finding(Verdict.UNDECIDED, said)


def describe(seen_from_true: NDArray[np.float64]) -> str:
    """Say what a matrix does to a picture.

    >>> describe(np.diag([-1.0, 1.0]))
    'the picture moves mirrored, 1.00 times as far as the calibration says'
    >>> describe(-np.eye(2))
    'the picture moves turned by 180 degrees, 1.00 times as far as the calibration says'
    """
    (a, b), (c, d) = seen_from_true.tolist()
    scale = math.sqrt(abs(a * d - b * c))
    turned_deg = math.degrees(math.atan2(c - b, a + d))
    how = "mirrored" if a * d < b * c else f"turned by {turned_deg:.0f} degrees"
    return f"the picture moves {how}, {scale:.2f} times as far as the calibration says"


def _fit(
    t_s: NDArray[np.float64], stage_um: NDArray[np.float64], off_um: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float]:
    """Return the matrix, and the greatest standard error of its elements."""
    middle_s, half_s = 0.5 * (t_s[0] + t_s[-1]), 0.5 * (t_s[-1] - t_s[0])
    smooth = np.polynomial.legendre.legvander((t_s - middle_s) / half_s, _SMOOTH_TERMS - 1)
    terms = np.hstack([stage_um - stage_um.mean(axis=0), smooth])
    weights, *_ = np.linalg.lstsq(terms, off_um, rcond=None)
    left_um = off_um - terms @ weights
    spread_um2 = (left_um**2).sum(axis=0).max() / (len(t_s) - terms.shape[1])
    variances = np.diag(np.linalg.pinv(terms.T @ terms))[:2] * spread_um2
    return np.asarray(-weights[:2].T, np.float64), math.sqrt(float(variances.max()))

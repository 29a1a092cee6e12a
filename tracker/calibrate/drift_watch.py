"""Watches matrix and delays while a session runs, and says when they have left what was calibrated.

It is shown a pair of pictures every half second, some tens of milliseconds apart, and told where
the stage was and what it was sent. It moves nothing and holds nobody up.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hardware.types import Calibration, GreyImage, Vec2
from tracker.calibrate.backdrop import Picture
from tracker.calibrate.drift import (
    DelayDrift,
    MatrixDrift,
    fit_delay_drift,
    fit_matrix_drift,
)
from tracker.calibrate.ground import StandingStill, middle
from tracker.history import StageHistory
from tracker.operator_config import DriftConfig

Floats = NDArray[np.float64]

EVERY_S = 0.5  # a pair of pictures
_APART_S = (0.05, 0.5)
_LEAST_MOVE_PX, _MOST_MOVE_PX = 10.0, 80.0
_PAIRS = 60
_KEPT_S = 20.0  # positions and commands
_DELAY_EVERY_S = 5.0
_HALF_S = 0.006  # a velocity is told by the positions so long before and after
_CERTAIN = 4.0  # so many times finer than what is told of


@dataclass(frozen=True, slots=True)
class _Shot:
    t_s: float
    picture: Picture


class _Track:
    """Rows of two numbers with their times, of the last seconds."""

    def __init__(self) -> None:
        self.t_s: Floats = np.empty(0)
        self.rows: Floats = np.empty((0, 2))

    def add(self, t_s: Floats, rows: Floats) -> None:
        """Append what came; times that do not rise are left out."""
        times, both = np.append(self.t_s, t_s), np.append(self.rows, rows, axis=0)
        if not len(times):
            return
        rises = np.append(True, times[1:] > np.maximum.accumulate(times)[:-1])
        kept = rises & (times > times.max() - _KEPT_S)
        self.t_s, self.rows = times[kept], both[kept]


class DriftWatch:
    """One session's watch. `matrix` and `delay` are the newest findings; None: nothing known."""

    def __init__(self, calibration: Calibration, config: DriftConfig) -> None:
        self.matrix: MatrixDrift | None = None
        self.delay: DelayDrift | None = None
        self._stage_from_image = calibration.stage_from_image_um_per_px
        self._most, self._most_s = config.limits()
        self._still = StandingStill()
        self._stage, self._sent = _Track(), _Track()
        self._first: _Shot | None = None
        self._second: _Shot | None = None
        self._next_s = self._delay_due_s = float("-inf")
        self._pairs: deque[Floats] = deque(maxlen=_PAIRS)
        self._told: set[str] = set()

    def note_positions(self, t_s: Floats, position_um: Floats) -> None:
        """Take note of where the stage was, (n,) and (n, 2)."""
        self._stage.add(t_s, position_um)

    def note_sent(self, acts_s: Floats, sent_um_s: Floats) -> None:
        """Take note of what the stage was sent, and when it is believed to act on it."""
        self._sent.add(acts_s, sent_um_s)

    def wants(self, t_s: float) -> bool:
        """Say whether a picture exposed at `t_s` would be of use."""
        if self._second is not None:
            return False
        if self._first is None:
            return t_s >= self._next_s
        return t_s - self._first.t_s >= _APART_S[0]

    def see(self, image: GreyImage, t_s: float) -> None:
        """Take a picture: the first of a pair, or a second one that is far enough from it."""
        if self._first is None:
            self._first, self._next_s = _Shot(t_s, middle(image)), t_s + EVERY_S
            self._still.learn(self._first.picture)
            return
        move_px = self._length_px(self._moved_um(self._first.t_s, t_s))
        if t_s - self._first.t_s > _APART_S[1] or move_px > _MOST_MOVE_PX:
            self._first = None
        elif move_px >= _LEAST_MOVE_PX:
            self._second = _Shot(t_s, middle(image))

    def judge(self) -> list[str]:
        """Think about what has come since the last call; return what the operator should read."""
        first, second = self._first, self._second
        known_until_s = self._stage.t_s[-1] if len(self._stage.t_s) else float("-inf")
        if first is None or second is None or known_until_s < second.t_s + _HALF_S:
            return []
        self._first = self._second = None
        if self._still.is_known:
            self._compare(first, second)
        if second.t_s >= self._delay_due_s:
            self._delay_due_s = second.t_s + _DELAY_EVERY_S
            self.delay = fit_delay_drift(
                self._sent.t_s, self._sent.rows, self._stage.t_s, self._stage.rows
            )
        return [*self._matrix_news(), *self._delay_news()]

    @property
    def later_s(self) -> float:
        """How much longer than believed it takes from mid-exposure to the stage acting; NaN."""
        if self.delay is None or self.matrix is None:
            return math.nan
        return self.delay.later_s - self.matrix.lateness_s

    def _compare(self, first: _Shot, second: _Shot) -> None:
        shift = self._still.shift(first.picture, second.picture)
        change_um_s = self._velocity_um_s(second.t_s) - self._velocity_um_s(first.t_s)
        seen_um = self._stage_from_image @ shift.shift_px
        moved_um = self._moved_um(first.t_s, second.t_s)
        self._pairs.append(np.concatenate([moved_um, change_um_s, seen_um]))
        pairs = np.array(self._pairs)
        self.matrix = fit_matrix_drift(pairs[:, 0:2], pairs[:, 2:4], pairs[:, 4:6])

    def _matrix_news(self) -> list[str]:
        found, most = self.matrix, self._most
        if found is None or found.error > most / _CERTAIN:
            return []
        is_off = found.by > most + 2.0 * found.error
        return self._once("matrix", is_off, found.by < most / 2.0, matrix_text(found))

    def _delay_news(self) -> list[str]:
        found, most_s = self.matrix, self._most_s
        if self.delay is None or found is None or found.lateness_error_s > most_s / _CERTAIN:
            return []
        doubt_s = 2.0 * math.hypot(self.delay.error_s, found.lateness_error_s)
        is_off = abs(self.later_s) > most_s + doubt_s
        text = delay_text(self.later_s, self.delay.later_s, found.lateness_s)
        return self._once("delay", is_off, abs(self.later_s) < most_s / 2.0, text)

    def _once(self, what: str, is_off: bool, is_back: bool, text: str) -> list[str]:
        if is_back:
            self._told.discard(what)
        if not is_off or what in self._told:
            return []
        self._told.add(what)
        return [text]

    def _moved_um(self, from_s: float, to_s: float) -> Vec2:
        if not len(self._stage.t_s):
            return np.zeros(2)
        stage = StageHistory(self._stage.t_s, self._stage.rows)
        return stage.at(to_s) - stage.at(from_s)

    def _velocity_um_s(self, t_s: float) -> Vec2:
        return self._moved_um(t_s - _HALF_S, t_s + _HALF_S) / (2.0 * _HALF_S)

    def _length_px(self, move_um: Vec2) -> float:
        return math.hypot(*np.linalg.solve(self._stage_from_image, move_um))


def matrix_text(found: MatrixDrift) -> str:
    """Say how far the matrix is off.

    >>> off = np.array([[0.05, 0.001], [-0.001, 0.05]])
    >>> print(matrix_text(MatrixDrift(
    ...     off=off, error=0.004, lateness_s=0.0, lateness_error_s=0.001, pairs=40)))
    the picture does not move as calibrated: a pixel is 4.8 % less than the calibration says, \
turned by +0.1 degrees (give or take 0.4 %): measure it anew by `wormlock calibrate stage`
    """
    (a, b), (c, d) = (found.off + np.eye(2)).tolist()
    believed = math.sqrt(abs(a * d - b * c))
    percent = 100.0 * (1.0 / believed - 1.0)
    more = "more" if percent > 0.0 else "less"
    turned_deg = math.degrees(math.atan2(c - b, a + d))
    return (
        f"the picture does not move as calibrated: a pixel is {abs(percent):.1f} % {more} than the "
        f"calibration says, turned by {-turned_deg:+.1f} degrees "
        f"(give or take {100.0 * found.error:.1f} %): measure it anew by `wormlock calibrate stage`"
    )


def delay_text(later_s: float, stage_s: float, pictures_s: float) -> str:
    """Say how far the delay is off, and where that comes from.

    >>> print(delay_text(0.0113, 0.0101, -0.0012))
    it takes 11.3 ms longer than believed from a picture to the stage acting on it: commands act \
10.1 ms later, pictures are 1.2 ms older than their stamps: measure it anew by `wormlock calibrate \
delay`
    """
    longer = "longer" if later_s > 0.0 else "less"
    later = "later" if stage_s > 0.0 else "earlier"
    older = "younger" if pictures_s > 0.0 else "older"
    return (
        f"it takes {1e3 * abs(later_s):.1f} ms {longer} than believed from a picture to the stage "
        f"acting on it: commands act {1e3 * abs(stage_s):.1f} ms {later}, pictures are "
        f"{1e3 * abs(pictures_s):.1f} ms {older} than their stamps: measure it anew by "
        "`wormlock calibrate delay`"
    )

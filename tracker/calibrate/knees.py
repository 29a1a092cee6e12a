"""Each change of velocity by itself: the stretch of positions about it, and when it came."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tracker.calibrate.ramps import Floats

_BEFORE_S, _AFTER_S = 0.1, 0.15
# A change that moves the stage by less cannot say when it came.
_LEAST_SAID_UM2_S2 = 1e5


@dataclass(frozen=True, slots=True)
class Knees:
    """Stretches of positions about each change of velocity, of both axes one after the other.

    `which` (m,) are the positions' numbers, `knee` (m,) the stretches', `is_before` (m,) says
    which of them lie before the change; `axis` (k,) is each stretch's.
    """

    which: NDArray[np.int_]
    knee: NDArray[np.int_]
    is_before: NDArray[np.bool_]
    axis: NDArray[np.int_]

    def about(self, values: Floats) -> Floats:
        """Return the values in the stretches, counted from their mean before each change."""
        stretch = values[self.which]
        known = np.bincount(self.knee, self.is_before)
        before = np.bincount(self.knee, stretch * self.is_before) / np.maximum(known, 1.0)
        return stretch - before[self.knee]

    def lateness_s(self, left_um: Floats, per_s: Floats) -> Floats:
        """Return by how much each change came late, (k,), from what is left and its slope.

        `per_s` is what a delay of one second would change. NaN where a change cannot say.
        """
        said = np.bincount(self.knee, per_s**2)
        late_s = np.bincount(self.knee, per_s * left_um) / np.maximum(said, 1e-9)
        return np.where(said > _LEAST_SAID_UM2_S2, late_s, np.nan)


def knees_of(written_s: Floats, velocities_um_s: Floats, times_s: Floats) -> Knees:
    """Find the changes in velocities (n, 2) written at (n,), and the positions about them."""
    which: list[NDArray[np.int_]] = []
    knee: list[NDArray[np.int_]] = []
    is_before: list[NDArray[np.bool_]] = []
    axes: list[int] = []
    for axis in (0, 1):
        told_um_s = np.concatenate([[0.0], velocities_um_s[:, axis]])
        changes_s = written_s[np.flatnonzero(np.diff(told_um_s))]
        bounds_s = [changes_s[0] - _BEFORE_S, *changes_s.tolist(), changes_s[-1] + _AFTER_S]
        for before_s, at_s, after_s in zip(bounds_s, bounds_s[1:], bounds_s[2:], strict=False):
            from_s = max(0.5 * (before_s + at_s), at_s - _BEFORE_S)
            inside = np.flatnonzero((times_s >= from_s) & (times_s < after_s))
            early = times_s[inside] < at_s
            if early.any():
                knee.append(np.full(len(inside), len(knee)))
                which.append(inside + axis * len(times_s))
                is_before.append(early)
                axes.append(axis)
    return Knees(
        np.concatenate(which), np.concatenate(knee), np.concatenate(is_before), np.array(axes)
    )

"""What the animal did, from its head's path: speed along its own axis, and reversals.

The head swings across the path while the animal crawls, so velocity is taken from the terminal
bulb, which swings least, over a window of half a second, and along the axis from bulb to nose:
negative is backwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tracker.record.opened import HeadPath
from tracker.record.stretch import stretch

Series = NDArray[np.float64]

_STEP_S, _WINDOW_S = 0.05, 0.5
_REVERSING_UM_S = -40.0
_SHORTEST_S = 0.4  # a shorter spell backwards is the head being pulled in
_NOSE, _BULB = 0, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Behavior:
    """Velocity along the animal's axis at times (n,), NaN where it was not seen; reversals."""

    t_s: Series
    along_um_s: Series
    reversals: Sequence[tuple[float, float]]  # from, to

    @property
    def seen_s(self) -> float:
        """For how long the animal was seen."""
        return _STEP_S * float(np.isfinite(self.along_um_s).sum())

    @property
    def median_forward_um_s(self) -> float:
        """The median of its speed while it went forwards."""
        forwards = self.along_um_s[self.along_um_s > -_REVERSING_UM_S]
        return float(np.median(forwards)) if forwards.size else float("nan")


def behavior_of(path: HeadPath) -> Behavior:
    """Judge a path; a path of less than a second tells nothing."""
    if len(path.t_s) < 2 or path.t_s[-1] - path.t_s[0] < 2.0 * _WINDOW_S:
        return Behavior(t_s=np.empty(0), along_um_s=np.empty(0), reversals=())
    t_s = np.arange(path.t_s[0], path.t_s[-1], _STEP_S)
    bulb_um = stretch(t_s, path.t_s, path.keypoints_um[:, _BULB])
    axis_um = stretch(t_s, path.t_s, path.keypoints_um[:, _NOSE] - path.keypoints_um[:, _BULB])
    half = round(0.5 * _WINDOW_S / _STEP_S)
    moved_um = np.full_like(bulb_um, np.nan)
    moved_um[half:-half] = bulb_um[2 * half :] - bulb_um[: -2 * half]
    axis_um = np.stack([_smooth(axis, 2 * half + 1) for axis in axis_um.T], axis=1)
    length_um = np.hypot(axis_um[:, 0], axis_um[:, 1])
    along_um = (moved_um * axis_um).sum(axis=1) / np.maximum(length_um, 1e-9)
    along_um_s = along_um / (2 * half * _STEP_S)
    return Behavior(t_s=t_s, along_um_s=along_um_s, reversals=_reversals(t_s, along_um_s))


def _smooth(values: Series, width: int) -> Series:
    return np.convolve(values, np.full(width, 1.0 / width), mode="same")


def _reversals(t_s: Series, along_um_s: Series) -> list[tuple[float, float]]:
    is_backwards = np.nan_to_num(along_um_s, nan=0.0) < _REVERSING_UM_S
    edges = np.flatnonzero(np.diff(np.concatenate([[0], is_backwards.astype(np.int8), [0]])))
    spells = [(float(t_s[begin]), float(t_s[end - 1])) for begin, end in edges.reshape(-1, 2)]
    return [spell for spell in spells if spell[1] - spell[0] >= _SHORTEST_S]

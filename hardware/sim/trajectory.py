"""Replay of a measured midline trajectory for ever: copies of it, each joined to the last.

The next copy is turned and moved so that its head region lies where the last one's ended; over
the join one posture passes into the other. A midline is kept as headings and one anchor point,
so that the body keeps its length whatever is blended.
"""

from __future__ import annotations

import math
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hardware.errors import ConfigError
from hardware.sim.anatomy import MIDLINE_POINTS, tracked_head_um
from hardware.sim.scenario import TrajectoryWorm
from hardware.sim.worm import Midline
from hardware.types import Vec2

JOIN_S = 0.5
_SEGMENTS = MIDLINE_POINTS - 1
_ANCHOR_POINT = 6  # about the pharynx: the head's measured path is kept, the tail's follows
_HEAD_SEGMENTS = 16  # whose mean heading the next copy takes over
_MOST_UNEVEN = 0.02  # of the period


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredTrajectory:
    """Midlines (T, 49, 2) in micrometres, nose first, at a steady rate."""

    midlines_um: NDArray[np.float64]
    rate_hz: float

    @property
    def seconds(self) -> float:
        """From the first midline to the last."""
        return (len(self.midlines_um) - 1) / self.rate_hz


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pose:
    """A body: headings (48,) from tail to head, nose first, and where its anchor point lies."""

    heading_rad: NDArray[np.float64]
    anchor_um: Vec2

    def moved(self, turn_rad: float, shift_um: Vec2) -> _Pose:
        return _Pose(
            heading_rad=self.heading_rad + turn_rad,
            anchor_um=_turned(self.anchor_um, turn_rad) + shift_um,
        )


def load_trajectory(path: Path) -> MeasuredTrajectory:
    """Read an .npz with `t` (T,) in seconds and `midline_xy_um` (T, 49, 2).

    Raises:
        ConfigError: there is no such file, or it does not hold that.
    """
    try:
        with np.load(path) as content:
            missing = [key for key in ("t", "midline_xy_um") if key not in content]
            if missing:
                found = ", ".join(sorted(content)) or "nothing"
                raise ConfigError(f"{path}: expected {' and '.join(missing)} in it, got {found}")
            times_s = np.asarray(content["t"], dtype=np.float64)
            midlines_um = np.asarray(content["midline_xy_um"], dtype=np.float64)
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such trajectory file") from None
    except (OSError, ValueError, zipfile.BadZipFile, AttributeError, TypeError):
        raise ConfigError(f"{path}: not an .npz file of numbers; expected a trajectory") from None
    _check(path, times_s, midlines_um)
    rate_hz = (len(times_s) - 1) / float(times_s[-1] - times_s[0])
    return MeasuredTrajectory(midlines_um=midlines_um, rate_hz=rate_hz)


class TrajectoryAnimal:
    """An animal that does what a measured one did, over and over, each time from where it is."""

    def __init__(self, worm: TrajectoryWorm) -> None:
        """Read the trajectory.

        Raises:
            ConfigError: its file is missing, or is none.
        """
        measured = load_trajectory(worm.path)
        self._rate_hz = measured.rate_hz
        self._seconds = measured.seconds
        steps_um = np.diff(measured.midlines_um, axis=1)
        lengths_um = np.hypot(steps_um[..., 0], steps_um[..., 1]).sum(axis=1)
        self._length_um = float(lengths_um.mean())
        self._headings_rad = _headings_rad(measured.midlines_um)
        self._anchors_um = measured.midlines_um[:, _ANCHOR_POINT]
        self._turn_rad, self._shift_um = self._join()
        self._copies = [(0.0, np.zeros(2))]
        self._copies[0] = (0.0, np.array(worm.start_um) - tracked_head_um(self.midline_um(0.0)))

    @property
    def length_um(self) -> float:
        """Nose to tail along the midline, the mean of the measured ones."""
        return self._length_um

    def midline_um(self, t_s: float) -> Midline:
        """Return the midline in plate micrometres; before time 0 the animal stands still."""
        period_s = self._seconds - JOIN_S
        t_s = max(t_s, 0.0)
        copy = int(t_s / period_s)
        since_s = t_s - copy * period_s
        pose = self._measured(since_s).moved(*self._copy(copy))
        if copy > 0 and since_s < JOIN_S:
            last = self._measured(since_s + period_s).moved(*self._copy(copy - 1))
            pose = _blended(last, pose, since_s / JOIN_S)
        return _midline_um(pose, self._length_um)

    def _measured(self, since_s: float) -> _Pose:
        """Return the pose at a time of the recording, smooth between its frames."""
        place = min(since_s * self._rate_hz, len(self._anchors_um) - 1.0)
        before = min(int(place), len(self._anchors_um) - 2)
        frames = np.clip(np.arange(before - 1, before + 3), 0, len(self._anchors_um) - 1)
        weights = _cubic(place - before)
        return _Pose(
            heading_rad=weights @ self._headings_rad[frames],
            anchor_um=weights @ self._anchors_um[frames],
        )

    def _join(self) -> tuple[float, Vec2]:
        """Return how the next copy is turned and moved against the last: met half way."""
        last = self._measured(self._seconds - JOIN_S / 2.0)
        following = self._measured(JOIN_S / 2.0)
        turn_rad = _course_rad(last) - _course_rad(following)
        return turn_rad, last.anchor_um - _turned(following.anchor_um, turn_rad)

    def _copy(self, copy: int) -> tuple[float, Vec2]:
        """Return turn and shift of one copy against the recording's own coordinates."""
        while len(self._copies) <= copy:
            turn_rad, shift_um = self._copies[-1]
            moved_um = _turned(self._shift_um, turn_rad) + shift_um
            self._copies.append((turn_rad + self._turn_rad, moved_um))
        return self._copies[copy]


def _check(path: Path, times_s: NDArray[np.float64], midlines_um: NDArray[np.float64]) -> None:
    expected = (len(times_s) if times_s.ndim == 1 else 0, MIDLINE_POINTS, 2)
    if midlines_um.shape != expected or len(times_s) < 2:
        raise ConfigError(
            f"{path}: expected t (T,) and midline_xy_um (T, {MIDLINE_POINTS}, 2), "
            f"got {times_s.shape} and {midlines_um.shape}"
        )
    if not (np.isfinite(midlines_um).all() and np.isfinite(times_s).all()):
        raise ConfigError(f"{path}: t and midline_xy_um must be numbers throughout: fill the gaps")
    steps_s = np.diff(times_s)
    if steps_s.min() <= 0.0 or np.ptp(steps_s) > _MOST_UNEVEN * steps_s.mean():
        raise ConfigError(f"{path}: t must rise in equal steps: sample the trajectory evenly")
    if times_s[-1] - times_s[0] < 4.0 * JOIN_S:
        raise ConfigError(f"{path}: shorter than {4.0 * JOIN_S} s: too short to be chained")


def _headings_rad(midlines_um: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the headings of all segments, (T, 48), unbroken along the body and in time."""
    forward_um = -np.diff(midlines_um, axis=1)
    heading_rad = np.unwrap(np.arctan2(forward_um[..., 1], forward_um[..., 0]), axis=1)
    turns = np.unwrap(heading_rad[:, 0]) - heading_rad[:, 0]
    return heading_rad + turns[:, None]


def _cubic(share: float) -> NDArray[np.float64]:
    """Return the weights of four frames for a place between the middle two (Catmull-Rom)."""
    square, cube = share * share, share * share * share
    return 0.5 * np.array(
        [
            -cube + 2.0 * square - share,
            3.0 * cube - 5.0 * square + 2.0,
            -3.0 * cube + 4.0 * square + share,
            cube - square,
        ]
    )


def _course_rad(pose: _Pose) -> float:
    head_rad = pose.heading_rad[:_HEAD_SEGMENTS]
    return math.atan2(float(np.sin(head_rad).sum()), float(np.cos(head_rad).sum()))


def _blended(last: _Pose, following: _Pose, share: float) -> _Pose:
    weight = share * share * share * (share * (6.0 * share - 15.0) + 10.0)
    apart_rad = following.heading_rad - last.heading_rad
    apart_rad = apart_rad - 2.0 * math.pi * np.round(apart_rad[:_HEAD_SEGMENTS].mean() / math.tau)
    return _Pose(
        heading_rad=last.heading_rad + weight * apart_rad,
        anchor_um=last.anchor_um + weight * (following.anchor_um - last.anchor_um),
    )


def _midline_um(pose: _Pose, length_um: float) -> Midline:
    steps_um = np.zeros((MIDLINE_POINTS, 2))
    steps_um[1:, 0], steps_um[1:, 1] = np.cos(pose.heading_rad), np.sin(pose.heading_rad)
    midline_um = np.cumsum(steps_um, axis=0) * (-length_um / _SEGMENTS)
    return midline_um + (pose.anchor_um - midline_um[_ANCHOR_POINT])


def _turned(place_um: Vec2, turn_rad: float) -> Vec2:
    cos, sin = math.cos(turn_rad), math.sin(turn_rad)
    return np.array([cos * place_um[0] - sin * place_um[1], sin * place_um[0] + cos * place_um[1]])

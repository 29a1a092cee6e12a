"""Which volume and plane a neural frame is of: from the piezo's trace, or from the trigger's count.

Planes count from the lowest z of a volume, whichever way it was scanned; a frame taken while the
piezo flies back belongs to no volume (-1).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tracker.errors import CalibrationError, UsageError

Numbers = NDArray[np.int64]

_FLIES = 2.5  # times as fast one way as the other: a saw tooth, whose fast way is no scan
_FAINT = 0.25  # of the usual step: shorter ones say nothing about the way
_FEWEST_FRAMES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Volumes:
    """Of every neural frame (n,): volume, plane (-1: none), z (NaN: not known), direction.

    `direction` is +1 where z grows, -1 where it falls, 0 where that is not known.
    """

    volume: Numbers
    plane: Numbers
    z_um: NDArray[np.float64]
    direction: Numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """How a trigger walks: through `planes`, then `flyback` frames that nobody keeps."""

    planes: int
    flyback: int = 0
    is_bidirectional: bool = False
    step_um: float = float("nan")


def volumes_from_pattern(count: int, pattern: Pattern) -> Volumes:
    """Number `count` frames that begin with the first plane of a volume.

    Raises:
        UsageError: the pattern is not one.
    """
    if pattern.planes < 1 or pattern.flyback < 0:
        raise UsageError(
            f"{pattern.planes} planes and {pattern.flyback} of flyback: expected 1 or more planes "
            "and 0 or more of flyback"
        )
    frame = np.arange(count)
    cycle, step = np.divmod(frame, pattern.planes + pattern.flyback)
    is_kept = step < pattern.planes
    is_down = np.asarray((cycle % 2 == 1) & pattern.is_bidirectional)
    plane = np.where(is_down, pattern.planes - 1 - step, step)
    return Volumes(
        volume=np.where(is_kept, cycle, -1),
        plane=np.where(is_kept, plane, -1),
        z_um=np.where(is_kept, plane * pattern.step_um, np.nan),
        direction=np.where(is_kept, np.where(is_down, -1, 1), 0),
    )


def volumes_from_piezo(
    frames_s: NDArray[np.float64], piezo_s: NDArray[np.float64], z_um: NDArray[np.float64]
) -> Volumes:
    """Number frames at times (n,) by the piezo's z (m,) at times (m,), both of one clock.

    A stroke is a run of frames between which z goes one way. Where one way goes in much longer
    steps than the other it is the flyback; else both ways are scans.

    Raises:
        CalibrationError: the trace does not cover the frames, or does not move.
    """
    if len(frames_s) < _FEWEST_FRAMES:
        raise CalibrationError(f"{len(frames_s)} neural frames: too few to tell volumes")
    if not len(piezo_s) or frames_s[0] < piezo_s[0] or frames_s[-1] > piezo_s[-1]:
        raise CalibrationError("the piezo's trace does not cover all neural frames")
    z_of_frames = np.interp(frames_s, piezo_s, z_um)
    steps_um = np.diff(z_of_frames)
    if not np.median(np.abs(steps_um)) > 0.0:
        raise CalibrationError("the piezo's trace does not move: is it its column?")
    way = _ways(steps_um)
    # A flyback may fall between two frames of the same way: their step then goes the other one.
    is_turn = (way[1:] != way[:-1]) | _is_against(steps_um, way[:-1])
    stroke = np.concatenate([[0], np.cumsum(is_turn)])
    is_scan = _is_scan(way, steps_um, is_turn)
    volume = np.full(len(way), -1, np.int64)
    volume[is_scan] = np.unique(stroke[is_scan], return_inverse=True)[1]
    return Volumes(
        volume=volume,
        plane=_planes(volume, z_of_frames),
        z_um=z_of_frames,
        direction=np.where(is_scan, way, 0),
    )


def _ways(steps_um: NDArray[np.float64]) -> Numbers:
    """Return which way z goes at every frame: where its two steps differ, the shorter one's.

    So the first and the last frame of a saw tooth belong to the scan and not to the flyback. A
    step of next to nothing, as at the turn of a triangle, has no say.
    """
    before, after = np.append(steps_um[0], steps_um), np.append(steps_um, steps_um[-1])
    least = _FAINT * float(np.median(np.abs(steps_um)))
    takes_after = (np.abs(after) < np.abs(before)) & (np.abs(after) >= least)
    takes_after |= np.abs(before) < least
    return np.where(np.where(takes_after, after, before) >= 0.0, 1, -1)


def _is_against(steps_um: NDArray[np.float64], way: Numbers) -> NDArray[np.bool_]:
    least = _FAINT * float(np.median(np.abs(steps_um)))
    return np.asarray(way * steps_um < -least)


def _is_scan(
    way: Numbers, steps_um: NDArray[np.float64], is_turn: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    lengths = [np.abs(steps_um[(way[:-1] == sign) & ~is_turn]) for sign in (1, -1)]
    up, down = (float(np.median(each)) if len(each) else np.inf for each in lengths)
    if max(up, down) <= _FLIES * min(up, down):
        return np.ones(len(way), bool)
    return np.asarray(way == (1 if up < down else -1))


def _planes(volume: Numbers, z_um: NDArray[np.float64]) -> Numbers:
    plane = np.full(len(volume), -1, np.int64)
    kept = np.flatnonzero(volume >= 0)
    order = kept[np.lexsort((z_um[kept], volume[kept]))]
    _, firsts, counts = np.unique(volume[order], return_index=True, return_counts=True)
    plane[order] = np.arange(len(order)) - np.repeat(firsts, counts)
    return plane

"""Which exposure each edge of the camera's line belongs to, and the clock that follows from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tracker.errors import CalibrationError
from tracker.sync.clock_fit import ClockFit, fit_clock
from tracker.sync.edges import Train

Times = NDArray[np.float64]
Numbers = NDArray[np.int64]

_PACE_ALIKE = 0.02
_MOST_TRIED = 4000
_CLEARLY = 0.5  # the best offset must leave less than this much of what the next best leaves
_FEWEST = 10
_ODD = 3.0  # edges or frames left alone that chance or one late start does not explain
_SOME = 1000  # pairs are enough to tell one offset from the next


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """Edges and frames that are the same exposures.

    `first_number` is the frame number of the first edge. `frames_without_edge` and
    `edges_without_frame` are frame numbers within the stretch that both cover.
    """

    first_number: int
    clock: ClockFit
    matched: int
    frames_without_edge: Numbers
    edges_without_frame: Numbers


def match_frames(
    train: Train, frame_numbers: Numbers, starts_s: Times, *, first_number: int | None = None
) -> Matching:
    """Match a train to frames: their numbers (n,) and the host's times of their exposures' starts.

    Without `first_number` the offset is the one that leaves no edge and no frame alone, or, where
    several do, the one under which the edges' own irregularities are the frames'.

    Raises:
        CalibrationError: their paces differ, or nothing tells one offset from the next.
    """
    pace_s = _pace_s(frame_numbers, starts_s)
    if abs(train.period_s / pace_s - 1.0) > _PACE_ALIKE:
        raise CalibrationError(
            f"the edges come every {1e3 * train.period_s:.3f} ms, the frames every "
            f"{1e3 * pace_s:.3f} ms: is it the tracking camera's line?"
        )
    if first_number is None:
        first_number = _find_offset(train, frame_numbers, starts_s)
    edges_at, frames_at = _pairs(train, frame_numbers, first_number)
    if len(edges_at) < _FEWEST:
        raise CalibrationError(
            f"only {len(edges_at)} frames have an edge when the first edge is exposure "
            f"{first_number}: the recording holds {frame_numbers.min()} to {frame_numbers.max()}"
        )
    numbers = train.numbers[train.numbers >= 0] + first_number
    return Matching(
        first_number=first_number,
        clock=fit_clock(train.t_s[edges_at], starts_s[frames_at]),
        matched=len(edges_at),
        frames_without_edge=np.setdiff1d(frame_numbers, numbers),
        edges_without_frame=_inside(np.setdiff1d(numbers, frame_numbers), frame_numbers),
    )


def number_by_time(train: Train, host_s: Times, frame_numbers: Numbers, starts_s: Times) -> int:
    """Return the frame number of the first edge, where the edges' own times (n,) on the host are.

    Raises:
        CalibrationError: the frames are too few.
    """
    pace_s = _pace_s(frame_numbers, starts_s)
    is_numbered = train.numbers >= 0
    ahead = (host_s[is_numbered] - starts_s[0]) / pace_s - train.numbers[is_numbered]
    return int(frame_numbers[0]) + round(float(np.median(ahead)))


def _inside(numbers: Numbers, frame_numbers: Numbers) -> Numbers:
    return numbers[(numbers > frame_numbers.min()) & (numbers < frame_numbers.max())]


def _pace_s(frame_numbers: Numbers, starts_s: Times) -> float:
    if len(frame_numbers) < _FEWEST:
        raise CalibrationError(f"{len(frame_numbers)} frames: too few to match edges to")
    return fit_clock(frame_numbers.astype(np.float64), starts_s).rate


def _pairs(train: Train, frame_numbers: Numbers, first_number: int) -> tuple[Numbers, Numbers]:
    _, edges_at, frames_at = np.intersect1d(
        np.where(train.numbers >= 0, train.numbers + first_number, np.iinfo(np.int64).min),
        frame_numbers,
        return_indices=True,
    )
    return edges_at, frames_at


def _find_offset(train: Train, frame_numbers: Numbers, starts_s: Times) -> int:
    offsets, alone = _left_alone(train, frame_numbers)
    best = offsets[alone < alone.min() + _ODD]
    first = int(frame_numbers.min())
    # As many exposures as frames, gaps counted: the camera ran only while it was recorded.
    is_whole = train.count == int(frame_numbers.max()) - first + 1 and first in best
    if len(best) == 1 or is_whole:
        return first if is_whole else int(best[0])
    if len(best) <= _MOST_TRIED:
        left_s = np.array([_scatter_s(train, frame_numbers, starts_s, int(k)) for k in best])
        least, next_least = np.argsort(left_s, kind="stable")[:2]
        if left_s[least] < _CLEARLY * left_s[next_least]:
            return int(best[least])
    raise CalibrationError(
        f"{len(train.t_s)} edges fit {len(frame_numbers)} frames in {len(best)} ways: say which "
        "exposure the first edge is (--first-edge 0 where they were logged since before the "
        "session began)"
    )


def _left_alone(train: Train, frame_numbers: Numbers) -> tuple[Numbers, Times]:
    """Count, for every offset, frames without an edge and edges among them without a frame."""
    first = int(frame_numbers.min())
    is_frame = np.zeros(int(frame_numbers.max()) - first + 1)
    is_frame[frame_numbers - first] = 1.0
    is_edge = np.zeros(train.count)
    is_edge[train.numbers[train.numbers >= 0]] = 1.0
    # Correlation by Fourier transform: hours of edges have too many offsets to count one by one.
    size = len(is_frame) + len(is_edge)
    spectrum = np.fft.rfft(is_frame, size) * np.conj(np.fft.rfft(is_edge, size))
    steps = np.arange(1 - len(is_edge), len(is_frame))
    both = np.rint(np.fft.irfft(spectrum, size)[steps % size])
    before = np.concatenate([[0.0], np.cumsum(is_edge)])
    starts, ends = np.clip([-steps, len(is_frame) - steps], 0, len(is_edge))
    alone = len(frame_numbers) - both + (before[ends] - before[starts]) - both
    return steps + first, alone


def _scatter_s(train: Train, frame_numbers: Numbers, starts_s: Times, first_number: int) -> float:
    edges_at, frames_at = _pairs(train, frame_numbers, first_number)
    some = np.linspace(0, len(edges_at) - 1, min(_SOME, len(edges_at))).astype(np.int64)
    along, across = train.t_s[edges_at[some]], starts_s[frames_at[some]]
    along, across = along - along.mean(), across - across.mean()
    off = across - (along @ across / (along @ along)) * along
    return float(np.median(np.abs(off - np.median(off))))

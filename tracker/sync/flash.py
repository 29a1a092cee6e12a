"""Light flashes that two recordings saw, where nobody counted edges.

A flash is a short rise of the mean brightness. Its time is the centre of its light, so that a
flash over several frames is placed to better than a frame. The two recordings' flashes are paired
by the pattern of the gaps between them: flash at uneven intervals.
"""

from __future__ import annotations

import csv
import itertools
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tracker.errors import CalibrationError, UsageError
from tracker.sync.clock_fit import ClockFit, fit_clock

Series = NDArray[np.float64]

_SIGMAS, _SIGMA_PER_MAD = 8.0, 1.4826
_OF_BRIGHTEST = 0.3
_WITHIN_FRAMES = 1.0  # of the slower recording: flashes further apart are not the same


@dataclass(frozen=True, slots=True, kw_only=True)
class FlashMatch:
    """Pairs of flashes (host's time, neural frame), and neural frame number to host time."""

    host_s: Series
    neural_frames: Series
    clock: ClockFit
    unpaired: int


def find_flashes(times: Series, brightness: Series) -> Series:
    """Return the centres of the flashes in a mean brightness (n,) at `times` (n,), any unit.

    >>> find_flashes(np.arange(9.0), np.array([1, 1, 1, 9, 9, 1, 1, 1, 1.0]))
    array([3.5])
    """
    resting = float(np.median(brightness))
    above = brightness - resting
    noise = _SIGMA_PER_MAD * float(np.median(np.abs(above)))
    is_bright = above > max(_SIGMAS * noise, _OF_BRIGHTEST * float(above.max()), 1e-9)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], is_bright.astype(np.int8), [0]])))
    centres: list[float] = []
    for begin, end in edges.reshape(-1, 2):
        # One frame to either side: the flash may have begun or ended within it.
        around = slice(max(0, begin - 1), min(len(times), end + 1))
        light = np.clip(above[around], 0.0, None)
        centres.append(float(light @ times[around] / light.sum()))
    return np.array(centres)


def match_flashes(
    host_s: Series, neural_frames: Series, *, frame_s: float, neural_hz: float | None
) -> FlashMatch:
    """Pair flashes at the host's times (n,) with those at neural frame numbers (m,).

    `frame_s` is the tracking camera's period. `neural_hz` is needed where there is one flash only.

    Raises:
        CalibrationError: there are too few, or their patterns do not agree.
    """
    if len(host_s) == 0 or len(neural_frames) == 0:
        raise CalibrationError(
            f"{len(host_s)} flashes in the tracking recording, {len(neural_frames)} in the neural "
            "one: at least one in both is needed"
        )
    if neural_hz is None and min(len(host_s), len(neural_frames)) < 2:
        raise CalibrationError(
            "a single flash gives the shift but not the pace: say --neural-hz, or flash twice"
        )
    rate_s, shift_s = _best_line(host_s, neural_frames, frame_s, neural_hz)
    within_s = _WITHIN_FRAMES * max(frame_s, rate_s)
    at = rate_s * neural_frames + shift_s
    nearest = np.argmin(np.abs(at[:, None] - host_s), axis=1)
    is_pair = np.abs(at - host_s[nearest]) <= within_s
    paired, frames = host_s[nearest[is_pair]], neural_frames[is_pair]
    if len(paired) > 1:
        clock = fit_clock(frames, paired)
    else:
        clock = ClockFit(
            device_s=float(frames[0]), host_s=float(paired[0]), rate=rate_s,
            residual_s=float("nan"), worst_s=float("nan"), is_used=np.ones(1, bool),
            pairs_s=np.array([[frames[0], paired[0]]]),
        )  # fmt: skip
    unpaired = len(host_s) + len(neural_frames) - 2 * len(paired)
    if unpaired > len(paired):
        raise CalibrationError(
            f"only {len(paired)} of {len(host_s)} and {len(neural_frames)} flashes agree: are both "
            "recordings of the same session?"
        )
    return FlashMatch(host_s=paired, neural_frames=frames, clock=clock, unpaired=unpaired)


def _best_line(
    host_s: Series, neural_frames: Series, frame_s: float, neural_hz: float | None
) -> tuple[float, float]:
    """Try every two pairs, or one with a known pace; keep what brings the most together."""
    lines = (
        [
            (1.0 / neural_hz, float(host - frame / neural_hz))
            for host, frame in itertools.product(host_s, neural_frames)
        ]
        if neural_hz is not None
        else [
            (float(rate), float(early - rate * first))
            for early, late in itertools.combinations(host_s, 2)
            for first, last in itertools.combinations(neural_frames, 2)
            if (rate := (late - early) / (last - first)) > 0.0
        ]
    )

    def judge(line: tuple[float, float]) -> tuple[int, float]:
        off_s = np.abs(line[0] * neural_frames[:, None] + line[1] - host_s).min(axis=1)
        is_near = off_s <= _WITHIN_FRAMES * max(frame_s, line[0])
        return int(is_near.sum()), -float(off_s[is_near].sum())

    return max(lines, key=judge)


def read_brightness(path: Path) -> Series:
    """Read the mean brightness of every neural frame, the last column of a CSV file.

    So reads what ImageJ saves of `Plot Z-axis Profile` (frame, mean), and a plain column.

    Raises:
        UsageError: it cannot be read, or holds no numbers.
    """
    try:
        rows = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not text"
        raise UsageError(f"{path}: cannot be read: {why}") from error
    values: list[float] = []
    for at, row in enumerate(rows):
        try:
            values.append(float(row[-1]))
        except (ValueError, IndexError):
            if at and row:
                raise UsageError(f"{path}: line {at + 1}: expected a number, got {row}") from None
    if len(values) < 3:
        raise UsageError(f"{path}: {len(values)} frames: expected a row a frame, brightness last")
    return np.array(values)

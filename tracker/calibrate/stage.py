"""The stage's calibration: a small pattern of places, and the matrix that pictures there give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hardware.types import Vec2
from tracker.calibrate.backdrop import Picture, backdrop, mean_picture, sample_alone
from tracker.calibrate.drive import Drive
from tracker.calibrate.matrix import MatrixFit, fit_matrix
from tracker.calibrate.shift import CLEAR_PROMINENCE, image_shift
from tracker.errors import CalibrationError

# In units of the pattern's half size: near places first, so that a fit is found even where the
# far ones leave too little of the picture in common. Each is a place of its own: what stands
# still in the picture is told from the sample by that.
PATTERN = (
    (0.0, 0.0), (0.3, 0.05), (0.6, 0.55), (1.0, 0.9), (0.1, 1.0), (-0.05, 0.35), (-0.9, 0.95),
    (-1.0, 0.15), (-0.35, -0.1), (-0.6, -0.65), (-0.95, -1.0), (-0.15, -0.3), (0.05, -0.95),
    (0.95, -0.85),
)  # fmt: skip
_NEIGHBOURS = (1, 3)  # each place is compared with so many places later, and with the first
_FEWEST_CLEAR = 0.6
_LEAST_MOVED = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where the stage stood, and the mean picture there."""

    places_um: Sequence[Vec2]
    pictures: Sequence[Picture]


def visit(drive: Drive, *, size_um: float, frames: int) -> Places:
    """Drive the pattern, `size_um` across, take pictures at each place, and go back.

    Raises:
        UsageError: the pattern would leave the limits.
        CalibrationError: the stage does not go where it is told.
    """
    half_um = size_um / 2.0
    drive.check_room(half_um)
    places_um: list[Vec2] = []
    pictures: list[Picture] = []
    for step, place in enumerate(PATTERN, start=1):
        drive.tell(f"place {step} of {len(PATTERN)}")
        drive.go(drive.start_um + half_um * np.array(place))
        standing = drive.look(frames)
        places_um.append(standing.place_um)
        pictures.append(mean_picture(standing.images))
    drive.go(drive.start_um)
    return Places(places_um=places_um, pictures=pictures)


def matrix_from(places: Places, *, size_um: float) -> MatrixFit:
    """Return the matrix that pictures at known places give.

    Raises:
        CalibrationError: they give none that can be trusted; the message says why.
    """
    where_um = np.array(places.places_um)
    _check_moved(where_um, size_um)
    still = backdrop(places.pictures)
    samples = [sample_alone(picture, still) for picture in places.pictures]
    moves: list[Vec2] = []
    shifts: list[Vec2] = []
    pairs = _pairs(len(samples))
    for first, second in pairs:
        shift = image_shift(samples[first], samples[second])
        if shift.prominence >= CLEAR_PROMINENCE:
            moves.append(where_um[second] - where_um[first])
            shifts.append(shift.shift_px)
    if len(shifts) < _FEWEST_CLEAR * len(pairs):
        raise CalibrationError(
            f"only {len(shifts)} of {len(pairs)} pairs of pictures have a clear shift: the sample "
            "has too little texture or is out of focus, the moves are too large for the picture "
            "(a smaller --size), or an animal crawls through it"
        )
    return fit_matrix(np.array(moves), np.array(shifts))


def _pairs(count: int) -> list[tuple[int, int]]:
    """Return which pictures are compared, each pair once."""
    pairs = {(0, later) for later in range(1, count)}
    pairs |= {(place, place + step) for step in _NEIGHBOURS for place in range(count - step)}
    return sorted(pairs)


def _check_moved(places_um: Vec2, size_um: float) -> None:
    spread_um = np.ptp(places_um, axis=0)
    for axis, moved_um in zip("xy", spread_um.tolist(), strict=True):
        if moved_um < _LEAST_MOVED * size_um:
            raise CalibrationError(
                f"the stage moved {moved_um:.1f} um along {axis} and should have moved "
                f"{size_um:.0f}: is that axis held or switched off?"
            )

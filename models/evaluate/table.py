"""Raw predictions as a table: a row a picture, or a row a candidate.

Columns: file, frame, present, then for nose, metacorpus and terminal_bulb each NAME_x_px,
NAME_y_px, NAME_confidence and NAME_expected_error_px; linked ones also have `track` in front of
`present`. A picture without a head has a row that says so and is otherwise empty.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TextIO

from models.detection import KEYPOINTS, Candidate

_POINT_FIELDS = ("x_px", "y_px", "confidence", "expected_error_px")


@dataclass(frozen=True, slots=True)
class Found:
    """What was found in a picture, surest first; `tracks` are their numbers, where linked."""

    file: str
    index: int
    candidates: Sequence[Candidate]
    tracks: Sequence[int] | None = None


def columns(*, is_linked: bool) -> list[str]:
    """Return the names of the columns."""
    points = [f"{name}_{field}" for name in KEYPOINTS for field in _POINT_FIELDS]
    return ["file", "frame", *(["track"] if is_linked else []), "present", *points]


class TableWriter:
    """Writes rows as they come, so that what an interrupted run found is kept."""

    def __init__(self, stream: TextIO, *, is_linked: bool = False) -> None:
        self._rows = csv.writer(stream, lineterminator="\n")
        self._rows.writerow(columns(is_linked=is_linked))

    def write(self, found: Found) -> None:
        """Write a row for each candidate, or one that says that there is none."""
        tracks = [] if found.tracks is None else [""]
        if not found.candidates:
            empty = [""] * (len(KEYPOINTS) * len(_POINT_FIELDS))
            self._rows.writerow([found.file, found.index, *tracks, "no", *empty])
        for place, candidate in enumerate(found.candidates):
            tracks = [] if found.tracks is None else [found.tracks[place]]
            self._rows.writerow([found.file, found.index, *tracks, "yes", *_numbers(candidate)])


def _numbers(candidate: Candidate) -> list[str]:
    said: list[str] = []
    for place in range(len(KEYPOINTS)):
        x_px, y_px = candidate.keypoints_px[place]
        error_px = candidate.expected_errors_px[place]
        said += [f"{x_px:.3f}", f"{y_px:.3f}", f"{candidate.confidences[place]:.4f}"]
        said.append("" if math.isnan(error_px) else f"{error_px:.3f}")
    return said

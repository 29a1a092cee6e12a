"""Where the head is in a recorded video, from its labels, as a function of the world's time.

The middle of every frame lies at the plate's origin, its pixels `um_per_px` apart, x right and
y down, as the stage's axes run. The video plays to its end and then back again, so that the
animal never jumps. A labels.csv has one row a frame, in the order of the frames, with the
columns `nose_x, nose_y, pharynx_x, pharynx_y` (px), `width`, `height` and `head_valid`.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hardware.errors import ConfigError
from hardware.sim.anatomy import HEAD, KEYPOINT_FRACTIONS
from hardware.types import Vec2

PHARYNX = 0.125  # where on the body the labels' pharynx is
_COLUMNS = ("width", "height", "head_valid", "nose_x", "nose_y", "pharynx_x", "pharynx_y")


class VideoTrack:
    """The labelled head of a recorded animal."""

    def __init__(self, labels: Path, *, um_per_px: float, rate_hz: float) -> None:
        """Read the labels.

        Raises:
            ConfigError: there are none, or their columns are not those of a labels.csv.
        """
        self._rate_hz = rate_hz
        self._ends_um = _read_ends_px(labels) * um_per_px

    @property
    def frames(self) -> int:
        """How many frames are labelled, found or not."""
        return len(self._ends_um)

    def frame_place(self, t_s: float) -> float:
        """Return which frame is shown, as a real number: 3.5 is half way from 3 to 4."""
        last = max(self.frames - 1, 1)
        played = (t_s * self._rate_hz) % (2.0 * last)
        return min(played, 2.0 * last - played, float(self.frames - 1))

    def keypoints_um(self, t_s: float) -> NDArray[np.float64]:
        """Return nose, metacorpus and terminal bulb, (3, 2); NaN where nobody labelled them."""
        nose_um, pharynx_um = self._ends(t_s)
        return np.array(
            [nose_um + at / PHARYNX * (pharynx_um - nose_um) for at in KEYPOINT_FRACTIONS]
        )

    def head_um(self, t_s: float) -> Vec2:
        """Return the tracked point between nose and pharynx; NaN where nobody labelled it."""
        nose_um, pharynx_um = self._ends(t_s)
        return nose_um + HEAD / PHARYNX * (pharynx_um - nose_um)

    def _ends(self, t_s: float) -> NDArray[np.float64]:
        place = self.frame_place(t_s)
        before = int(place)
        weight = place - before
        if weight == 0.0:
            return self._ends_um[before]
        return (1.0 - weight) * self._ends_um[before] + weight * self._ends_um[before + 1]


def _read_ends_px(labels: Path) -> NDArray[np.float64]:
    """Return nose and pharynx of each frame about the frame's middle, (N, 2, 2), NaN unseen."""
    try:
        with labels.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
    except OSError as error:
        raise ConfigError(f"{labels}: the labels cannot be read: {error.strerror}") from None
    if not rows:
        raise ConfigError(f"{labels}: no labels in it; expected one row a frame")
    missing = [name for name in _COLUMNS if name not in rows[0]]
    if missing:
        raise ConfigError(f"{labels}: expected the columns {', '.join(missing)}, not found")
    ends_px = np.full((len(rows), 2, 2), np.nan)
    for frame, row in enumerate(rows):
        if row["head_valid"] != "1":
            continue
        try:
            middle_px = (np.array([float(row["width"]), float(row["height"])]) - 1.0) / 2.0
            for end, name in enumerate(("nose", "pharynx")):
                ends_px[frame, end] = float(row[f"{name}_x"]), float(row[f"{name}_y"])
            ends_px[frame] -= middle_px
        except ValueError:
            raise ConfigError(f"{labels}: row {frame + 2} holds something not a number") from None
    return ends_px

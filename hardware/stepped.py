"""What a rig can do that lives in stepped time: one process, no port, no sleeping."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from hardware.focus import Focus, FocusLimits
from hardware.stage import Stage
from hardware.types import Calibration, GreyImage, Vec2


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """One picture of the camera: mid-exposure, and when it would be in our hands, if ever."""

    index: int
    t_s: float
    received_s: float
    is_dropped: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Glimpse:
    """One end of an animal, or a speck taken for one: `keypoints_px` (3, 2), nose first."""

    keypoints_px: NDArray[np.float64]
    confidences: NDArray[np.float64]
    confidence: float


class SteppedRig(Protocol):
    """Camera, stage and truth of one world; whoever holds it moves the clock."""

    @property
    def stage(self) -> Stage:
        """The stage, for the guard alone."""
        ...

    @property
    def period_s(self) -> float:
        """Seconds between exposures."""
        ...

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of a frame."""
        ...

    @property
    def believed_calibration(self) -> Calibration:
        """What the lab has measured."""
        ...

    def exposure(self, index: int) -> Exposure:
        """Return when a picture is taken, and when it comes."""
        ...

    def look(self, exposure: Exposure) -> Sequence[Glimpse]:
        """Return what an eye that knows the truth sees in a picture, surest first."""
        ...

    def picture(self, exposure: Exposure) -> GreyImage:
        """Render the picture itself."""
        ...

    def head_um(self, t_s: float) -> Vec2:
        """Return where the tracked head really is; NaN where nobody knows."""
        ...

    def stage_um(self, t_s: float) -> Vec2:
        """Return where the stage really is, up to a second before the clock."""
        ...

    def focus(self, limits: FocusLimits) -> Focus:
        """Return the focus drive, for its guard alone."""
        ...

    def defocus_um(self, t_s: float) -> float:
        """Return how far the agar at the field's centre is off the plane in focus."""
        ...

    def is_blind(self, t_s: float) -> bool:
        """Say whether a fault hides the head."""
        ...

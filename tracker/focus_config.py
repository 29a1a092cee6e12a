"""The section `focus` of config.yaml: what the drive is to do. Its limits are `rig.focus`'s."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal, TypeAlias

from pydantic import NonNegativeFloat, PositiveFloat, ValidationInfo, field_validator

from hardware.strict_yaml import Section

Point: TypeAlias = tuple[float, float, float]  # x and y of the stage, z of the drive


class MarkedPoints(Section):
    """Points that were marked in focus; `wormlock calibrate plane` writes them."""

    points_um: tuple[Point, ...]
    measured_on: date | None = None


class FocusPlaneFile(Section):
    """The content of a file of such points."""

    focus_plane: MarkedPoints


class FocusConfig(Section):
    """Whether the agar's tilt is followed, and how far a key moves the focus."""

    follow: Literal["none", "plane"] = "none"
    # Points in focus. None, and no file: those that are marked in the session, by f.
    points_um: tuple[Point, ...] | None = None
    file: Path | None = None  # instead of points_um; a relative one starts at the config's folder
    most_residual_um: PositiveFloat = 5.0  # so far may a point lie off the plane
    deadband_um: NonNegativeFloat = 1.0  # less than that the drive is not moved for
    jog_um: PositiveFloat = 5.0  # by PageUp and PageDown

    @field_validator("file")
    @classmethod
    def _is_not_said_twice(cls, file: Path | None, told: ValidationInfo) -> Path | None:
        if file is not None and told.data.get("points_um") is not None:
            raise ValueError("focus.points_um tells them already: leave one of the two out")
        return file

    @property
    def points(self) -> tuple[Point, ...]:
        """The points in focus; empty where they are to be marked."""
        return self.points_um or ()

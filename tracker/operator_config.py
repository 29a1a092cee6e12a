"""What config.yaml says about the operator's part: nudges of the field, and what is watched."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import Field

from hardware.config import Section
from hardware.lines_config import LineName


class NudgeConfig(Section):
    """How far a key moves the confocal's field, and whether the calibration learns of it.

    `on_request`: when s is pressed; `at_end`: at the session's end too.
    """

    step_um: float = Field(default=5.0, gt=0.0, le=50.0)
    save: Literal["never", "on_request", "at_end"] = "on_request"


class ArmConfig(Section):
    """How the confocal's first and last edge start and stop a recording.

    An armed session records from `before_s` before the first edge of a train on, until none has
    come for `quiet_s`. Two edges make a train: one alone is a spike.
    """

    line: LineName  # one of rig.lines
    before_s: Annotated[float, Field(ge=0.0, le=120.0)] = 0.5
    quiet_s: Annotated[float, Field(ge=0.05, le=60.0)] = 1.0
    at_start: bool = False  # a session begins armed
    again: bool = False  # stays armed after a recording


_Watched = Annotated[float, Field(gt=0.0, allow_inf_nan=False)] | None


class DriftConfig(Section):
    """From where on the operator is told that the calibration no longer holds; None: never."""

    matrix_fraction: _Watched = 0.03  # of a move of the stage
    delay_s: _Watched = 0.010

    @property
    def is_watched(self) -> bool:
        """Whether anything is."""
        return self.matrix_fraction is not None or self.delay_s is not None

    def limits(self) -> tuple[float, float]:
        """Return both, infinite where nothing is told."""
        most = math.inf
        return self.matrix_fraction or most, self.delay_s or most

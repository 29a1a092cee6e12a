"""The file that learns where the operator has moved the confocal's field."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from hardware.types import Calibration, Vec2
from tracker.config import Config, MeasuredCalibration
from tracker.geometry import nudged

CALIBRATION_FILE = "calibration.yaml"  # in the session's folder, where config.yaml names none


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldFile:
    """Where a moved field is saved; `is_used` where config.yaml names that file."""

    path: Path
    is_used: bool


def moved_section(config: Config, calibration: Calibration, nudge_um: Vec2) -> str:
    """Return the calibration with its field moved, as the text of a file of its own."""
    from tracker.calibrate.sections import as_measured, as_yaml

    today = date.today()
    known = config.calibration
    if not isinstance(known, MeasuredCalibration):
        known = as_measured(calibration, today=today)
    x_px, y_px = nudged(calibration, nudge_um).target_px.tolist()
    target_px = (round(x_px, 3), round(y_px, 3))
    moved = known.model_copy(update={"target_px": target_px, "field_measured_on": today})
    return as_yaml({"calibration": moved.model_dump()})

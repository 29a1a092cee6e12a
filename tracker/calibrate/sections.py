"""What was measured, as sections of config.yaml and as files of their own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TypeAlias

import numpy as np
import yaml
from numpy.typing import NDArray

from hardware.types import Calibration, Matrix2
from tracker.calibrate.field import FieldFit
from tracker.calibrate.matrix import MatrixFit
from tracker.config import MeasuredCalibration, MeasuredWith
from tracker.errors import UsageError

Words: TypeAlias = Mapping[str, object]

_Pair: TypeAlias = tuple[float, float]


def with_matrix(
    known: Calibration, fit: MatrixFit, *, today: date, measured_with: MeasuredWith
) -> MeasuredCalibration:
    """Put a new matrix into what is known; the confocal's field stays where it was."""
    return MeasuredCalibration(
        kind="measured",
        stage_from_image_um_per_px=_rows(fit.stage_from_image_um_per_px),
        target_px=_pair(known.target_px, 2),
        field_size_um=_pair(known.field_size_um, 1),
        field_rotation_deg=round(float(np.degrees(known.field_rotation_rad)), 3),
        measured_on=today,
        residual_um=round(fit.residual_um, 4),
        measured_with=measured_with,
    )


def with_field(known: MeasuredCalibration, fit: FieldFit, *, today: date) -> MeasuredCalibration:
    """Put a new field into what is known; the matrix stays."""
    return known.model_copy(
        update={
            "target_px": _pair(fit.target_px, 2),
            "field_size_um": _pair(fit.size_um, 1),
            "field_rotation_deg": round(float(np.degrees(fit.rotation_rad)), 3),
            "field_measured_on": today,
            "field_residual_um": round(fit.residual_um, 4),
        }
    )


def as_measured(known: Calibration, *, today: date) -> MeasuredCalibration:
    """Write out a calibration that a scenario gave, as if it had been measured today."""
    return MeasuredCalibration(
        kind="measured",
        stage_from_image_um_per_px=_rows(known.stage_from_image_um_per_px),
        target_px=_pair(known.target_px, 2),
        field_size_um=_pair(known.field_size_um, 1),
        field_rotation_deg=round(float(np.degrees(known.field_rotation_rad)), 3),
        measured_on=today,
        residual_um=known.residual_um,
    )


def as_yaml(words: Words) -> str:
    """Return a section as it is pasted into config.yaml: pairs on one line, nothing that is null.

    >>> print(as_yaml({"safety": {"lower_um": (-1.0, -2.0), "coast_s": None}}), end="")
    safety:
      lower_um: [-1.0, -2.0]
    """
    return yaml.safe_dump(_plain(words), sort_keys=False, default_flow_style=None)


def check_out(path: Path | None, *, may_replace: bool) -> None:
    """Refuse a file that cannot be written, before anything is measured.

    Raises:
        UsageError: it is there already, or its folder is not.
    """
    if path is None:
        return
    if path.exists() and not may_replace:
        raise UsageError(f"--out {path}: exists already: name another, or add --replace")
    if not path.parent.is_dir():
        raise UsageError(f"--out {path}: there is no folder {path.parent}")


def write_yaml(path: Path, text: str) -> None:
    """Write a file in one go.

    Raises:
        UsageError: it cannot be written.
    """
    unfinished = path.with_name(path.name + ".unfinished")
    try:
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(path)
    except OSError as error:
        raise UsageError(f"--out {path}: cannot be written: {error.strerror}") from error


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        items = ((str(key), _plain(part)) for key, part in value.items())
        return {key: part for key, part in items if part is not None}
    if isinstance(value, (tuple, list)):
        return [_plain(part) for part in value]
    return value


def _pair(values: NDArray[np.float64], digits: int) -> _Pair:
    x, y = (round(float(value), digits) for value in values)
    return x, y


def _rows(matrix: Matrix2) -> tuple[_Pair, _Pair]:
    return _pair(matrix[0], 6), _pair(matrix[1], 6)

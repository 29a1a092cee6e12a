"""How picture and stage belong together in a scenario: as it is, and as its lab believes."""

from __future__ import annotations

import math

import numpy as np

from hardware.sim.scenario import Scenario
from hardware.types import Calibration, Matrix2


def _matrix(um_per_px: float, rotation_rad: float, *, is_mirrored: bool) -> Matrix2:
    cos, sin = math.cos(rotation_rad), math.sin(rotation_rad)
    turn = np.array([[cos, -sin], [sin, cos]])
    mirror = np.diag([-1.0 if is_mirrored else 1.0, 1.0])
    return um_per_px * turn @ mirror


def true_calibration(scenario: Scenario) -> Calibration:
    """Return how the scenario's picture and stage really belong together."""
    optics, field = scenario.optics, scenario.field
    return Calibration(
        stage_from_image_um_per_px=_matrix(
            optics.um_per_px, math.radians(optics.rotation_deg), is_mirrored=optics.is_mirrored
        ),
        target_px=np.array(field.center_px),
        field_size_um=np.array(field.size_um),
        field_rotation_rad=math.radians(field.rotation_deg),
        measured_on="by construction",
        residual_um=0.0,
    )


def believed_calibration(scenario: Scenario) -> Calibration:
    """Return what the lab of the scenario has measured, errors included."""
    optics, field, error = scenario.optics, scenario.field, scenario.calibration
    return Calibration(
        stage_from_image_um_per_px=_matrix(
            optics.um_per_px * (1.0 + error.scale_error),
            math.radians(optics.rotation_deg + error.rotation_error_deg),
            is_mirrored=optics.is_mirrored,
        ),
        target_px=np.array(field.center_px) + np.array(error.center_error_px),
        field_size_um=np.array(field.size_um),
        field_rotation_rad=math.radians(field.rotation_deg),
        measured_on="in the scenario",
        residual_um=0.0,
    )

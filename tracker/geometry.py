"""From pixels to micrometres and back: `stage_um = stage_from_image @ image_px`.

All estimation happens in stage coordinates: there the stage's own motion cancels.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hardware.types import Calibration, Vec2
from models.detection import Candidate, Pixel

# The tracked point lies between metacorpus (0) and terminal bulb (1): about the nerve ring,
# in the middle of the head ganglia that the confocal records.
HEAD_FRACTION = 0.3


def head_px(candidate: Candidate) -> Pixel:
    """Return the tracked point of a candidate."""
    _, metacorpus, terminal_bulb = candidate.keypoints_px
    return metacorpus + HEAD_FRACTION * (terminal_bulb - metacorpus)


def to_stage_um(point_px: Pixel, *, stage_um: Vec2, calibration: Calibration) -> Vec2:
    """Place a pixel of a frame on the plate; `stage_um` is the stage at mid-exposure."""
    matrix = calibration.stage_from_image_um_per_px
    return stage_um + matrix @ (point_px - calibration.target_px)


def to_image_px(point_um: Vec2, *, stage_um: Vec2, calibration: Calibration) -> Pixel:
    """Say at which pixel a place on the plate is seen; the inverse of `to_stage_um`."""
    (a, b), (c, d) = calibration.stage_from_image_um_per_px.tolist()
    x_um, y_um = (point_um - stage_um).tolist()
    # Two by two, by hand: every frame needs it, and a general solver takes twenty times as long.
    off_px = np.array([d * x_um - b * y_um, a * y_um - c * x_um]) / (a * d - b * c)
    return calibration.target_px + off_px


def nudged(calibration: Calibration, nudge_um: Vec2) -> Calibration:
    """Return a calibration whose field's centre is moved by `nudge_um`, told in stage axes."""
    moved_px = to_image_px(nudge_um, stage_um=np.zeros(2), calibration=calibration)
    return replace(calibration, target_px=moved_px)


def um_per_px(calibration: Calibration) -> float:
    """Return the side of a pixel on the plate; the mean of both where they differ."""
    return float(np.sqrt(abs(np.linalg.det(calibration.stage_from_image_um_per_px))))


def field_corners_px(calibration: Calibration) -> NDArray[np.float64]:
    """Return the corners of the confocal's field in the picture, (4, 2), turned as it is."""
    angle_rad = calibration.field_rotation_rad
    turn = np.array(
        [[np.cos(angle_rad), -np.sin(angle_rad)], [np.sin(angle_rad), np.cos(angle_rad)]]
    )
    half_px = calibration.field_size_um / 2.0 / um_per_px(calibration)
    signs = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    return (signs * half_px) @ turn.T + calibration.target_px

"""Pixels and micrometres: one is the other's inverse, whatever the calibration."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from hardware.types import Calibration
from models.detection import Candidate
from tracker.geometry import HEAD_FRACTION, head_px, to_image_px, to_stage_um

anywhere = arrays(np.float64, 2, elements=st.floats(-1e5, 1e5))


def calibration(um_per_px: float, turn_rad: float, *, is_mirrored: bool) -> Calibration:
    cos, sin = np.cos(turn_rad), np.sin(turn_rad)
    matrix = um_per_px * np.array([[cos, -sin], [sin, cos]])
    return Calibration(
        stage_from_image_um_per_px=matrix @ np.diag([-1.0 if is_mirrored else 1.0, 1.0]),
        target_px=np.array([531.0, 341.0]),
        field_size_um=np.array([200.0, 200.0]),
        field_rotation_rad=0.2,
        measured_on="2026-03-01",
        residual_um=0.4,
    )


@given(
    point_px=anywhere,
    stage_um=anywhere,
    um_per_px=st.floats(0.1, 10.0),
    turn_rad=st.floats(-4.0, 4.0),
    is_mirrored=st.booleans(),
)
def test_a_pixel_comes_back_from_the_plate(point_px, stage_um, um_per_px, turn_rad, is_mirrored):
    here = calibration(um_per_px, turn_rad, is_mirrored=is_mirrored)

    on_plate_um = to_stage_um(point_px, stage_um=stage_um, calibration=here)
    back_px = to_image_px(on_plate_um, stage_um=stage_um, calibration=here)

    assert back_px == pytest.approx(point_px, abs=1e-5)


def test_a_head_in_the_middle_of_the_field_lies_where_the_stage_stands():
    here = calibration(1.26, 0.3, is_mirrored=True)

    on_plate_um = to_stage_um(here.target_px, stage_um=np.array([10.0, -7.0]), calibration=here)

    assert on_plate_um == pytest.approx([10.0, -7.0])


def test_the_tracked_point_lies_between_metacorpus_and_bulb():
    candidate = Candidate(
        keypoints_px=np.array([[0.0, 0.0], [50.0, 0.0], [100.0, 10.0]]),
        confidences=np.ones(3),
        confidence=1.0,
    )

    assert head_px(candidate) == pytest.approx([50 + HEAD_FRACTION * 50, HEAD_FRACTION * 10])

"""Moves and shifts to a matrix: found again in noise and lies, refused where it cannot be told."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.calibrate.matrix import fit_matrix, geometry_of
from tracker.errors import CalibrationError

# A seed that no test draws: shifts of the same draw would really go with the moves.
MOVES = np.random.default_rng(123_456).uniform(-100, 100, (30, 2))


def matrix(scale_x, scale_y, turn_deg, shear_deg, is_mirrored):
    turn, shear = math.radians(turn_deg), math.radians(shear_deg)
    x = scale_x * np.array([math.cos(turn + shear / 2), math.sin(turn + shear / 2)])
    y = scale_y * np.array([-math.sin(turn - shear / 2), math.cos(turn - shear / 2)])
    return np.column_stack([-x if is_mirrored else x, y])


cameras = st.builds(
    lambda scale, uneven, turn, shear, is_mirrored: matrix(
        scale, uneven * scale, turn, shear, is_mirrored
    ),
    st.floats(0.4, 3.0),
    st.floats(0.95, 1.05),
    st.floats(-180, 180),
    st.floats(-3, 3),
    st.booleans(),
)


@given(truth=cameras)
def test_exact_pairs_give_the_matrix_exactly(truth):
    shifts = -MOVES @ np.linalg.inv(truth).T

    fit = fit_matrix(MOVES, shifts)

    assert fit.stage_from_image_um_per_px == pytest.approx(truth, abs=1e-9)
    assert fit.residual_um == pytest.approx(0.0, abs=1e-9)


@given(truth=cameras, seed=st.integers(0, 10_000))
def test_noise_and_a_few_wild_shifts_do_no_harm(truth, seed):
    draw = np.random.default_rng(seed)
    shifts = -MOVES @ np.linalg.inv(truth).T + draw.normal(0.0, 0.1, MOVES.shape)
    shifts[draw.choice(len(MOVES), 5, replace=False)] += draw.uniform(-90, 90, (5, 2))

    fit = fit_matrix(MOVES, shifts)

    error = fit.stage_from_image_um_per_px @ np.linalg.inv(truth) - np.eye(2)
    assert np.abs(error).max() < 0.008
    assert fit.count - fit.agreeing <= 7


@settings(max_examples=60)
@given(seed=st.integers(0, 10_000))
def test_shifts_that_have_nothing_to_do_with_the_moves_are_refused(seed):
    shifts = np.random.default_rng(seed).uniform(-90, 90, MOVES.shape)

    with pytest.raises(CalibrationError, match="crawling animal"):
        fit_matrix(MOVES, shifts)


def test_a_picture_that_stands_still_is_refused():
    with pytest.raises(CalibrationError, match="does not move with the stage"):
        fit_matrix(MOVES, np.zeros_like(MOVES))


def test_moves_along_one_line_are_refused():
    moves = MOVES[:, :1] * np.array([1.0, 0.1])

    with pytest.raises(CalibrationError, match="along one line"):
        fit_matrix(moves, -moves)


def test_noise_that_leaves_the_matrix_uncertain_is_refused():
    moves = MOVES / 40.0
    shifts = -moves + np.random.default_rng(1).normal(0.0, 0.1, moves.shape)

    with pytest.raises(CalibrationError, match="larger --size"):
        fit_matrix(moves, shifts)


@given(told=st.tuples(
    st.floats(0.4, 3.0), st.floats(0.4, 3.0), st.floats(-179, 179), st.floats(-10, 10),
    st.booleans(),
))  # fmt: skip
def test_scale_rotation_shear_and_handedness_are_read_out_of_a_matrix(told):
    scale_x, scale_y, turn_deg, shear_deg, is_mirrored = told

    geometry = geometry_of(matrix(*told))

    assert geometry.um_per_px == pytest.approx([scale_x, scale_y])
    assert math.degrees(geometry.rotation_rad) == pytest.approx(turn_deg, abs=1e-6)
    assert math.degrees(geometry.shear_rad) == pytest.approx(shear_deg, abs=1e-6)
    assert geometry.is_mirrored == is_mirrored

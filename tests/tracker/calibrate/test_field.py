"""Where the confocal looks: a planted field is found again, wrong points are named."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.sim.calibration import true_calibration
from hardware.sim.scenario import load_scenario
from tracker.calibrate.field import fit_field, tracking_from_stage
from tracker.errors import CalibrationError

SHAPE = (400, 512)  # rows, columns of the confocal's picture
MATRIX = true_calibration(load_scenario("bare_plate")).stage_from_image_um_per_px
UM_PER_PX = 1.26


def seen(confocal_px, *, centre_px, turn_deg, size_um, is_mirrored):
    """Return where the tracking camera sees what the confocal sees."""
    turn = math.radians(turn_deg)
    cos, sin = math.cos(turn), math.sin(turn)
    scale = size_um / UM_PER_PX / SHAPE[1]
    middle = (np.array([SHAPE[1], SHAPE[0]]) - 1.0) / 2.0
    flip = np.diag([1.0, -1.0 if is_mirrored else 1.0])
    return scale * (confocal_px - middle) @ (np.array([[cos, -sin], [sin, cos]]) @ flip).T + (
        np.array(centre_px)
    )


def fitted(tracking_px, confocal_px):
    return fit_field(tracking_px, confocal_px, confocal_shape=SHAPE, stage_from_image=MATRIX)


fields = st.fixed_dictionaries(
    {
        "centre_px": st.tuples(st.floats(200, 700), st.floats(100, 600)),
        "turn_deg": st.floats(-180, 180),
        "size_um": st.floats(120, 400),
        "is_mirrored": st.booleans(),
    }
)


@given(planted=fields, seed=st.integers(0, 10_000))
def test_a_planted_field_is_found_again_within_three_micrometres(planted, seed):
    draw = np.random.default_rng(seed)
    confocal_px = draw.uniform((0, 0), (512, 400), (8, 2))
    confocal_px[:3] = [[10, 10], [500, 200], [40, 390]]
    tracking_px = seen(confocal_px, **planted)
    noisy_px = tracking_px + draw.normal(0.0, 0.7, tracking_px.shape)

    fit = fitted(noisy_px, confocal_px)

    off_px = fit.target_px - planted["centre_px"]
    turned_deg = math.degrees(
        math.remainder(fit.rotation_rad - math.radians(planted["turn_deg"]), 2 * math.pi)
    )
    assert math.hypot(*(MATRIX @ off_px)) < 3.0
    assert abs(turned_deg) < 2.0
    assert fit.size_um[0] == pytest.approx(planted["size_um"], rel=0.03)
    assert fit.is_mirrored == planted["is_mirrored"]


@given(planted=fields, wrong=st.sampled_from([1, 4, 6]))
def test_a_wrong_point_is_left_out_and_named(planted, wrong):
    confocal_px = np.array([[10, 10], [500, 30], [480, 380], [30, 390], [250, 210], [120, 300.0]])
    tracking_px = seen(confocal_px, **planted)
    tracking_px[wrong - 1] += [45.0, -30.0]

    fit = fitted(tracking_px, confocal_px)

    assert fit.outliers == (wrong,)
    assert math.hypot(*(fit.target_px - planted["centre_px"])) < 0.1


def test_one_bead_that_the_stage_carries_about_needs_to_be_marked_but_once():
    truth = {"centre_px": (531.0, 341.0), "turn_deg": 12.0, "size_um": 200.0, "is_mirrored": False}
    confocal_px = np.array([[20, 20], [490, 40], [470, 380], [30, 350.0]])
    tracking_px = seen(confocal_px, **truth)
    stage_um = -(tracking_px - tracking_px[0]) @ MATRIX.T + [5000.0, -200.0]
    marked_px = np.full_like(tracking_px, np.nan)
    marked_px[2] = tracking_px[2]

    filled_px = tracking_from_stage(stage_um, marked_px, MATRIX)

    assert filled_px == pytest.approx(tracking_px)
    assert fitted(filled_px, confocal_px).target_px == pytest.approx(truth["centre_px"])


@pytest.mark.parametrize(
    ("confocal_px", "why"),
    [
        ([[1, 1], [400, 300]], "3 are needed"),
        ([[100, 100], [110, 105], [104, 112]], "too close together"),
    ],
    ids=["too-few", "too-close"],
)
def test_points_that_tell_no_field_are_refused(confocal_px, why):
    places = np.array(confocal_px, float)

    with pytest.raises(CalibrationError, match=why):
        fitted(places + 300.0, places)


def test_points_in_another_order_are_refused():
    confocal_px = np.array([[10, 10], [500, 30], [480, 380], [30, 390], [250, 210.0]])
    tracking_px = np.roll(
        seen(confocal_px, centre_px=(500, 300), turn_deg=0, size_um=300, is_mirrored=False),
        2, axis=0,
    )  # fmt: skip

    with pytest.raises(CalibrationError, match=r"agree|leave"):
        fitted(tracking_px, confocal_px)

"""The stage's matrix on the simulated rig: found where it can be, refused where it cannot."""

import math

import cv2
import numpy as np
import pytest

from tracker.calibrate.drive import Drive
from tracker.calibrate.matrix import geometry_of
from tracker.calibrate.stage import matrix_from, visit
from tracker.errors import CalibrationError, UsageError

SIZE_UM = 100.0
RESTING = {
    "forward_um_s": 0.01, "speed_variation": 0.0, "head_cast_um": 0.0, "reversals_per_min": 0.0,
    "pauses_per_min": 0.0,
}  # fmt: skip
CAMERAS = [
    {"um_per_px": 1.26, "rotation_deg": -7.0, "is_mirrored": True},
    {"um_per_px": 1.0, "rotation_deg": 93.0, "is_mirrored": False},
    {"um_per_px": 2.2, "rotation_deg": 178.0, "is_mirrored": True},
    {"um_per_px": 0.65, "rotation_deg": -31.0, "is_mirrored": False},
]


def measured(rig, *, size_um=SIZE_UM, frames=4):
    drive = Drive(rig.feed, speed_um_s=300.0)
    return matrix_from(visit(drive, size_um=size_um, frames=frames), size_um=size_um)


def assert_right(fit, truth):
    error = fit.stage_from_image_um_per_px @ np.linalg.inv(truth)
    found, told = geometry_of(fit.stage_from_image_um_per_px), geometry_of(truth)
    turned_rad = math.remainder(found.rotation_rad - told.rotation_rad, 2.0 * math.pi)
    assert np.linalg.svd(error, compute_uv=False) == pytest.approx([1.0, 1.0], abs=0.005)
    assert abs(math.degrees(turned_rad)) < 0.2
    assert found.is_mirrored == told.is_mirrored


@pytest.mark.parametrize("camera", CAMERAS, ids=lambda camera: f"{camera['rotation_deg']:g}deg")
def test_an_unknown_camera_is_found_on_a_bare_plate(make_rig, camera):
    rig = make_rig(seed=round(camera["rotation_deg"]) % 50, optics=camera)

    assert_right(measured(rig), rig.matrix)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_resting_animal_is_as_good_a_sample_as_any(make_rig, seed):
    rig = make_rig(seed=seed, worm={"kind": "gait", "behaviour": RESTING})

    assert_right(measured(rig), rig.matrix)


@pytest.mark.parametrize("seed", range(1, 9))
def test_a_crawling_animal_is_either_seen_through_or_refused(make_rig, seed):
    texture_grey = (3.0, 0.3)[seed % 2]  # little but the animal is to be seen in half of them
    plate = {"texture_grey": texture_grey, "debris_per_mm2": 6.0 if seed % 2 == 0 else 0.0}
    rig = make_rig(seed=seed, worm={"kind": "gait"}, plate=plate)

    try:
        fit = measured(rig)
    except CalibrationError:
        return
    assert_right(fit, rig.matrix)


def test_dust_on_the_sensor_stands_still_and_does_not_count(make_rig):
    def touch(image):
        draw = np.random.default_rng(3)
        mask = np.ones(image.shape, np.float32)
        for x, y, radius in draw.integers((0, 0, 2), (480, 360, 9), (60, 3)).tolist():
            cv2.circle(mask, (x, y), radius, 0.6, -1)
        return (image * mask).astype(np.uint8)

    rig = make_rig(touch=touch)

    assert_right(measured(rig), rig.matrix)


@pytest.mark.parametrize("backlash_um", [1.0, 6.0])
def test_play_in_the_stages_gears_does_no_harm(make_rig, backlash_um):
    rig = make_rig(stage={"backlash_um": backlash_um})

    assert_right(measured(rig), rig.matrix)


@pytest.mark.parametrize("period_s", [0.005, 0.1])
def test_a_quick_and_a_slow_camera_will_do(make_rig, period_s):
    rig = make_rig(camera={"period_s": period_s, "rows": 360, "columns": 480})

    assert_right(measured(rig), rig.matrix)


def test_a_camera_that_does_not_see_the_sample_is_refused(make_rig):
    still = []

    def touch(image):
        still.append(image)
        return still[0]

    with pytest.raises(CalibrationError, match=r"too little texture|does not move"):
        measured(make_rig(touch=touch))


def test_a_picture_of_nothing_is_refused(make_rig):
    draw = np.random.default_rng(1)

    def touch(image):
        return draw.integers(90, 110, image.shape).astype(np.uint8)

    with pytest.raises(CalibrationError, match="too little texture"):
        measured(make_rig(touch=touch))


def test_moves_too_large_for_the_picture_are_refused(make_rig):
    rig = make_rig(shape=(96, 128), optics={"um_per_px": 0.5})

    with pytest.raises(CalibrationError, match="smaller --size"):
        measured(rig, size_um=500.0)


def test_a_stage_that_does_not_move_is_named(make_rig):
    rig = make_rig(faults=[{"kind": "stall", "from_s": 0.5, "to_s": 1e6}])

    with pytest.raises(CalibrationError, match="the stage"):
        measured(rig)


def test_the_stage_is_brought_back_and_never_leaves_the_pattern(make_rig):
    rig = make_rig()
    drive = Drive(rig.feed, speed_um_s=300.0)

    visit(drive, size_um=SIZE_UM, frames=1)

    places_um = np.array([state.position_um for state in drive.states])
    assert drive.here_um == pytest.approx(drive.start_um, abs=3.0)
    assert np.abs(places_um - drive.start_um).max() < SIZE_UM / 2.0 + 20.0


def test_a_pattern_that_would_leave_the_limits_is_refused_before_anything_moves(make_rig):
    rig = make_rig(safety={"lower_um": (-20.0, -5000.0)})
    drive = Drive(rig.feed, speed_um_s=300.0)

    with pytest.raises(UsageError, match="drive it inwards"):
        visit(drive, size_um=SIZE_UM, frames=1)

    assert drive.here_um == pytest.approx(drive.start_um)


def test_a_speed_beyond_the_limits_is_refused(make_rig):
    with pytest.raises(UsageError, match="--speed"):
        Drive(make_rig(safety={"max_speed_um_s": 200.0}).feed, speed_um_s=300.0)

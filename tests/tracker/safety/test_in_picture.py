"""The head as the picture shows it, whatever the calibration says."""

import numpy as np
import pytest

from hardware.types import Calibration
from models.detection import Candidate
from tracker.messages import Sighting
from tracker.safety.in_picture import HeadInPicture

MIRRORED = Calibration(
    stage_from_image_um_per_px=np.diag([-2.0, 2.0]),
    target_px=np.array([50.0, 40.0]),
    field_size_um=np.array([200.0, 200.0]),
    field_rotation_rad=0.0,
    measured_on="never",
    residual_um=0.0,
)


def candidate(x_px, y_px, confidence=0.9):
    points = np.full((3, 2), (x_px, y_px), float)
    return Candidate(keypoints_px=points, confidences=np.ones(3), confidence=confidence)


def sighting(x_px, y_px):
    return Sighting(
        candidate=candidate(x_px, y_px), head_px=np.array([x_px, y_px], float), head_um=np.zeros(2)
    )


@pytest.fixture
def head():
    return HeadInPicture(MIRRORED, min_confidence=0.5)


def test_what_the_estimator_found_is_translated(head):
    assert head.see([], sighting(60.0, 45.0)).tolist() == [-20.0, 10.0]
    assert head.off_um.tolist() == [-20.0, 10.0]


def test_before_the_estimator_found_anything_nothing_is_followed(head):
    assert head.see([candidate(60.0, 45.0)], None) is None


def test_a_head_that_the_estimator_does_not_take_is_followed_by_nearness(head):
    head.see([], sighting(60.0, 45.0))

    first = head.see([candidate(500.0, 45.0), candidate(90.0, 45.0)], None)
    second = head.see([candidate(140.0, 45.0), candidate(60.0, 45.0)], None)

    assert first.tolist() == [-80.0, 10.0]
    assert second.tolist() == [-20.0, 10.0]


def test_what_the_eye_is_not_sure_of_is_no_head_to_follow(head):
    head.see([], sighting(60.0, 45.0))

    assert head.see([candidate(62.0, 45.0, confidence=0.3)], None) is None


@pytest.mark.parametrize(("x_px", "is_followed"), [(134.0, True), (136.0, False)])
def test_a_head_that_would_have_leapt_is_another(head, x_px, is_followed):
    head.see([], sighting(60.0, 45.0))

    assert (head.see([candidate(x_px, 45.0)], None) is not None) == is_followed


def test_a_head_that_was_missed_once_is_found_again(head):
    head.see([], sighting(60.0, 45.0))

    assert head.see([], None) is None
    assert head.off_um is None
    assert head.see([candidate(70.0, 45.0)], None) is not None


def test_a_field_that_was_moved_is_what_the_head_is_off(head):
    head.move_field(np.array([5.0, 0.0]))

    assert head.see([], sighting(60.0, 45.0)).tolist() == [-25.0, 10.0]

"""The baseline finds one plain animal, and calls its paler end the head."""

import cv2
import numpy as np
import pytest

from models.classical import ClassicalDetector


def animal(*, head_at_left):
    """A worm lying flat: 20 % darker than the agar, but only 8 % at its head."""
    image = np.full((400, 800), 170.0)
    cv2.line(image, (120, 200), (680, 200), 136.0, thickness=44)
    head_px = (150, 200) if head_at_left else (650, 200)
    cv2.circle(image, head_px, 60, 156.0, thickness=-1)
    image[:178] = image[223:] = 170.0
    return cv2.GaussianBlur(image, (0, 0), 2.0).astype(np.uint8)


@pytest.mark.parametrize(("head_at_left", "nose_x_px"), [(True, 95.0), (False, 705.0)])
def test_the_paler_end_is_called_the_head(head_at_left, nose_x_px):
    (candidate,) = ClassicalDetector().detect(animal(head_at_left=head_at_left))

    nose, metacorpus, bulb = candidate.keypoints_px
    inward = 1.0 if head_at_left else -1.0
    assert nose == pytest.approx([nose_x_px, 200.0], abs=25.0)
    assert (metacorpus - nose)[0] * inward == pytest.approx(52.0, abs=12.0)
    assert (bulb - nose)[0] * inward == pytest.approx(104.0, abs=12.0)


def test_bare_agar_shows_the_baseline_no_worm():
    noise = np.random.default_rng(1).normal(170.0, 5.0, (400, 800))

    assert list(ClassicalDetector().detect(noise.astype(np.uint8))) == []

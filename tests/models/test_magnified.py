"""A picture of another scale: enlarged for the model, answered in its own pixels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.contract import SHIPPED_MANIFEST, load_model
from models.detection import Candidate
from models.errors import ModelError
from models.magnified import MagnifiedDetector, at_scale


class Brightest:
    """Finds the middle of what is bright; remembers how large the pictures were."""

    def __init__(self):
        self.shapes = []

    def detect(self, image, *, near_px=None):
        self.shapes.append(image.shape)
        rows, columns = np.nonzero(image > 100)
        if len(rows) == 0:
            return []
        middle = np.array([columns.mean(), rows.mean()])
        return [
            Candidate(
                keypoints_px=np.tile(middle, (3, 1)),
                confidences=np.ones(3),
                confidence=1.0,
                expected_errors_px=np.full(3, 3.0),
            )
        ]


def picture(spot_px, shape=(120, 160)):
    image = np.zeros(shape, np.uint8)
    image[spot_px[1] - 1 : spot_px[1] + 2, spot_px[0] - 1 : spot_px[0] + 2] = 250
    return image


@given(
    magnification=st.floats(1.5, 8.0),
    x=st.integers(8, 150),
    y=st.integers(8, 110),
    off=st.tuples(st.integers(-6, 6), st.integers(-6, 6)),
)
def test_a_spot_is_found_where_it_is_near_or_anywhere(magnification, x, y, off):
    eye = MagnifiedDetector(Brightest(), magnification=magnification)
    image = picture((x, y))

    anywhere = eye.detect(image)[0]
    near = eye.detect(image, near_px=np.array([x + off[0], y + off[1]], float))[0]

    assert anywhere.keypoints_px[0] == pytest.approx([x, y], abs=0.35)
    assert near.keypoints_px[0] == pytest.approx([x, y], abs=0.35)
    assert near.expected_error_px == pytest.approx(3.0 / magnification, rel=0.1)


def test_only_a_window_is_enlarged_where_the_head_is_expected():
    inner = Brightest()
    eye = MagnifiedDetector(inner, magnification=6.0)

    eye.detect(picture((300, 200), (400, 600)), near_px=np.array([300.0, 200.0]))

    assert len(inner.shapes) == 1
    assert max(inner.shapes[0]) < 450


def test_a_head_that_is_not_where_it_was_expected_is_searched_for():
    eye = MagnifiedDetector(Brightest(), magnification=6.0)

    found = eye.detect(picture((30, 30), (400, 600)), near_px=np.array([500.0, 300.0]))

    assert found[0].keypoints_px[0] == pytest.approx([30, 30], abs=0.35)


def test_a_picture_too_large_to_enlarge_is_refused_with_advice():
    eye = MagnifiedDetector(Brightest(), magnification=6.0)

    with pytest.raises(ModelError, match="train a model for your scale"):
        eye.detect(np.zeros((2048, 2048), np.uint8))


def test_a_rig_of_the_models_own_scale_is_left_alone():
    manifest = load_model(SHIPPED_MANIFEST).manifest
    inner = Brightest()

    assert at_scale(inner, manifest, um_per_px=1.26) is inner
    assert at_scale(inner, manifest, um_per_px=8.0).magnification == pytest.approx(6.3, abs=0.3)
    assert at_scale(inner, manifest, um_per_px=0.3).magnification < 0.5

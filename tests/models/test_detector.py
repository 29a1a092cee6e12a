"""The detector puts what its graphs say back into the frame, whichever of them was asked."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.contract import load_model
from models.detector import open_detector
from models.errors import ModelError, ModelFileError

ROWS, COLUMNS = 120, 160


@pytest.fixture
def detector(write_model):
    return open_detector(str(write_model()), "cpu", 0.5)


def picture_of(x, y, *, brightness=255):
    image = np.zeros((ROWS, COLUMNS), np.uint8)
    image[y, x] = brightness
    return image


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    x=st.integers(0, COLUMNS - 1),
    y=st.integers(0, ROWS - 1),
    off_x=st.floats(-60, 60),
    off_y=st.floats(-60, 60),
)
def test_a_head_is_placed_alike_wherever_it_was_expected(detector, x, y, off_x, off_y):
    (candidate,) = detector.detect(picture_of(x, y), near_px=np.array([x + off_x, y + off_y]))

    assert candidate.keypoints_px[0] == pytest.approx([x, y])
    assert candidate.keypoints_px[2] == pytest.approx([x + 6, y])


def test_without_an_expectation_the_whole_frame_is_searched(detector):
    (candidate,) = detector.detect(picture_of(150, 7))

    assert candidate.keypoints_px[0] == pytest.approx([150, 7])


def test_an_expectation_that_is_not_a_number_means_search(detector):
    (candidate,) = detector.detect(picture_of(150, 7), near_px=np.array([np.nan, 3.0]))

    assert candidate.keypoints_px[0] == pytest.approx([150, 7])


def test_the_crop_is_believed_before_the_whole_frame(detector):
    image = picture_of(40, 40, brightness=180)
    image[100, 150] = 255

    (candidate,) = detector.detect(image, near_px=np.array([42.0, 38.0]))

    assert candidate.keypoints_px[0] == pytest.approx([40, 40])


def test_where_nothing_is_sure_there_is_no_candidate(detector):
    dim = picture_of(40, 40, brightness=100)

    assert list(detector.detect(dim)) == []
    assert list(detector.detect(dim, near_px=np.array([40.0, 40.0]))) == []


def test_a_picture_smaller_than_the_crop_is_searched(detector):
    image = np.zeros((20, 30), np.uint8)
    image[5, 9] = 255

    (candidate,) = detector.detect(image, near_px=np.array([10.0, 5.0]))

    assert candidate.keypoints_px[0] == pytest.approx([9, 5])


@pytest.mark.parametrize(
    "image", [np.zeros((8, 8)), np.zeros((8, 8, 3), np.uint8)], ids=["floats", "colour"]
)
def test_what_is_not_a_grey_frame_is_refused(detector, image):
    with pytest.raises(ModelError, match="grey images"):
        detector.detect(image)


def test_the_detector_says_where_it_runs(detector):
    assert detector.provider == "CPUExecutionProvider"


def test_an_unknown_model_is_one_clear_line(tmp_path):
    with pytest.raises(ModelFileError, match="no such model"):
        open_detector(str(tmp_path / "mine.yaml"), "cpu", 0.5)


def test_a_crop_graph_of_another_size_than_the_manifest_says_is_refused(write_model, tmp_path):
    entry = {
        "file": "track.onnx",
        "sha256": load_model(write_model()).manifest.track.sha256,
        "input": [64, 64],
        "shrink": 1,
    }

    with pytest.raises(ModelFileError, match=r"takes images of \(32, 48\).*says \(64, 64\)"):
        open_detector(str(write_model(track=entry)), "cpu", 0.5)

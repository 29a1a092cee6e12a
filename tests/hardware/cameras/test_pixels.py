"""Any camera's grey becomes eight bits, and nothing else gets through."""

import numpy as np
import pytest

from hardware.cameras.pixels import as_image, to_grey
from hardware.errors import CameraError

SHAPE = (3, 4)


def grey(pixels, white_level=255):
    return to_grey(as_image(pixels, shape=SHAPE), white_level=white_level)


@pytest.mark.parametrize("shape", [SHAPE, (12,)], ids=["two-dimensional", "one-dimensional"])
def test_eight_bits_stay_as_they_are(shape):
    pixels = np.arange(12, dtype=np.uint8).reshape(shape)

    assert grey(pixels).tolist() == np.arange(12).reshape(SHAPE).tolist()


@pytest.mark.parametrize("shape", [SHAPE, (12,)], ids=["two-dimensional", "one-dimensional"])
def test_sixteen_bits_are_scaled_by_the_white_level_and_clipped_above_it(shape):
    pixels = np.full(12, 4095, dtype=np.uint16)
    pixels[:3] = 0, 2048, 60_000

    image = grey(pixels.reshape(shape), white_level=4095)

    assert image.dtype == np.uint8
    assert image.shape == SHAPE
    assert image.ravel()[:4].tolist() == [0, 128, 255, 255]


def test_counts_stay_as_they_are_for_whoever_records_them():
    pixels = np.arange(12, dtype=np.uint16) * 5000

    assert as_image(pixels, shape=SHAPE).tolist() == pixels.reshape(SHAPE).tolist()


@pytest.mark.parametrize(
    "pixels",
    [np.zeros((4, 3), np.uint8), np.zeros((3, 5), np.uint8), np.zeros(11, np.uint16)],
    ids=["turned", "wider", "short"],
)
def test_a_picture_of_another_shape_is_an_error_of_one_line(pixels):
    with pytest.raises(CameraError, match=r"instead of 3 x 4 \(rows x columns\)") as caught:
        grey(pixels)

    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kind", [np.uint32, np.uint64, np.float32])
def test_colour_and_real_numbers_are_refused(kind):
    with pytest.raises(CameraError, match=r"rig\.camera\.pixel_type"):
        grey(np.zeros(SHAPE, kind))

"""Shifts of pictures: what was shifted is found again, to a small part of a pixel."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.calibrate.backdrop import backdrop, sample_alone
from tracker.calibrate.shift import CLEAR_PROMINENCE, image_shift

SHAPE = (160, 200)


def texture(seed: int, *, grain_px: float = 2.0) -> np.ndarray:
    white = np.random.default_rng(seed).normal(0.0, 1.0, (400, 440)).astype(np.float32)
    return cv2.GaussianBlur(white, (0, 0), grain_px)


def seen(world: np.ndarray, corner_px: tuple[float, float], *, noise: float = 0.0, seed: int = 0):
    """Return a window of a world, to a part of a pixel."""
    x, y = corner_px
    rows, columns = SHAPE
    to_world = np.array([[1.0, 0.0, x], [0.0, 1.0, y]], np.float32)
    window = cv2.warpAffine(
        world, to_world, (columns, rows), flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    )
    grain = np.random.default_rng(seed).normal(0.0, noise, SHAPE) if noise else 0.0
    return np.asarray(window + grain, np.float32)


@settings(max_examples=30, deadline=None)
@given(
    x=st.floats(-60, 60),
    y=st.floats(-50, 50),
    seed=st.integers(0, 1000),
    quality=st.sampled_from([(0.0, 0.03), (0.25, 0.2)]),
)
def test_a_shift_is_found_to_a_small_part_of_a_pixel(x, y, seed, quality):
    world, (noise, within_px) = texture(seed), quality
    noise *= float(world.std())

    first = seen(world, (120.0, 120.0), noise=noise, seed=1)
    second = seen(world, (120.0 - x, 120.0 - y), noise=noise, seed=2)
    shift = image_shift(first, second)

    assert shift.shift_px == pytest.approx([x, y], abs=within_px)
    assert shift.prominence > CLEAR_PROMINENCE


@settings(max_examples=15, deadline=None)
@given(x=st.floats(-40, 40), y=st.floats(-40, 40))
def test_the_way_back_is_the_way_there_reversed(x, y):
    world = texture(5)
    here, there = seen(world, (110.0, 110.0)), seen(world, (110.0 + x, 110.0 + y))

    assert image_shift(here, there).shift_px == pytest.approx(
        -image_shift(there, here).shift_px, abs=0.02
    )


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_pictures_with_nothing_in_common_have_no_clear_shift(seed):
    first, second = seen(texture(seed), (50, 50)), seen(texture(seed + 1), (50, 50))

    assert image_shift(first, second).prominence < CLEAR_PROMINENCE


def test_what_stands_still_is_taken_out_and_the_sample_is_left():
    world, dust = texture(1), 1.0 + 0.5 * np.abs(seen(texture(9), (0, 0))) / 0.14
    corners = [(40.0 + 9 * k, 60.0 + 17.3 * (k % 4)) for k in range(10)]
    pictures = [np.float32(100.0 * dust * (1.0 + 0.1 * seen(world, corner))) for corner in corners]

    still = backdrop(pictures)
    samples = [sample_alone(picture, still) for picture in pictures]
    shift = image_shift(samples[0], samples[5])

    assert image_shift(pictures[0], pictures[5]).shift_px == pytest.approx([0, 0], abs=0.1)
    assert shift.shift_px == pytest.approx(np.subtract(corners[0], corners[5]), abs=0.15)

from itertools import islice

import numpy as np
import pytest

from hardware.sim.training_frames import training_frames

SHAPE = (160, 200)


@pytest.mark.parametrize("hard", [False, True], ids=["typical", "hard"])
def test_frames_come_with_the_keypoints_of_every_head_in_view(hard):
    frames = list(islice(training_frames(3, hard=hard, shape=SHAPE), 48))

    for image, keypoints_px in frames:
        assert image.shape == SHAPE
        assert image.dtype == np.uint8
        assert keypoints_px.shape[1:] == (3, 2)
        is_in = (keypoints_px >= 0) & (keypoints_px <= (SHAPE[1] - 1, SHAPE[0] - 1))
        assert is_in.all(axis=2).any(axis=1).all()
    assert {len(keypoints_px) for _, keypoints_px in frames} >= {0, 1}  # nobody, and somebody


def test_the_same_seed_gives_the_same_frames_and_another_seed_others():
    first, again, other = (
        next(training_frames(seed, hard=True, shape=SHAPE))[0] for seed in (3, 3, 4)
    )

    assert (first == again).all()
    assert (first != other).any()


def test_nose_and_bulb_are_a_head_apart():
    for _, keypoints_px in islice(training_frames(3, hard=False, shape=SHAPE), 12):
        for nose_px, _, bulb_px in keypoints_px:
            assert 55 < np.linalg.norm(nose_px - bulb_px) < 150


def test_no_frame_is_all_black_or_all_white():
    for image, _ in islice(training_frames(9, hard=True, shape=SHAPE), 36):
        assert 2 < np.median(image) < 253

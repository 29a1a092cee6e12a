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


def test_where_animals_cross_another_body_darkens_the_head():
    alone, crossed = (
        np.mean([_darkness(image, head) for image, heads in islice(frames, 48) for head in heads])
        for frames in (
            training_frames(3, hard=False, shape=SHAPE),
            training_frames(3, hard=False, crossed=True, shape=SHAPE),
        )
    )

    assert crossed > alone + 3.0


def _darkness(image, keypoints_px):
    """How much darker than the picture a head's middle is, in grey levels."""
    x, y = keypoints_px[1].round().astype(int).clip(3, np.array(SHAPE[::-1]) - 4)
    return np.median(image) - image[y - 3 : y + 4, x - 3 : x + 4].mean()


def test_animals_of_another_build_are_bent_more():
    usual_deg, strange_deg = (
        np.median([_bend_deg(head) for _, heads in islice(frames, 60) for head in heads])
        for frames in (
            training_frames(3, hard=True, shape=SHAPE),
            training_frames(3, hard=True, strange=True, shape=SHAPE),
        )
    )

    assert strange_deg > usual_deg


def _bend_deg(keypoints_px):
    """By how much the way turns at the metacorpus."""
    ahead, back = keypoints_px[0] - keypoints_px[1], keypoints_px[1] - keypoints_px[2]
    angle = np.arctan2(ahead[1], ahead[0]) - np.arctan2(back[1], back[0])
    return abs(np.degrees(np.angle(np.exp(1j * angle))))


def test_nose_and_bulb_are_a_head_apart():
    for _, keypoints_px in islice(training_frames(3, hard=False, shape=SHAPE), 12):
        for nose_px, _, bulb_px in keypoints_px:
            assert 55 < np.linalg.norm(nose_px - bulb_px) < 150


def test_no_frame_is_all_black_or_all_white():
    for image, _ in islice(training_frames(9, hard=True, shape=SHAPE), 36):
        assert 2 < np.median(image) < 253

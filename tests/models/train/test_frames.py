"""Frames are drawn once, kept, and taken again only where they are the same."""

import itertools

import numpy as np
import pytest

from models.errors import TrainingError
from models.train.frames import collect_frames, head_center_px


def nothing_told(done):
    assert 0.0 < done <= 1.0


def test_kept_frames_are_the_frames_that_were_drawn(toys, tmp_path):
    drawn = list(itertools.islice(toys(1), 5))

    frames = collect_frames(iter(drawn), 5, tmp_path, recipe="toys 1", tell=nothing_told)

    for index, (image, keypoints_px) in enumerate(drawn):
        assert np.array_equal(frames.images[index], image)
        assert np.array_equal(frames.animals(index), keypoints_px)


def test_frames_of_the_same_recipe_are_not_drawn_again(toys, tmp_path):
    first = collect_frames(toys(1), 5, tmp_path, recipe="toys 1", tell=nothing_told)

    again = collect_frames(iter(()), 4, tmp_path, recipe="toys 1", tell=nothing_told)

    assert np.array_equal(again.images, first.images[:4])


def test_frames_of_another_recipe_are_drawn_anew(toys, tmp_path):
    collect_frames(toys(1), 5, tmp_path, recipe="toys 1", tell=nothing_told)

    other = collect_frames(toys(2), 5, tmp_path, recipe="toys 2", tell=nothing_told)

    assert np.array_equal(other.images[0], next(toys(2))[0])


def test_a_source_that_ends_early_is_said_so(toys, tmp_path):
    with pytest.raises(TrainingError, match="only 3 of 5 frames"):
        collect_frames(
            itertools.islice(toys(1), 3), 5, tmp_path, recipe="toys 1", tell=nothing_told
        )


def test_frames_of_two_sizes_are_refused(tmp_path):
    none = np.empty((0, 3, 2))
    mixed = [(np.zeros((8, 8), np.uint8), none), (np.zeros((8, 9), np.uint8), none)]

    with pytest.raises(TrainingError, match=r"frame 1 is uint8 \(8, 9\): expected uint8 \(8, 8\)"):
        collect_frames(iter(mixed), 2, tmp_path, recipe="mixed", tell=nothing_told)


def test_an_animal_whose_head_lies_beyond_the_picture_is_left_out(tmp_path):
    image = np.zeros((50, 50), np.uint8)
    beyond = np.array([[[40.0, 25.0], [60.0, 25.0], [80.0, 25.0]]])

    frames = collect_frames(iter([(image, beyond)]), 1, tmp_path, recipe="one", tell=nothing_told)

    assert len(frames.animals(0)) == 0


def test_the_heads_center_lies_between_metacorpus_and_bulb():
    assert head_center_px(np.array([[0.0, 0.0], [10.0, 0.0], [20.0, 0.0]])) == pytest.approx(
        [13, 0]
    )

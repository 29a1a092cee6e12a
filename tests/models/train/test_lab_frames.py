"""A lab's labels become frames to learn from, parted so that no neighbour judges its neighbour."""

import cv2
import numpy as np
import pytest

from models.errors import TrainingError
from models.labels.label import NO_POINTS, NOT_GIVEN, Frame, Label, LabelSet, Point, Presence, State
from models.train.lab_frames import HEAD_PX, completed, read_lab_frames

HEAD = ((10.0, 12.0), (16.0, 20.0))  # nose and bulb, 10 px apart


def write_pictures(folder, files):
    for file in files:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(folder / file), np.full((40, 50), 90, np.uint8))


def label(file, *, points=HEAD, presence=Presence.PRESENT):
    marks = NO_POINTS
    if points:
        nose, bulb = (Point(State.MARKED, at) for at in points)
        marks = (nose, NOT_GIVEN, bulb)
    return Label(frame=Frame(file), annotator="ana", presence=presence, points=marks)


def recordings_of(frame_set):
    """Tell frames apart by their grey: each recording's pictures have one of their own."""
    return {int(image[0, 0]) for image in frame_set.images}


def test_few_recordings_are_parted_by_stretches_with_a_gap_between(tmp_path):
    files = [f"a/{number:03}.png" for number in range(100)]
    write_pictures(tmp_path, files)

    lab = read_lab_frames(LabelSet(tuple(map(label, files))), tmp_path, seed=1)

    assert len(lab.judge) == 20
    assert len(lab.learn) + len(lab.watch) + len(lab.judge) == 100 - 2 * 3
    assert "the last fifth" in lab.notes[-1]


def test_of_many_recordings_whole_ones_are_held_out(tmp_path):
    files = [f"day{day}/{number:02}.png" for day in range(10) for number in range(4)]
    write_pictures(tmp_path, files)
    for place, file in enumerate(files):
        cv2.imwrite(str(tmp_path / file), np.full((40, 50), 10 + place // 4, np.uint8))

    lab = read_lab_frames(LabelSet(tuple(map(label, files))), tmp_path, seed=1)

    learned, watched, judged = map(recordings_of, (lab.learn, lab.watch, lab.judge))
    assert not learned & judged
    assert not learned & watched
    assert not watched & judged
    assert len(learned | watched | judged) == 10


def test_heads_are_shown_at_the_networks_scale(tmp_path):
    files = [f"{number:03}.png" for number in range(20)]
    write_pictures(tmp_path, files)

    lab = read_lab_frames(LabelSet(tuple(map(label, files))), tmp_path, seed=1)

    image, animals = lab.learn.shown(0)
    assert lab.magnification == pytest.approx(HEAD_PX / 10.0)
    assert np.linalg.norm(animals[0, 0] - animals[0, 2]) == pytest.approx(HEAD_PX)
    assert image.shape == (416, 520)


def test_an_absent_head_is_learned_from_and_an_undecided_frame_is_not(tmp_path):
    files = [f"{number:03}.png" for number in range(24)]
    write_pictures(tmp_path, files)
    heads = [label(file) for file in files[:20]]
    heads += [label(file, points=(), presence=Presence.ABSENT) for file in files[20:22]]
    heads += [label(file, points=(), presence=Presence.UNDECIDED) for file in files[22:]]

    lab = read_lab_frames(LabelSet(tuple(heads)), tmp_path, seed=1)

    assert lab.notes[0] == "2 frames are undecided, or say too little of a head"
    sets = (lab.learn, lab.watch, lab.judge)
    empty = [not len(one.animals(index)) for one in sets for index in range(len(one))]
    assert sum(empty) == 2


def test_too_few_heads_are_refused_by_their_number(tmp_path):
    files = [f"{number:03}.png" for number in range(4)]
    write_pictures(tmp_path, files)

    with pytest.raises(TrainingError, match=r"only 4 frames have a head .* at least 10"):
        read_lab_frames(LabelSet(tuple(map(label, files))), tmp_path, seed=1)


def test_a_missing_picture_is_named(tmp_path):
    with pytest.raises(TrainingError, match=r"gone\.png: no such picture.*--images"):
        read_lab_frames(LabelSet((label("gone.png"),)), tmp_path, seed=1)


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_a_missing_keypoint_is_placed_evenly_on_the_head(missing):
    whole = np.array([[0.0, 0.0], [5.0, 2.0], [10.0, 4.0]])
    known = whole.copy()
    known[missing] = np.nan

    assert completed(known) == pytest.approx(whole)

"""A lab's labelled frames as frames to learn from, and how they are parted.

Frames of one recording resemble each other, and neighbouring ones are all but the same: a
network judged on neighbours of what it learned looks better than it is. So whole recordings are
held out; where there are too few of them, a stretch of each.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.detection import KEYPOINTS, GreyImage
from models.errors import TrainingError
from models.labels.label import FrameKey, Label, LabelSet, Presence
from models.labels.pictures import read_frame
from models.train.frames import MOST_ANIMALS, FrameSet

HEAD_PX = 104.0  # from nose to terminal bulb, at the network's scale
_HELD_OUT, _WATCHED = 0.2, 0.15  # shares of the frames
_LEAST_FRAMES = 10
_LEAST_RECORDINGS = 5  # with fewer, stretches of recordings are held out instead of whole ones
_GAP = 0.03  # of a recording, left out on each side of a stretch that is held out


@dataclass(frozen=True, slots=True, kw_only=True)
class LabFrames:
    """Frames to learn from, to watch so as to stop in time, and to be judged by at the end.

    `magnification` is what most frames need; `notes` say in words what was left out, and how the
    frames were parted.
    """

    learn: FrameSet
    watch: FrameSet
    judge: FrameSet
    magnification: float
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _LabFrame:
    key: FrameKey
    recording: str
    image: GreyImage
    animals: NDArray[np.float64]  # (animals, 3, 2)


def read_lab_frames(labels: LabelSet, images: Path, *, seed: int) -> LabFrames:
    """Read the pictures of labels, one label for each head (a consensus), and part them.

    Raises:
        TrainingError: pictures cannot be read, or too few frames are of use.
    """
    frames, notes = _usable(labels, images)
    scale = _magnifications(frames)
    learn, watch, judge, how = _parted(frames, seed)
    return LabFrames(
        learn=_frame_set(learn, scale),
        watch=_frame_set(watch, scale),
        judge=_frame_set(judge, scale),
        magnification=float(np.median(list(scale.values()))),
        notes=(*notes, how),
    )


def read_every_frame(labels: LabelSet, images: Path) -> tuple[FrameSet, list[str]]:
    """Read the pictures of labels as `read_lab_frames` does, unparted, in the order of their names.

    With them comes the recording of each frame.

    Raises:
        TrainingError: pictures cannot be read, or too few frames are of use.
    """
    frames, _ = _usable(labels, images)
    return _frame_set(frames, _magnifications(frames)), [frame.recording for frame in frames]


def _usable(labels: LabelSet, images: Path) -> tuple[list[_LabFrame], list[str]]:
    by_frame: dict[FrameKey, list[Label]] = {}
    for label in labels:
        by_frame.setdefault(label.frame.key, []).append(label)
    frames: list[_LabFrame] = []
    unplaced = 0
    for key in sorted(by_frame):
        heads = by_frame[key]
        animals = [completed(head.keypoints_px()) for head in heads if _is_present(head)]
        is_decided = all(head.presence is not Presence.UNDECIDED for head in heads)
        if not is_decided or not all(np.isfinite(animal).all() for animal in animals):
            unplaced += 1
            continue
        image = read_frame(images, heads[0].frame)
        if image is None:
            raise TrainingError(
                f"{images / key[0]}: no such picture, or unreadable: give their folder by --images"
            )
        whole = np.array(animals).reshape(-1, len(KEYPOINTS), 2)[:MOST_ANIMALS]
        frames.append(_LabFrame(key, heads[0].frame.recording, image, whole))
    with_head = sum(bool(len(frame.animals)) for frame in frames)
    if with_head < _LEAST_FRAMES:
        raise TrainingError(
            f"only {with_head} frames have a head with two keypoints marked: at least"
            f" {_LEAST_FRAMES} are needed, a hundred are a good beginning"
        )
    notes = [f"{unplaced} frames are undecided, or say too little of a head"] if unplaced else []
    return frames, notes


def completed(keypoints_px: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return keypoints (3, 2) with the third where two are known: they lie evenly on the head.

    >>> completed(np.array([[0.0, 0.0], [np.nan, np.nan], [10.0, 4.0]]))
    array([[ 0.,  0.],
           [ 5.,  2.],
           [10.,  4.]])
    """
    nose, metacorpus, bulb = keypoints_px
    between = (2.0 * metacorpus - bulb, (nose + bulb) / 2.0, 2.0 * metacorpus - nose)
    return np.where(np.isfinite(keypoints_px), keypoints_px, np.array(between))


def _is_present(label: Label) -> bool:
    return label.presence is Presence.PRESENT


def _magnifications(frames: Sequence[_LabFrame]) -> Mapping[str, float]:
    """Return by how much the frames of each recording are to be magnified; all are of one scale."""
    lengths: dict[str, list[float]] = {}
    for frame in frames:
        for nose, _, bulb in frame.animals:
            lengths.setdefault(frame.recording, []).append(math.dist(nose, bulb))
    everywhere = float(np.median([one for some in lengths.values() for one in some]))
    if everywhere <= 0.0:
        raise TrainingError("nose and terminal bulb are marked at the same place")
    return {
        frame.recording: HEAD_PX / float(np.median(lengths.get(frame.recording, [everywhere])))
        for frame in frames
    }


def _parted(
    frames: Sequence[_LabFrame], seed: int
) -> tuple[list[_LabFrame], list[_LabFrame], list[_LabFrame], str]:
    recordings = sorted({frame.recording for frame in frames})
    if len(recordings) < _LEAST_RECORDINGS:
        return _by_stretches(frames, recordings)
    order = np.random.default_rng(seed).permutation(len(recordings)).tolist()
    judged = max(1, round(_HELD_OUT * len(recordings)))
    watched = max(1, round(_WATCHED * len(recordings)))
    part = {recordings[place]: number for number, place in enumerate(order)}
    judge = [one for one in frames if part[one.recording] < judged]
    watch = [one for one in frames if judged <= part[one.recording] < judged + watched]
    learn = [one for one in frames if part[one.recording] >= judged + watched]
    how = f"judged by {judged} recordings of {len(recordings)}, none of which was learned from"
    return learn, watch, judge, how


def _by_stretches(
    frames: Sequence[_LabFrame], recordings: Sequence[str]
) -> tuple[list[_LabFrame], list[_LabFrame], list[_LabFrame], str]:
    """Hold out the last stretch of each recording, and watch the one before it."""
    learn: list[_LabFrame] = []
    watch: list[_LabFrame] = []
    judge: list[_LabFrame] = []
    for recording in recordings:
        own = [frame for frame in frames if frame.recording == recording]
        count = len(own)
        gap = math.ceil(_GAP * count)
        judged_from = count - max(1, round(_HELD_OUT * count))
        watched_from = judged_from - max(1, round(_WATCHED * count))
        judge += own[judged_from:]
        watch += own[watched_from : judged_from - gap]
        learn += own[: max(1, watched_from - gap)]
    how = (
        f"recordings: {len(recordings)}; with fewer than {_LEAST_RECORDINGS} it is judged by the"
        " last fifth of each, which flatters: more recordings tell how it does on new animals"
    )
    return learn, watch, judge, how


def _frame_set(frames: Sequence[_LabFrame], scale: Mapping[str, float]) -> FrameSet:
    keypoints_px = np.full((len(frames), MOST_ANIMALS, len(KEYPOINTS), 2), np.nan)
    for place, frame in enumerate(frames):
        keypoints_px[place, : len(frame.animals)] = frame.animals
    magnification = np.array([scale[frame.recording] for frame in frames])
    recordings = tuple(frame.recording for frame in frames)
    return FrameSet(
        [frame.image for frame in frames], keypoints_px, magnification, recordings=recordings
    )

"""What a label is, apart from how files spell it.

Pixels are those of the picture (x first, pixel centres at whole numbers). A *label* is what one
annotator said of one animal's head in one frame; labels of several annotators stand side by side
and are never merged but by `models.labels.consensus`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from models.detection import KEYPOINTS

FrameKey: TypeAlias = tuple[str, int]
CONSENSUS = "consensus"  # the annotator of labels that were brought together from several


class Presence(StrEnum):
    """Whether the head is in the picture; undecided: looked at, and not said."""

    PRESENT = "present"
    ABSENT = "absent"
    UNDECIDED = "undecided"


class State(StrEnum):
    """What an annotator said of one keypoint."""

    MARKED = "marked"
    HIDDEN = "hidden"  # placed where it must lie, though it could not be seen
    NOT_VISIBLE = "not_visible"
    NOT_GIVEN = "not_given"


@dataclass(frozen=True, slots=True)
class Point:
    """One keypoint of a label. `at_px` is given exactly where it was marked or placed hidden.

    `spread_px` says how far annotators scatter about it, along each axis; None: not known.
    """

    state: State
    at_px: tuple[float, float] | None = None
    spread_px: float | None = None

    def __post_init__(self) -> None:
        is_placed = self.state in (State.MARKED, State.HIDDEN)
        if is_placed != (self.at_px is not None):
            raise ValueError(f"a {self.state} point with the place {self.at_px}")
        if self.at_px is not None and not all(map(math.isfinite, self.at_px)):
            raise ValueError(f"a point at {self.at_px}")


NOT_GIVEN = Point(State.NOT_GIVEN)
NOT_VISIBLE = Point(State.NOT_VISIBLE)
NO_POINTS = (NOT_GIVEN,) * len(KEYPOINTS)


@dataclass(frozen=True, slots=True)
class Frame:
    """A picture: a file and, in a video, its number; `size_px` (width, height) where known."""

    file: str
    index: int = 0
    size_px: tuple[int, int] | None = None

    @property
    def key(self) -> FrameKey:
        """What makes two frames the same."""
        return (self.file, self.index)

    @property
    def recording(self) -> str:
        """The video, or the folder of a picture: frames of one scale, not independent."""
        folder, _, _ = self.file.rpartition("/")
        return folder if self.index == 0 else self.file


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What one annotator said of one animal's head in one frame.

    `repeat` counts how often this annotator had labelled the frame before (blind repeats);
    `when` is as the tool wrote it, and empty where it did not; `points` follow `KEYPOINTS`.
    """

    frame: Frame
    annotator: str
    presence: Presence
    points: tuple[Point, ...] = NO_POINTS
    animal: int = 0
    repeat: int = 0
    when: str = ""
    tool: str = ""
    presence_probability: float | None = None

    def __post_init__(self) -> None:
        if not self.frame.file or not self.annotator:
            raise ValueError("a label needs a file and an annotator")
        if len(self.points) != len(KEYPOINTS):
            raise ValueError(f"a label needs {len(KEYPOINTS)} points, not {len(self.points)}")
        if self.presence is Presence.ABSENT and self.points != NO_POINTS:
            raise ValueError("a head that is absent has no points")

    @property
    def key(self) -> tuple[FrameKey, int, str, int]:
        """What no two labels may share."""
        return (self.frame.key, self.animal, self.annotator, self.repeat)

    def keypoints_px(self) -> NDArray[np.float64]:
        """Return the places (3, 2), NaN where none was marked."""
        return np.array([point.at_px or (math.nan, math.nan) for point in self.points])


@dataclass(frozen=True, slots=True)
class LabelSet:
    """Labels of one or several annotators, in the order of their files."""

    labels: tuple[Label, ...]

    def __len__(self) -> int:
        return len(self.labels)

    def __iter__(self) -> Iterator[Label]:
        return iter(self.labels)

    @property
    def annotators(self) -> tuple[str, ...]:
        """Who labelled, in alphabetical order."""
        return tuple(sorted({label.annotator for label in self.labels}))

    def by(self, annotator: str) -> LabelSet:
        """Return one annotator's pass."""
        return LabelSet(tuple(label for label in self.labels if label.annotator == annotator))

    def without(self, annotator: str) -> LabelSet:
        """Return the passes of all others."""
        return LabelSet(tuple(label for label in self.labels if label.annotator != annotator))

    def by_head(self) -> Mapping[tuple[FrameKey, int], tuple[Label, ...]]:
        """Return the labels of each animal of each frame, in the order of the frames' names."""
        heads: dict[tuple[FrameKey, int], list[Label]] = {}
        for label in self.labels:
            heads.setdefault((label.frame.key, label.animal), []).append(label)
        return {
            key: tuple(sorted(heads[key], key=lambda label: label.key)) for key in sorted(heads)
        }

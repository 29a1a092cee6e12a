"""What is known of each frame: its heads by consensus, and what everybody said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.labels.consensus import Consensus, Head
from models.labels.label import Frame, FrameKey, Label, Presence


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueHead:
    """A head by consensus: keypoints (3, 2), NaN where not marked; its length, nose to bulb.

    `apart_px` is how far the annotators' marks of a keypoint scatter; NaN where one marked alone.
    """

    keypoints_px: NDArray[np.float64]
    length_px: float
    apart_px: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueFrame:
    """A frame that can be judged by: none of its heads is undecided."""

    frame: Frame
    heads: tuple[TrueHead, ...]
    labels: tuple[Label, ...]


def true_frames(consensus: Consensus) -> tuple[list[TrueFrame], int]:
    """Return the frames to judge by, in the order of their names, and how many are undecided."""
    by_frame: dict[FrameKey, list[Head]] = {}
    for head in consensus.heads:
        by_frame.setdefault(head.label.frame.key, []).append(head)
    frames = [_frame(by_frame[key]) for key in sorted(by_frame)]
    decided = [frame for frame in frames if frame is not None]
    return decided, len(frames) - len(decided)


def _frame(heads: Sequence[Head]) -> TrueFrame | None:
    if any(head.label.presence is Presence.UNDECIDED for head in heads):
        return None
    present = [head for head in heads if head.label.presence is Presence.PRESENT]
    marked = [head for head in present if np.isfinite(head.label.keypoints_px()).any()]
    if len(marked) < len(present):  # a head is there, and nobody said where
        return None
    return TrueFrame(
        frame=heads[0].label.frame,
        heads=tuple(_head(head) for head in marked),
        labels=tuple(label for head in heads for label in head.labels),
    )


def _head(head: Head) -> TrueHead:
    spreads = [point.spread_px for point in head.label.points if point.spread_px is not None]
    keypoints_px = head.label.keypoints_px()
    own_px = float(np.hypot(*(keypoints_px[0] - keypoints_px[-1])))
    return TrueHead(
        keypoints_px=keypoints_px,
        length_px=own_px if np.isfinite(own_px) and own_px > 0.0 else head.length_px,
        apart_px=float(np.mean(spreads)) if len(head.labels) > 1 and spreads else float("nan"),
    )

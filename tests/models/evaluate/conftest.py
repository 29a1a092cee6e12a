"""Frames with a known head, and answers at a known distance from it."""

import numpy as np
import pytest

from models.detection import Candidate
from models.evaluate.judging import judge
from models.evaluate.truth import TrueFrame, TrueHead
from models.labels.label import Frame

HEAD_PX = np.array([[140.0, 100.0], [110.0, 100.0], [80.0, 100.0]])  # 60 px from nose to bulb


def frame_of(number, *, heads=1, folder="plate", keypoints_px=HEAD_PX):
    true = [
        TrueHead(
            keypoints_px=keypoints_px + np.array([0.0, 200.0 * at]), length_px=60.0, apart_px=1.0
        )
        for at in range(heads)
    ]
    return TrueFrame(frame=Frame(f"{folder}/{number:04d}.png"), heads=tuple(true), labels=())


def answer(off_px=0.0, *, confidence=0.9, turned=False, expected_px=1.0):
    keypoints_px = HEAD_PX[::-1] if turned else HEAD_PX
    return Candidate(
        keypoints_px=keypoints_px + np.array([0.0, off_px]),
        confidences=np.full(3, confidence),
        confidence=confidence,
        expected_errors_px=np.full(3, expected_px),
    )


@pytest.fixture
def judged_as():
    """A function that judges an answer at a distance from the head; None: nothing was seen."""

    def judged(off_px, number=0, *, heads=1, folder="plate", **how):
        candidates = [] if off_px is None else [answer(off_px, **how)]
        return judge(frame_of(number, heads=heads, folder=folder), candidates, min_confidence=0.5)

    return judged

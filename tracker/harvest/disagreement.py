"""Where the networks of an ensemble disagree: there nobody has told them what is right.

An ensemble says so itself: its expected errors are its networks' disagreement, calibrated on
frames held out. A single model has only its own doubt to offer, which is asked for alike.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from models.detection import Candidate, Detector
from tracker.record.opened import OpenedRecording

REASON = "networks disagree"
_WHOLE = 0.25  # of the head's length: an expected error from there on is worth a label in full


def disagreement_of(
    recording: OpenedRecording,
    detector: Detector,
    places: NDArray[np.int64],
    step: Callable[[], None],
) -> NDArray[np.float64]:
    """Return what the frames at `places` are worth (n,), 0 to 1; NaN where no head is seen."""
    worth = np.full(len(places), np.nan)
    for at, place in enumerate(places.tolist()):
        found = detector.detect(recording.frames[place])
        if found:
            worth[at] = _doubt(found[0])
        step()
    return worth


def _doubt(surest: Candidate) -> float:
    nose_px, _, bulb_px = surest.keypoints_px
    length_px = max(float(np.hypot(*(nose_px - bulb_px))), 1.0)
    return float(np.clip(surest.expected_error_px / length_px / _WHOLE, 0.0, 1.0))

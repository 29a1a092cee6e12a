"""The first step that went wrong is named, by the truth where it is known."""

from dataclasses import replace

import numpy as np
import pytest

from models.detection import Candidate
from models.evaluate.heat import Heat
from tracker.messages import GuardAction
from tracker.report.steps import NAMES, Steps
from tracker.report.suspect import suspect

HEAD = np.array([100.0, 80.0])
ELSEWHERE = np.array([160.0, 80.0])
UNKNOWN = np.full(2, np.nan)


def candidate_at(at_px):
    """A candidate whose tracked point lies there."""
    along = np.array([[-20.0, 0.0], [-6.0, 0.0], [14.0, 0.0]])
    return Candidate(keypoints_px=at_px + along, confidences=np.full(3, 0.9), confidence=0.9)


def heat_at(at_px, level=0.8):
    levels = np.zeros((20, 25), np.float32)
    column, row = (at_px // 8).astype(int)
    levels[row, column] = level
    return Heat(levels=levels, corner_px=(-0.5, -0.5), cell_px=(8.0, 8.0))


FINE = Steps(
    frame_index=7,
    since_s=0.2,
    image=np.zeros((160, 200), np.uint8),
    heat=heat_at(HEAD),
    candidates=[candidate_at(HEAD)],
    was_taken_up=True,
    then_count=1,
    is_found=True,
    confidence=0.9,
    keypoints_px=candidate_at(HEAD).keypoints_px,
    head_px=HEAD,
    expected_px=HEAD,
    estimate_px=HEAD,
    foreseen_px=HEAD,
    foreseen_in_s=0.02,
    true_px=HEAD,
    center_px=HEAD,
    asked_px=HEAD,
    sent_px=HEAD,
    asked_um_s=np.zeros(2),
    sent_um_s=np.zeros(2),
    action=GuardAction.NONE,
    um_per_px=1.26,
)
MISSED = {"candidates": [candidate_at(ELSEWHERE)], "head_px": ELSEWHERE}

WRONG = {
    "not taken up": ({"was_taken_up": False}, "picture", "never looked"),
    "outside": ({"true_px": np.array([-30.0, 40.0])}, "picture", "outside the picture"),
    "cold": ({**MISSED, "heat": heat_at(ELSEWHERE)}, "heat map", "cold where the head was"),
    "warm": (MISSED, "candidates", "though the map is warm there (0.80)"),
    "no map": ({**MISSED, "heat": None}, "candidates", "No candidate within 25 um"),
    "none taken": ({"is_found": False, "head_px": UNKNOWN}, "choice", "took none"),
    "another": (
        {"candidates": [candidate_at(ELSEWHERE), candidate_at(HEAD)], "head_px": ELSEWHERE},
        "choice",
        "76 um from the head",
    ),
    "belief": ({"estimate_px": ELSEWHERE}, "estimate", "believed 76 um off"),
    "guard": ({"action": GuardAction.SPEED}, "command", "speed"),
    "late": ({"center_px": ELSEWHERE}, "command", "76 um off the field's centre"),
}


def test_where_all_is_as_it_should_be_nothing_is_suspected():
    assert suspect(FINE).step == -1
    assert suspect(replace(FINE, true_px=UNKNOWN)).step == -1


def test_what_was_seen_then_counts_though_it_is_not_seen_now():
    assert suspect(replace(FINE, candidates=[], heat=None)).step == -1
    assert suspect(replace(FINE, candidates=[], heat=None, true_px=UNKNOWN)).step == -1


@pytest.mark.parametrize(("changes", "step", "words"), WRONG.values(), ids=WRONG)
def test_the_first_step_that_strays_from_the_truth_is_named(changes, step, words):
    found = suspect(replace(FINE, **changes))

    assert NAMES[found.step] == step
    assert words in found.words


BY_ITSELF = {
    "cold": (
        {"candidates": [], "is_found": False, "head_px": UNKNOWN, "heat": heat_at(HEAD, 0.05)},
        "heat map",
        "cold everywhere",
    ),
    "doubtful": (
        {"candidates": [], "is_found": False, "head_px": UNKNOWN},
        "candidates",
        "no candidate",
    ),
    "none taken": ({"is_found": False, "head_px": UNKNOWN}, "choice", "none was taken"),
    "not the surest": ({"head_px": ELSEWHERE}, "choice", "Not the surest"),
    "belief": ({"estimate_px": ELSEWHERE}, "estimate", "76 um from where it was seen"),
    "guard": ({"action": GuardAction.TRAVEL}, "command", "travel"),
    "late": ({"center_px": ELSEWHERE}, "command", "76 um off"),
}


@pytest.mark.parametrize(("changes", "step", "words"), BY_ITSELF.values(), ids=BY_ITSELF)
def test_without_the_truth_only_contradictions_are_named(changes, step, words):
    found = suspect(replace(FINE, true_px=UNKNOWN, **changes))

    assert NAMES[found.step] == step
    assert words in found.words

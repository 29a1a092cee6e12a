"""What became of a frame: found, confused, elsewhere, missed, false alarm, rightly empty."""

import numpy as np
import pytest

from models.evaluate.judging import Outcome, judge
from models.evaluate.truth import TrueFrame, TrueHead, true_frames
from models.labels.consensus import find_consensus
from models.labels.label import Frame, Label, LabelSet, Point, Presence, State


@pytest.mark.parametrize(
    ("off_px", "how", "outcome"),
    [
        (2.0, {}, Outcome.FOUND),
        (29.0, {}, Outcome.FOUND),
        (31.0, {}, Outcome.ELSEWHERE),
        (2.0, {"turned": True}, Outcome.SWAPPED),
        (200.0, {"turned": True}, Outcome.ELSEWHERE),
        (None, {}, Outcome.MISSED),
        (2.0, {"confidence": 0.3}, Outcome.MISSED),
        (2.0, {"heads": 0}, Outcome.FALSE_ALARM),
        (None, {"heads": 0}, Outcome.RIGHTLY_EMPTY),
    ],
)
def test_an_outcome_follows_from_distance_direction_and_presence(judged_as, off_px, how, outcome):
    assert judged_as(off_px, **how).outcome is outcome


def test_the_error_is_that_of_the_marked_keypoints(judged_as):
    head = TrueHead(
        keypoints_px=np.array([[140.0, 97.0], [np.nan, np.nan], [80.0, 101.0]]),
        length_px=60.0,
        apart_px=np.nan,
    )
    frame = TrueFrame(frame=Frame("a.png"), heads=(head,), labels=())

    found = judge(frame, judged_as(0.0).candidates, min_confidence=0.5)

    assert found.error_px == pytest.approx(2.0)
    assert found.error_lengths == pytest.approx(2.0 / 60.0)
    assert np.isnan(found.errors_px[1])


def test_of_several_animals_the_nearest_is_the_one_that_was_meant(judged_as):
    found = judged_as(205.0, heads=2)

    assert found.outcome is Outcome.FOUND
    assert found.error_px == pytest.approx(5.0)


def label(file, who, *, y_px=None, presence=Presence.PRESENT):
    points = tuple(
        Point(State.NOT_GIVEN) if y_px is None else Point(State.MARKED, (x_px, y_px))
        for x_px in (140.0, 110.0, 80.0)
    )
    return Label(frame=Frame(file), annotator=who, presence=presence, points=points)


def test_frames_that_nobody_can_be_judged_by_are_counted_and_left_out():
    labels = LabelSet(
        (
            label("a.png", "ann", y_px=10.0),
            label("a.png", "bob", y_px=12.0),
            label("b.png", "ann", presence=Presence.ABSENT),
            label("c.png", "ann", presence=Presence.UNDECIDED),
            label("d.png", "ann"),
        )
    )

    frames, undecided = true_frames(find_consensus(labels))

    assert [(frame.frame.file, len(frame.heads)) for frame in frames] == [
        ("a.png", 1),
        ("b.png", 0),
    ]
    assert undecided == 2
    assert frames[0].heads[0].length_px == pytest.approx(60.0)
    assert frames[0].heads[0].apart_px > 0.0
    assert [each.annotator for each in frames[0].labels] == ["ann", "bob"]


def test_a_head_that_another_candidate_outshouts_is_still_among_them(judged_as):
    found = judged_as(400.0)
    both = judge(found.frame, [*found.candidates, *judged_as(3.0).candidates], min_confidence=0.5)

    assert (found.is_among, both.is_among) == (False, True)
    assert both.outcome is Outcome.ELSEWHERE

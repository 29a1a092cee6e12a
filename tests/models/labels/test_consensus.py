"""What several people mean together, and who is believed when they do not agree."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.labels.consensus import find_consensus
from models.labels.invented import Habit, invent_pass
from models.labels.label import (
    NO_POINTS,
    NOT_VISIBLE,
    Frame,
    Label,
    LabelSet,
    Point,
    Presence,
    State,
)
from models.labels.placing import Placing

HEAD = np.array([[100.0, 100.0], [124.0, 100.0], [140.0, 100.0]])
TAIL = np.array([[420.0, 100.0], [396.0, 100.0], [380.0, 100.0]])  # its bulb points to the head
FAR = np.array([[100.0, 400.0], [124.0, 400.0], [140.0, 400.0]])  # beside it, the same way round


def label(annotator, marks=None, *, presence=Presence.PRESENT, animal=0):
    points = NO_POINTS
    if marks is not None:
        points = tuple(Point(State.MARKED, (float(x), float(y))) for x, y in marks)
    return Label(
        frame=Frame("a.png"), annotator=annotator, presence=presence, points=points, animal=animal
    )


def consensus_of(*labels):
    (head,) = find_consensus(LabelSet(labels)).heads
    return head


def test_two_against_one_decide_which_end_is_the_head():
    head = consensus_of(label("anna", HEAD), label("ben", TAIL), label("cleo", HEAD + 1.0))

    assert dict(zip("abc", head.placings, strict=True)) == {
        "a": Placing.AGREES,
        "b": Placing.SWAPPED,
        "c": Placing.AGREES,
    }
    assert head.label.keypoints_px() == pytest.approx(HEAD + 0.5)


def test_another_animal_is_no_swap():
    head = consensus_of(label("anna", HEAD), label("ben", FAR), label("cleo", HEAD))

    assert head.placings[1] is Placing.ELSEWHERE


def test_one_against_one_decides_nothing():
    head = consensus_of(label("anna", HEAD), label("ben", TAIL))

    assert set(head.placings) == {Placing.CONTESTED}
    assert head.label.presence is Presence.PRESENT
    assert head.label.points == NO_POINTS


def test_nose_and_bulb_exchanged_are_recognised():
    exchanged = HEAD[::-1]

    head = consensus_of(label("anna", HEAD), label("ben", exchanged), label("cleo", HEAD))

    assert head.placings[1] is Placing.REVERSED
    assert head.label.keypoints_px() == pytest.approx(HEAD)


def test_one_keypoint_far_off_is_an_outlier_with_a_name():
    astray = HEAD.copy()
    astray[2] += [0.0, 25.0]

    head = consensus_of(label("anna", HEAD), label("ben", astray), label("cleo", HEAD + 0.5))

    (outlier,) = head.outliers
    assert (outlier.annotator, outlier.keypoint) == ("ben", "terminal_bulb")
    assert outlier.distance_px == pytest.approx(25.0, abs=1.0)
    expected = HEAD + np.array([[0.0], [0.0], [0.25]])
    assert head.label.keypoints_px() == pytest.approx(expected)


def test_not_visible_wins_where_most_say_so():
    hidden = label("anna", HEAD)
    hidden = replace(hidden, points=(*hidden.points[:2], NOT_VISIBLE))

    head = consensus_of(
        hidden, replace(hidden, annotator="ben"), replace(label("cleo", HEAD), annotator="cleo")
    )

    assert head.label.points[2] == NOT_VISIBLE
    assert head.label.points[0].at_px is not None


def test_a_blind_repeat_has_no_second_voice():
    again = replace(label("ben", TAIL), repeat=1)

    (head,) = find_consensus(
        LabelSet((label("anna", HEAD), label("cleo", HEAD), label("ben", TAIL), again))
    ).heads

    assert len(head.labels) == 3


def test_two_animals_are_matched_whatever_their_numbers():
    labels = LabelSet(
        (
            label("anna", HEAD, animal=0),
            label("anna", FAR, animal=1),
            label("ben", FAR + 1.0, animal=0),
            label("ben", HEAD + 1.0, animal=1),
            label("cleo", FAR + 2.0, animal=0),
        )
    )

    heads = find_consensus(labels).heads

    assert [len(head.labels) for head in heads] == [2, 3]
    assert heads[0].label.keypoints_px() == pytest.approx(HEAD + 0.5)
    assert heads[1].label.keypoints_px() == pytest.approx(FAR + 1.0)


def test_disputed_presence_follows_the_better_annotators(truth, annotate):
    labels = annotate(
        truth(200, absent=60),
        Habit(annotator="anna"),
        Habit(annotator="ben"),
        Habit(annotator="cleo", wrong_presence=0.4),
    )

    consensus = find_consensus(labels)

    said = [head.label.presence for head in consensus.heads]
    assert said.count(Presence.PRESENT) == 140
    confused = consensus.verdicts.confusion[:, 0, 1]
    assert confused[2] == pytest.approx(0.4, abs=0.1)
    assert confused[:2] == pytest.approx([0.0, 0.0], abs=0.02)


@settings(deadline=None, max_examples=15)
@given(order=st.permutations(range(24)))
def test_the_order_of_labels_does_not_matter(order):
    labels = [label(who, HEAD + n) for n, who in enumerate(("anna", "ben", "cleo"))]
    labels = [replace(one, frame=Frame(f"{n}.png")) for n in range(8) for one in labels]

    one = find_consensus(LabelSet(tuple(labels))).labels()
    other = find_consensus(LabelSet(tuple(labels[place] for place in order))).labels()

    assert one == other


@settings(deadline=None, max_examples=20)
@given(shift=st.tuples(st.floats(-90, 90), st.floats(-90, 90)))
def test_labels_that_move_together_move_the_consensus(shift):
    marks = (HEAD, HEAD + np.array([1.0, 2.0]), HEAD - 1.5)
    still = consensus_of(*(label(who, mark) for who, mark in zip("abc", marks, strict=True)))

    moved = consensus_of(
        *(label(who, mark + np.array(shift)) for who, mark in zip("abc", marks, strict=True))
    )

    expected = still.label.keypoints_px() + np.array(shift)
    assert moved.label.keypoints_px() == pytest.approx(expected, abs=1e-6)


def test_a_third_of_gross_errors_barely_harms_the_consensus(truth):
    frames = truth(60)
    habits = [Habit(annotator=f"a{n}", scatter_px=1.0) for n in range(6)]
    passes = [invent_pass(frames, habit, seed=n) for n, habit in enumerate(habits)]
    spoilt = [
        invent_pass(frames, replace(habit, swaps=1.0), seed=n) for n, habit in enumerate(habits[:2])
    ]
    labels = LabelSet(tuple(label for one in (*spoilt, *passes[2:]) for label in one))

    found = find_consensus(labels).labels()

    off_px = [
        np.linalg.norm(one.keypoints_px() - true.keypoints_px(), axis=1)
        for one, true in zip(found, frames, strict=True)
    ]
    assert np.median(off_px) < 0.9
    assert np.max(off_px) < 3.0

"""The figures of the report, against annotators whose habits are known."""

import numpy as np
import pytest

from models.labels.invented import Habit, invent_pass
from models.labels.label import LabelSet
from models.labels.pairs import Share
from models.labels.placing import Placing
from models.labels.quality import judge_labels

CAREFUL = Habit(annotator="anna", scatter_px=0.8)
BIASED = Habit(annotator="ben", scatter_px=1.2, bias_along_px=2.0)
HASTY = Habit(annotator="cleo", scatter_px=2.5, swaps=0.08)


@pytest.fixture
def quality(truth, annotate):
    return judge_labels(annotate(truth(400, absent=60), CAREFUL, BIASED, HASTY), within_heads=0.05)


def test_bias_and_scatter_of_each_annotator_are_found(quality):
    hands = {(hand.annotator, hand.keypoint): hand for hand in quality.hands}

    for keypoint in ("nose", "metacorpus", "terminal_bulb"):
        along = [hands[who, keypoint].bias_along_px for who in ("anna", "ben", "cleo")]
        assert along == pytest.approx([-2 / 3, 4 / 3, -2 / 3], abs=0.4)
        scatter = [hands[who, keypoint].scatter_px for who in ("anna", "ben", "cleo")]
        assert scatter == pytest.approx([0.8, 1.2, 2.5], abs=0.4)
        assert hands["anna", keypoint].bias_across_px == pytest.approx(0.0, abs=0.3)


def test_the_one_who_takes_tails_for_heads_is_named(quality):
    swapped = {who: counts[Placing.SWAPPED] for who, counts in quality.placings.items()}

    assert swapped["anna"] == swapped["ben"] == 0
    assert swapped["cleo"] == pytest.approx(0.08 * 340, abs=10)
    assert quality.gross_pairs.part == pytest.approx(2 / 3 * 0.08, abs=0.025)


def test_the_share_within_the_criterion_is_that_of_the_known_scatter(truth, annotate):
    habits = [Habit(annotator=who, scatter_px=1.0) for who in ("anna", "ben")]

    quality = judge_labels(annotate(truth(600), *habits), within_heads=0.05)

    # Two marks lie sqrt(2) px apart along each axis; 5 % of 40 px is 2 px.
    one_keypoint = 1.0 - np.exp(-(2.0**2) / (2.0 * 2.0))
    for share in quality.within_by_keypoint.values():
        assert share.part == pytest.approx(one_keypoint, abs=0.06)
    assert quality.within.part == pytest.approx(one_keypoint**3, abs=0.06)


def test_two_annotators_share_a_scatter_that_cannot_be_told_apart(truth, annotate):
    quality = judge_labels(annotate(truth(300), CAREFUL, HASTY), within_heads=0.05)

    assert all(hand.is_shared for hand in quality.hands)
    scatter = {hand.scatter_px for hand in quality.hands if hand.keypoint == "nose"}
    assert max(scatter) == pytest.approx(min(scatter))


def test_a_persons_own_repeats_are_compared(truth):
    frames = truth(80)
    first = invent_pass(frames, CAREFUL, seed=1)
    again = invent_pass(LabelSet(frames.labels[:30]), CAREFUL, seed=2, repeat=1)

    quality = judge_labels(LabelSet((*first, *again)), within_heads=0.05)

    (repeat,) = quality.repeats
    assert (repeat.one, repeat.other, repeat.heads) == ("anna", "anna", 30)
    # The median of a distance between two marks of this scatter.
    assert repeat.distances["nose"].median_px() == pytest.approx(0.8 * 1.4142 * 1.1774, abs=0.4)
    assert quality.multiply == 0


def test_presence_alone_can_be_judged(truth, annotate):
    habits = [Habit(annotator=who, wrong_presence=0.1) for who in ("anna", "ben", "cleo")]

    quality = judge_labels(annotate(truth(300, absent=150), *habits), within_heads=0.05)

    assert 0.6 < quality.alpha < 0.95
    assert quality.presence_agreed.of == 300


def test_a_share_knows_how_sure_it_is():
    low, high = Share(45, 50).interval()

    assert (low, high) == pytest.approx((0.786, 0.957), abs=0.002)  # Wilson's interval
    assert Share(0, 0).interval() == (0.0, 1.0)

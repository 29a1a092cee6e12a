"""What a report says: gold frames, the worklist, the worth of repeats, the page."""

import csv
from dataclasses import replace

import cv2
import numpy as np
import pytest

from models.labels.consensus import find_consensus
from models.labels.faults import LabelError
from models.labels.gold import judge_by_gold
from models.labels.invented import Habit, invent_pass
from models.labels.label import LabelSet
from models.labels.meaning import explain
from models.labels.quality import judge_labels
from models.labels.worklist import COLUMNS, find_doubts, write_worklist
from models.labels.worth import advice, weigh_repeats

CAREFUL = Habit(annotator="anna", scatter_px=0.3)
BIASED = Habit(annotator="ben", scatter_px=0.3, bias_along_px=3.0)
BLUNDERING = Habit(annotator="cleo", scatter_px=0.3, swaps=0.2, wrong_presence=0.05)


def told(quality, gold=()):
    found = explain(quality, gold)
    return "\n".join(f"{one.title}: {one.figure} {one.meaning} {one.todo}" for one in found)


def test_a_bias_that_is_hidden_among_the_others_shows_beside_the_gold_frames(truth, annotate):
    frames = truth(80)
    labels = annotate(frames, BIASED, replace(BIASED, annotator="dan"))

    quality = judge_labels(labels, within_heads=0.05)
    ben, dan = judge_by_gold(LabelSet((*labels, *frames)), "truth")

    assert all(abs(hand.bias_along_px) < 0.2 for hand in quality.hands)
    for found in (ben, dan):
        assert list(found.bias_along_px.values()) == pytest.approx([3.0] * 3, abs=0.2)
        assert found.pair.same_place.part == 1.0


def test_gold_frames_name_who_takes_tails_for_heads(truth, annotate):
    frames = truth(200)
    labels = annotate(frames, CAREFUL, BLUNDERING)

    anna, cleo = judge_by_gold(LabelSet((*labels, *frames)), "truth")

    assert anna.pair.same_place.part == 1.0
    assert cleo.pair.same_place.part == pytest.approx(0.8, abs=0.09)


def test_a_gold_annotator_who_is_nobody_is_refused_by_name(truth):
    with pytest.raises(LabelError, match="--gold expert: nobody of that name labelled"):
        judge_by_gold(truth(3), "expert")
    with pytest.raises(LabelError, match="nobody else labelled"):
        judge_by_gold(truth(3), "truth")


def test_the_worklist_begins_with_the_worst_and_says_why(truth, annotate, tmp_path):
    frames = truth(60, absent=10)
    labels = annotate(frames, CAREFUL, replace(CAREFUL, annotator="ben"), BLUNDERING)
    quality = judge_labels(labels, within_heads=0.05)

    doubts = find_doubts(quality)
    write_worklist(tmp_path / "worklist.csv", doubts)

    with (tmp_path / "worklist.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS
    assert rows[0]["why"] == "cleo against the others: head and tail swapped"
    assert float(rows[0]["worst_head_lengths"]) > 2.0
    swapped = sum("swapped" in row["why"] for row in rows)
    disputed = sum("anna and ben: a head; cleo: none" in row["why"] for row in rows)
    assert swapped + disputed == len(rows)
    assert 4 <= swapped <= 16


def test_where_all_agree_there_is_nothing_to_look_at_again(truth, annotate):
    labels = annotate(truth(20), CAREFUL, replace(CAREFUL, annotator="ben"))

    assert find_doubts(judge_labels(labels, within_heads=0.1)) == []


@pytest.mark.parametrize(
    ("swaps", "expected"),
    [
        (0.0, "More repeats are not worth it"),
        (0.03, "Look through the worklist first"),
        (0.2, "Agree first on how to tell head from tail"),
    ],
)
def test_the_worth_of_repeats_follows_the_rate_of_errors(truth, swaps, expected):
    frames = truth(600)
    habits = [replace(CAREFUL, annotator=who, swaps=swaps) for who in ("anna", "ben")]
    first = invent_pass(frames, habits[0], seed=1)
    second = invent_pass(LabelSet(frames.labels[:400]), habits[1], seed=2)

    worth = weigh_repeats(judge_labels(LabelSet((*first, *second)), within_heads=0.05))

    assert worth.wrong_low <= swaps <= worth.wrong_high
    assert worth.wrong_singles == pytest.approx(200 * swaps, abs=12)
    assert expected in advice(worth)


def test_too_few_repeats_are_told_and_nothing_is_made_of_them(truth, annotate):
    frames = truth(10)

    none = advice(weigh_repeats(judge_labels(annotate(frames, CAREFUL), within_heads=0.05)))
    both = annotate(frames, CAREFUL, replace(CAREFUL, annotator="ben"))
    few = advice(weigh_repeats(judge_labels(both, within_heads=0.05)))

    assert "No frame was marked by two people" in none
    assert "Only 10 pairs of labels" in few


def test_every_figure_is_explained_even_where_little_is_known(truth, annotate):
    frames = truth(40, absent=8)
    labels = annotate(frames, CAREFUL, BIASED, BLUNDERING)
    again = invent_pass(LabelSet(frames.labels[:9]), CAREFUL, seed=9, repeat=1)
    labels = LabelSet((*labels, *again))

    much = told(
        judge_labels(labels, within_heads=0.05),
        judge_by_gold(LabelSet((*labels, *frames)), "truth"),
    )
    little = told(judge_labels(annotate(truth(2), CAREFUL), within_heads=0.05))

    for word in ("human ceiling", "Krippendorff's alpha", "ben's", "the same frames again"):
        assert word in much
    assert "cleo beside the gold frames" in much
    assert "nan" not in much + little
    assert "A third of the frames labelled by three people" in little


def test_the_page_holds_its_pictures_and_needs_nothing_else(truth, annotate, tmp_path):
    pytest.importorskip("matplotlib")
    from models.labels.page import Report, page_of

    labels = annotate(truth(12), CAREFUL, replace(CAREFUL, annotator="<b>ben"), BLUNDERING)
    quality = judge_labels(labels, within_heads=0.001)
    assert quality.gross_pairs.count > 0
    (tmp_path / "plate").mkdir()
    cv2.imwrite(str(tmp_path / "plate/0003.png"), np.full((732, 968), 90, np.uint8))

    page = page_of(Report("Labels", quality, (), find_doubts(quality), tmp_path))

    assert page.count("data:image/png;base64,") == 3
    assert page.count("data:image/jpeg;base64,") == 1
    assert "http" not in page
    assert "<b>ben" not in page
    assert "&lt;b&gt;ben" in page


def test_a_page_can_be_made_of_one_persons_labels(truth, annotate):
    pytest.importorskip("matplotlib")
    from models.labels.page import Report, page_of

    quality = judge_labels(annotate(truth(3), CAREFUL), within_heads=0.05)

    assert "Nothing: everybody agrees" in page_of(Report("Labels", quality, (), (), None))


def test_heads_without_a_length_are_compared_in_pixels(truth, annotate):
    frames = annotate(truth(30), CAREFUL, replace(CAREFUL, annotator="ben"))
    noses = LabelSet(
        tuple(
            replace(one, points=(one.points[0], *[type(one.points[0])("not_given")] * 2))
            for one in frames
        )
    )

    quality = judge_labels(noses, within_heads=0.05)

    assert np.isnan(quality.consensus.lengths.overall)
    assert find_consensus(noses).heads[0].label.points[0].at_px is not None
    assert quality.pairs[0].distances["nose"].median_px() < 2.0
    assert "nan" not in told(quality)


def test_a_criterion_finer_than_people_mark_is_told(truth, annotate):
    labels = annotate(truth(30), CAREFUL, replace(CAREFUL, annotator="ben"))

    assert "judge these by --within 4" in told(judge_labels(labels, within_heads=0.01))
    assert "judge these by" not in told(judge_labels(labels, within_heads=0.05))


def test_alpha_of_hardly_any_absent_frames_is_not_taken_for_a_quarrel(truth, annotate):
    careless = replace(CAREFUL, annotator="ben", wrong_presence=0.01)
    quality = judge_labels(annotate(truth(300), CAREFUL, careless), within_heads=0.05)

    assert quality.alpha < 0.3
    assert "too few for it to mean much" in told(quality)
    assert "do not mean the same" not in told(quality)

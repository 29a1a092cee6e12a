"""A model's figures, from judgements whose figures are known."""

import numpy as np
import pytest

from models.evaluate.comparing import compare
from models.evaluate.judging import Outcome
from models.evaluate.measures import measure


def test_figures_count_what_they_say(judged_as):
    judged = [
        *(judged_as(float(off)) for off in range(1, 9)),
        judged_as(45.0),
        judged_as(0.0, turned=True),
        judged_as(None),
        judged_as(None, heads=0),
        judged_as(0.0, heads=0),
    ]

    found = measure(judged)

    assert (found.frames, found.heads) == (13, 11)
    assert found.outcomes[Outcome.FOUND] == 8
    assert (found.recall.count, found.recall.of) == (8, 11)
    assert (found.precision.count, found.precision.of) == (8, 11)
    assert (found.presence.count, found.presence.of) == (11, 13)
    assert (found.swaps.count, found.swaps.of) == (1, 10)
    assert (found.among.count, found.among.of) == (8, 11)
    assert (found.within_10_px.count, found.within_10_px.of) == (8, 11)
    assert found.px.median == pytest.approx(np.median([*range(1, 9), 45.0, 40.0]))
    assert found.lengths.median == pytest.approx(found.px.median / 60.0)


def test_an_honest_confidence_lies_on_the_diagonal(judged_as):
    draws = np.random.default_rng(1)
    judged = []
    for confidence in draws.uniform(0.5, 1.0, 4000):
        off_px = 2.0 if draws.random() < confidence else 90.0
        judged.append(judged_as(off_px, confidence=float(confidence)))

    found = measure(judged)

    assert len(found.confidence_bins) == 5
    for each in found.confidence_bins:
        assert each.came_true == pytest.approx(each.claimed, abs=0.06)
    assert found.doubt_auc == pytest.approx(0.68, abs=0.04)


def test_an_honest_expected_error_is_the_mean_of_what_comes(judged_as):
    draws = np.random.default_rng(2)
    judged = [
        judged_as(float(draws.exponential(expected_px)), expected_px=float(expected_px))
        for expected_px in draws.uniform(0.5, 6.0, 3000)
    ]

    found = measure(judged)

    for each in found.expected_bins:
        assert each.came_true == pytest.approx(each.claimed, rel=0.2)
    assert found.expected_correlation > 0.4


def test_nothing_to_judge_is_not_a_number_and_not_an_error():
    found = measure([])

    assert np.isnan(found.px.median)
    assert np.isnan(found.doubt_auc)
    assert found.confidence_bins == ()


def test_a_better_model_is_clearly_better_and_an_equal_one_is_not(judged_as):
    draws = np.random.default_rng(3)
    first = [judged_as(float(off), at) for at, off in enumerate(draws.uniform(2.0, 9.0, 300))]
    better = [judged_as(each.error_px - 1.0, at) for at, each in enumerate(first)]
    other = [judged_as(float(off), at) for at, off in enumerate(draws.uniform(2.0, 9.0, 300))]

    clear, unclear = compare(first, better), compare(first, other)

    assert clear.error_px.is_clear
    assert clear.error_px.value == pytest.approx(-1.0)
    assert clear.found.value == 0.0
    assert not unclear.error_px.is_clear


def test_whole_recordings_are_drawn_where_there_are_enough(judged_as):
    """Ten recordings, in one of which all changed: that may be chance, however many frames."""
    first = [judged_as(4.0, at, folder=f"plate{at // 50}") for at in range(500)]
    second = [
        judged_as(None if at < 50 else 4.0, at, folder=f"plate{at // 50}") for at in range(500)
    ]

    found = compare(first, second)

    assert found.by == "recordings"
    assert found.found.value == pytest.approx(-0.1)
    assert not found.found.is_clear


def test_models_that_never_saw_anything_cannot_be_compared_in_pixels(judged_as):
    nothing = [judged_as(None, at) for at in range(10)]

    assert np.isnan(compare(nothing, nothing).error_px.value)

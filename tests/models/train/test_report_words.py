"""A training's report says in words what to do next, and that changes with the figures."""

from dataclasses import replace

import pytest

from models.train.report import Report, Score
from models.train.report_words import statements

GOOD = Score(
    frames=120, with_animal=100, answered=1.0, false_alarms=0.0, found=0.98, elsewhere=0.0,
    median_px=3.1, head_within_10_px=0.97, head_median_px=3.0, head_p95_px=8.0, nose_median_px=4.0,
    bulb_median_px=3.0,
)  # fmt: skip


def said_of(**changes):
    score = replace(GOOD, **changes)
    return {one.title: one for one in statements(Report(search=score, track=GOOD))}


def test_a_good_model_is_to_be_tried_and_nothing_else_asked_for():
    said = said_of()

    assert "98% of the frames" in said["It finds the head"].figure
    assert said["It finds the head"].todo.startswith("Good")
    assert "3% of the head's length" in said["How exact"].figure
    assert [said[title].todo for title in list(said)[1:]] == ["", "", ""]


@pytest.mark.parametrize(
    ("changes", "title", "words"),
    [
        ({"found": 0.9}, "It finds the head", "Label more frames like those"),
        ({"found": 0.3}, "It finds the head", "Not of use yet"),
        ({"median_px": 15.0}, "How exact", "Train longer"),
        ({"median_px": float("nan")}, "How exact", "Train longer"),
        ({"false_alarms": float("nan")}, "Frames without a head", "a tenth of all"),
        ({"false_alarms": 0.4}, "Frames without a head", "Label more frames without"),
        ({"with_animal": 8}, "Judged by", "more recordings"),
    ],
)
def test_each_weakness_has_its_advice(changes, title, words):
    assert words in said_of(**changes)[title].todo


def test_chance_is_told_by_the_number_of_frames():
    assert "off by 4%" in said_of(with_animal=100)["Judged by"].figure
    assert "off by 15%" in said_of(with_animal=8)["Judged by"].figure


def of_beginning(**changes):
    before = Report(search=GOOD, track=GOOD)
    now = Report(search=replace(GOOD, **changes), track=GOOD, began=before, steps=900)
    return now, {one.title: one for one in statements(now)}


@pytest.mark.parametrize("changes", [{"found": 0.97}, {"median_px": 3.6}])
def test_a_worse_network_than_the_one_begun_from_is_never_recommended(changes):
    report, said = of_beginning(**changes)

    assert said["Beside the one you began from"].todo.startswith("Keep the one you began from")
    assert said["It finds the head"].todo.startswith("Do not use it")
    assert "began: search" in report.lines()[0]


def test_a_better_network_than_the_one_begun_from_is_told_to_be_better():
    _, said = of_beginning(found=0.99)

    assert "is better" in said["Beside the one you began from"].meaning
    assert said["It finds the head"].todo.startswith("Good")


def test_a_training_of_few_steps_says_that_its_figures_say_nothing():
    said = {one.title: one for one in statements(Report(search=GOOD, track=GOOD, steps=7))}

    assert "had 7 steps" in said["Too short"].figure
    assert "without --minutes" in said["Too short"].todo
    assert "Too short" not in said_of()


def test_a_network_no_better_than_the_one_begun_from_is_not_called_ready():
    _, said = of_beginning()

    assert "alike" in said["Beside the one you began from"].meaning
    assert said["It finds the head"].todo.startswith("The one you began from does as well")

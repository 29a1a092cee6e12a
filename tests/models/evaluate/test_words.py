"""An evaluation in words: shares of heads and of answers are told apart, and advice fits."""

from types import SimpleNamespace

from models.evaluate import words
from models.evaluate.measures import measure


def test_shares_of_heads_and_of_answers_are_told_apart(judged_as):
    judged = [judged_as(2.0), judged_as(4.0), judged_as(50.0), *[judged_as(None)] * 5]

    said = words._found("shipped", measure(judged))

    assert said.figure.startswith("25 %")
    assert said.figure.endswith("of 8 heads")
    assert "5 heads were not seen at all" in said.meaning
    assert "Of its 3 answers 67 % lie so near, half are within 4.0 px" in said.meaning


def test_a_model_that_saw_nothing_is_told_to_have_seen_nothing(judged_as):
    said = words._found("shipped", measure([judged_as(None)] * 3))

    assert "It saw none of them." in said.meaning


def test_empty_frames_are_asked_for_only_where_they_are_few(judged_as):
    def todo(heads, empty):
        judged = [judged_as(0.0)] * heads + [judged_as(None, heads=0)] * empty
        frames = [each.frame for each in judged]
        return words._amount(SimpleNamespace(frames=frames, undecided=0)).todo

    assert todo(8, 2) == ""
    assert todo(19, 1).startswith("Label frames without a head")
    assert todo(400, 10) == ""

"""Waiting for a recorder that is busy, and for one that is frozen."""

from tracker.runtime.patience import FROZEN_S, LONGEST_S, Patience


def test_a_busy_recorder_is_waited_for_aloud():
    patience = Patience(100.0)
    patience.heard(101.0, "summing up")

    words = []
    for second in range(102, 120):
        patience.heard(float(second))
        words.append(patience.word(float(second)))
        assert not patience.is_over(float(second))

    assert [word for word in words if word] == [
        "still summing up, after 6 s",
        "still summing up, after 11 s",
        "still summing up, after 16 s",
    ]


def test_a_frozen_recorder_is_told_once_and_given_up_soon():
    patience = Patience(100.0)
    patience.heard(101.0, "saving 80 frames")

    assert patience.word(102.5) == ""
    assert patience.word(103.1) == (
        "no sign of life for 2 s while saving 80 frames; it is waited for 8 s more "
        "(Ctrl-C: no longer)"
    )
    assert patience.word(104.0) == ""
    assert not patience.is_over(101.0 + FROZEN_S - 0.1)
    assert patience.is_over(101.0 + FROZEN_S + 0.1)


def test_one_that_thaws_is_waited_for_again():
    patience = Patience(100.0)
    assert patience.word(103.0)

    patience.heard(104.0)

    assert not patience.is_silent(105.0)
    assert not patience.is_over(113.0)
    assert patience.word(106.5).startswith("no sign of life")


def test_nobody_is_waited_for_forever():
    patience = Patience(0.0)
    patience.heard(LONGEST_S + 1.0)

    assert patience.is_over(LONGEST_S + 1.0)

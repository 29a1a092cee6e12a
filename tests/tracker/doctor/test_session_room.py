"""Before a session: what it needs against what is free."""

import math
from dataclasses import replace

import pytest

from tracker.doctor.case import Need, NeuralNeed
from tracker.doctor.session_room import refuse_too_long, room_words
from tracker.errors import UsageError

USUAL = Need(rows=732, columns=968, rate_hz=40.0, source="config")
BOTH = replace(USUAL, neural=(NeuralNeed(name="green", rows=512, columns=512, rate_hz=200.0),))


def test_a_recording_that_does_not_fit_is_refused_with_what_it_needs():
    with pytest.raises(
        UsageError, match=r"--duration 960s: needs 128\.\d GB .*, 50\.0 GB are free"
    ):
        refuse_too_long(BOTH, 50 * 10**9, 960.0)


@pytest.mark.parametrize(
    ("need", "duration_s"),
    [(USUAL, 960.0), (BOTH, math.inf), (replace(BOTH, source="assumed"), 960.0)],
    ids=["fits", "no end told", "nobody knows the camera"],
)
def test_what_fits_or_cannot_be_told_is_let_through(need, duration_s):
    refuse_too_long(need, 50 * 10**9, duration_s)


def test_room_is_told_in_recordings():
    assert room_words(BOTH, 10**12) == "disk: room for 124 min of recording, 7 recordings of 16 min"

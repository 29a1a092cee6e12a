"""Frames that are missing: whose fault, and which numbers."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tracker.record.gaps import FRAMES_DROPPED, FRAMES_LOST, FrameGaps


def _told(events):
    return [(event.kind, event.values["count"], event.detail) for event in events]


def test_frames_without_a_gap_are_not_worth_a_word(made_up):
    gaps = FrameGaps()

    assert not gaps.watch(made_up.frames([4, 5]), 0)
    assert not gaps.watch(made_up.frames([6]), 0)


def test_a_jump_in_the_numbers_is_a_frame_that_the_camera_dropped(made_up):
    gaps = FrameGaps()
    gaps.watch(made_up.frames([4, 5]), 0)

    told = _told(gaps.watch(made_up.frames([7, 8, 12]), 0))

    assert told == [(FRAMES_DROPPED, 1, "frame 6"), (FRAMES_DROPPED, 3, "frames 9 to 11")]


def test_what_the_ring_overwrote_is_ours_and_listed(made_up):
    gaps = FrameGaps()
    gaps.watch(made_up.frames([4]), 0)

    told = _told(gaps.watch(made_up.frames([8]), 3))

    assert told == [(FRAMES_LOST, 3, "frames 5 to 7")]
    assert gaps.lost_count == 3


def test_losses_that_are_told_before_the_next_frame_comes_are_kept_for_it(made_up):
    gaps = FrameGaps()
    gaps.watch(made_up.frames([4]), 0)
    gaps.watch(made_up.frames([]), 2)

    told = _told(gaps.watch(made_up.frames([8]), 0))

    assert told == [
        (FRAMES_LOST, 2, "2 of frames 5 to 7"),
        (FRAMES_DROPPED, 1, "1 of frames 5 to 7"),
    ]


@given(kept=st.sets(st.integers(0, 60), min_size=2))
def test_every_missing_number_is_counted_once(kept):
    numbers = sorted(kept)
    frames = np.zeros(len(numbers), [("index", "<i8"), ("t_s", "<f8")])
    frames["index"] = numbers
    gaps = FrameGaps()

    events = [event for place in range(len(frames)) for event in gaps.watch(frames[place:][:1], 0)]

    missing = numbers[-1] - numbers[0] + 1 - len(numbers)
    assert sum(event.values["count"] for event in events) == missing

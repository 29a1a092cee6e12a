"""A position gets the time at which it was true, whichever side of it was late."""

import numpy as np
import pytest

from hardware.stages.reply_timing import ReplyTiming
from hardware.types import StageState

VELOCITY_UM_S = np.array([400.0, -300.0])


@pytest.fixture
def timing():
    """Knows a controller that waits 0.2 ms, and a stage that runs steadily from (0, 0) at 0 s."""
    timing = ReplyTiming()
    for t_s in (0.993, 1.0):
        stamp_s = timing.stamp_s(VELOCITY_UM_S * t_s, through_s=t_s - 0.0001, begun_s=t_s + 0.0001)
        timing.remember(StageState(t_s=stamp_s, position_um=VELOCITY_UM_S * t_s))
    return timing


def test_an_undisturbed_reading_is_in_the_middle_of_the_wait(timing):
    stamp_s = timing.stamp_s(VELOCITY_UM_S * 2.0, through_s=1.9999, begun_s=2.0001)

    assert stamp_s == pytest.approx(2.0)


@pytest.mark.parametrize("read_s", [1.0071, 1.012, 1.0299])
def test_a_moving_stage_tells_which_side_was_late(timing, read_s):
    stamp_s = timing.stamp_s(VELOCITY_UM_S * read_s, through_s=1.007, begun_s=1.030)

    assert stamp_s == pytest.approx(read_s, abs=1e-6)


def test_a_stage_that_does_something_new_does_not_leave_the_wait(timing):
    stamp_s = timing.stamp_s(np.array([9e5, 0.0]), through_s=1.007, begun_s=1.030)

    assert stamp_s == pytest.approx(1.0299)


def test_a_first_position_or_a_standing_stage_is_stamped_early():
    timing = ReplyTiming()
    for t_s, wait_s in ((1.0, 0.0002), (1.1, 0.0002), (1.2, 0.03)):
        stamp_s = timing.stamp_s(np.zeros(2), through_s=t_s, begun_s=t_s + wait_s)
        timing.remember(StageState(t_s=stamp_s, position_um=np.zeros(2)))

        assert stamp_s == pytest.approx(t_s + 0.0001)

"""The stage process's turns, in stepped time."""

import numpy as np
import pytest

from hardware.clock import SteppedClock
from hardware.errors import LinkTimeoutError, UnreadableError
from hardware.types import StageLimits, StageState
from tracker.messages import Command
from tracker.runtime.stepped_post import WAKE_S, SteppedPost
from tracker.safety.guard import Guard

LIMITS = StageLimits(
    lower_um=np.full(2, -1e4),
    upper_um=np.full(2, 1e4),
    max_speed_um_s=3000.0,
    max_acceleration_um_s2=5e4,
)


class NotingStage:
    """Answers 3 ms after it was asked, and notes when it was written to."""

    can_interrupt = True
    wait_handle = None
    command_delay_s = 0.008
    limits = LIMITS

    def __init__(self, clock):
        self.clock = clock
        self.asked_s = []
        self.written_s = []
        self.fault = None

    def ask(self):
        self.asked_s.append(self.clock.now_s())

    def answer(self):
        if self.fault is not None:
            raise self.fault
        if self.clock.now_s() < self.asked_s[-1] + 0.003:
            return None
        return StageState(t_s=self.asked_s[-1] + 0.001, position_um=np.array([1.0, 2.0]))

    def set_velocity(self, velocity_um_s):
        self.written_s.append(self.clock.now_s())
        return velocity_um_s

    def stop(self):
        pass

    def close(self):
        pass


@pytest.fixture
def clock():
    return SteppedClock(5.0)


@pytest.fixture
def stage(clock):
    return NotingStage(clock)


@pytest.fixture
def post(stage, clock):
    guard = Guard(stage, LIMITS, deadman_s=0.2, coast_s=0.3, clock=clock)
    return SteppedPost(guard, clock, poll_hz=100)


def command(t_s):
    return Command(
        sequence=3, t_s=t_s, frame_t_s=t_s - 0.01, seen_s=t_s - 0.01, velocity_um_s=np.ones(2)
    )


def test_the_stage_is_asked_at_its_rate(post, stage, clock):
    post.run_until(6.0)

    assert clock.now_s() == 6.0
    assert np.diff(stage.asked_s) == pytest.approx(0.01)
    assert post.history().t_s[-1] == pytest.approx(stage.asked_s[-2] + 0.001, abs=0.011)


def test_a_post_is_written_as_soon_as_the_stage_process_has_woken(post, stage):
    post.run_until(5.1)
    post.post(command(5.1))
    post.run_until(5.2)

    assert stage.written_s == [pytest.approx(5.1 + WAKE_S)]
    assert post.delay_s == pytest.approx(WAKE_S + stage.command_delay_s)


@pytest.mark.parametrize("fault", [LinkTimeoutError("late"), UnreadableError("odd", reply=b"?")])
def test_a_reply_that_fails_is_asked_for_again(post, stage, fault):
    stage.fault = fault
    post.run_until(5.5)
    stage.fault = None
    post.run_until(5.6)

    assert len(stage.asked_s) > 30
    assert post.has_position
    assert (post.timeouts > 30) == isinstance(fault, LinkTimeoutError)


def test_silence_halts_and_is_told(post):
    post.run_until(5.1)
    post.post(command(5.1))
    post.run_until(6.0)

    assert [made.sequence for made in post.guarded] == [3, -1]
    assert post.guarded[1].written_s == pytest.approx(5.1 + WAKE_S + 0.2, abs=0.011)

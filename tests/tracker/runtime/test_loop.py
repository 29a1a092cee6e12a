"""The loop between parts that only take notes."""

from types import SimpleNamespace

import numpy as np
import pytest

from hardware.clock import SteppedClock
from hardware.types import Frame
from models.detection import Candidate
from tracker.history import StageHistory
from tracker.messages import Estimate, Mode, Sighting
from tracker.runtime.loop import Loop

CANDIDATE = Candidate(keypoints_px=np.zeros((3, 2)), confidences=np.ones(3), confidence=1.0)
SIGHTING = Sighting(candidate=CANDIDATE, head_px=np.ones(2), head_um=np.ones(2))


class Parts:
    """Detector, estimator, controller and stage in one; every look takes 2 ms."""

    delay_s = 0.01

    def __init__(self, clock):
        self.clock = clock
        self.asked_s = []
        self.posted = []
        self.is_given_up = False

    def history(self):
        return StageHistory(np.array([0.0]), np.array([[5.0, 6.0]]))

    def post(self, command):
        self.posted.append(command)

    def expected_px(self, t_s, stage):
        return np.array([1.0, 2.0])

    def detect(self, image, *, near_px=None):
        assert near_px.tolist() == [1.0, 2.0]
        self.clock.advance_to(self.clock.now_s() + 0.002)
        return [CANDIDATE]

    def update(self, candidates, t_s, stage):
        return None if self.is_given_up else SIGHTING

    def predict(self, t_s):
        self.asked_s.append(t_s)
        if self.is_given_up:
            return None
        return Estimate(
            t_s=t_s,
            position_um=np.zeros(2),
            velocity_um_s=np.zeros(2),
            covariance=np.eye(4),
            seen_s=0.9,
        )

    def steer(self, foreseen, stage, sighting):
        return np.array([300.0, 0.0])


@pytest.fixture
def bench():
    clock = SteppedClock(1.0)
    parts, told = Parts(clock), []
    loop = Loop(
        clock=clock,
        stage=parts,
        detector=parts,
        estimator=parts,
        controller=parts,
        listeners=[told.append],
        mode=Mode.TRACKING,
    )
    return SimpleNamespace(loop=loop, parts=parts, told=told)


def frame(index=0):
    return Frame(index=index, t_s=0.99, received_s=0.999, image=np.zeros((4, 4), np.uint8))


def test_a_frame_becomes_a_command_that_says_what_it_rests_on(bench):
    tick = bench.loop.tick(frame(7))

    (command,) = bench.parts.posted
    assert command is tick.command
    assert (command.frame_t_s, command.seen_s, command.sequence) == (0.99, 0.9, 0)
    assert command.velocity_um_s.tolist() == [300.0, 0.0]
    assert (tick.frame_index, tick.stage_um.tolist()) == (7, [5.0, 6.0])


def test_the_head_is_foreseen_for_when_the_stage_will_act(bench):
    tick = bench.loop.tick(frame())

    assert tick.foreseen.t_s == pytest.approx(1.0 + 0.002 + 0.01)
    assert tick.estimate.t_s == 0.99


def test_the_times_of_a_tick_come_in_their_order(bench):
    tick = bench.loop.tick(frame())

    assert tick.started_s == 1.0
    assert tick.detected_s == pytest.approx(1.002)
    assert tick.started_s <= tick.detected_s <= tick.decided_s <= tick.posted_s


def test_an_idle_loop_looks_and_tells_but_posts_nothing(bench):
    bench.loop.mode = Mode.IDLE
    tick = bench.loop.tick(frame())

    assert tick.sighting is SIGHTING
    assert tick.command is None
    assert not bench.parts.posted
    assert bench.told == [tick]


def test_a_head_given_up_means_stand_still_and_say_so(bench):
    bench.parts.is_given_up = True
    tick = bench.loop.tick(frame())

    assert tick.command.velocity_um_s.tolist() == [0.0, 0.0]
    assert np.isnan(tick.command.seen_s)


def test_ticks_and_commands_are_numbered_without_a_gap(bench):
    ticks = []
    for mode in (Mode.TRACKING, Mode.IDLE, Mode.TRACKING):
        bench.loop.mode = mode
        ticks.append(bench.loop.tick(frame()))

    assert [tick.index for tick in ticks] == [0, 1, 2]
    assert [command.sequence for command in bench.parts.posted] == [0, 1]


def test_while_the_calibration_is_checked_the_check_steers(bench):
    bench.loop.mode = Mode.CHECKING
    bench.loop.check = SimpleNamespace(steer=lambda t_s: np.array([t_s, 0.0]))
    bench.loop.in_picture = SimpleNamespace(see=lambda candidates, sighting: np.ones(2))

    command = bench.loop.tick(frame()).command

    assert command.velocity_um_s.tolist() == pytest.approx([1.012, 0.0])
    assert command.seen_s == 0.9
    assert np.isnan(command.off_um).all()


def test_a_check_of_a_head_that_is_not_there_stands_still(bench):
    bench.loop.mode = Mode.CHECKING
    bench.loop.check = SimpleNamespace(steer=lambda t_s: np.ones(2))
    bench.parts.is_given_up = True

    command = bench.loop.tick(frame()).command

    assert not command.velocity_um_s.any()
    assert not command.is_search


def test_a_command_tells_where_the_picture_shows_the_head(bench):
    bench.loop.in_picture = SimpleNamespace(see=lambda candidates, sighting: np.array([3.0, 4.0]))

    assert bench.loop.tick(frame()).command.off_um.tolist() == [3.0, 4.0]


class PaperSearch:
    """Remembers where heads were, and goes east from there."""

    def __init__(self):
        self.begun_at = []

    def begin_at(self, center_um):
        self.begun_at.append(center_um.tolist())

    def steer(self, t_s, stage_um):
        return stage_um * 100.0 if self.begun_at else None


def test_a_head_given_up_is_searched_for_from_where_it_was(bench):
    bench.loop.search = PaperSearch()
    bench.loop.tick(frame())
    bench.parts.is_given_up = True

    command = bench.loop.tick(frame()).command

    assert bench.loop.search.begun_at == [[0.0, 0.0]]
    assert command.velocity_um_s.tolist() == [500.0, 600.0]
    assert command.is_search
    assert np.isnan(command.seen_s)


def test_a_head_that_was_never_there_is_not_searched_for(bench):
    bench.loop.search = PaperSearch()
    bench.parts.is_given_up = True

    command = bench.loop.tick(frame()).command

    assert not command.velocity_um_s.any()
    assert not command.is_search

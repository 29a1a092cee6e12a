"""What the stage process does on its turns, in stepped time."""

import math

import numpy as np
import pytest

from hardware.errors import LinkLostError, LinkTimeoutError, UnreadableError
from hardware.ring import RingReader, RingWriter
from tracker.messages import POSITION_ROW, POST_ROW, STAGE_ROW, GuardAction
from tracker.runtime.stage_duty import StageDuty
from tracker.safety.guard import Guard

DEADMAN_S = 0.2


class Bench:
    """A duty with its rings, and the hands of control."""

    def __init__(self, stage, clock, folder):
        self.stage, self.clock = stage, clock
        self.posts = RingWriter(folder / "posts", POST_ROW, slots=16)
        rows = RingWriter(folder / "rows", STAGE_ROW, slots=64)
        positions = RingWriter(folder / "positions", POSITION_ROW, slots=64)
        self.rows = RingReader(folder / "rows", STAGE_ROW)
        self.positions = RingReader(folder / "positions", POSITION_ROW)
        self.guard = Guard(stage, stage.limits, deadman_s=DEADMAN_S, coast_s=0.3, clock=clock)
        self.duty = StageDuty(
            self.guard,
            posts=RingReader(folder / "posts", POST_ROW),
            rows=rows,
            positions=positions,
            clock=clock,
            period_s=0.01,
        )
        self._sequence = 0

    def post(self, velocity_um_s, *, frame_age_s=0.02):
        now_s = self.clock.now_s()
        frame_t_s = now_s - frame_age_s
        off_um = (math.nan, math.nan)
        self.posts.append(self._sequence, now_s, frame_t_s, frame_t_s, velocity_um_s, off_um, False)
        self._sequence += 1

    def turn(self, after_s=0.001):
        self.clock.advance_to(self.clock.now_s() + after_s)
        self.duty.turn()


@pytest.fixture
def bench(paper_stage, clock, tmp_path):
    return Bench(paper_stage, clock, tmp_path)


def place(bench):
    """Let the stage say where it is, without which nothing may move."""
    bench.turn()
    bench.turn()


def test_a_post_is_written_while_a_reply_is_outstanding(bench):
    place(bench)
    bench.stage.replies = [None, None]
    bench.turn(after_s=0.01)
    assert bench.duty.is_asked

    bench.post((100.0, 0.0))
    bench.turn()

    assert bench.duty.is_asked
    assert bench.stage.sent[-1] == ("velocity", (100.0, 0.0))


def test_a_post_waits_for_the_reply_where_the_language_demands_it(bench):
    bench.stage.can_interrupt = False
    place(bench)
    bench.stage.replies = [None]
    bench.turn(after_s=0.01)
    bench.post((100.0, 0.0))

    bench.turn()
    was_written_early = "velocity" in bench.stage.words()
    bench.turn()
    bench.turn()

    assert not was_written_early
    assert bench.stage.sent[-1] == ("velocity", (100.0, 0.0))


def test_no_question_is_on_the_wire_when_a_command_is_due(bench):
    """Commands every 25 ms, replies after 4 ms, a language whose replies look alike."""
    bench.stage.can_interrupt = False
    place(bench)
    late = 0

    for turn in range(1000):
        bench.stage.replies = [None] if turn % 4 else [np.zeros(2)]
        if turn % 25 == 24:
            bench.post((100.0, 0.0))
            late += bench.duty.is_asked
        bench.turn()

    assert late <= 1  # before the rhythm is known
    assert bench.duty.counts.commands >= 38
    assert bench.duty.counts.replies > 60


def test_a_question_that_never_fits_is_asked_behind_a_command(bench):
    """At 9600 baud an exchange takes longer than the time between two commands."""
    bench.stage.can_interrupt = False
    place(bench)

    for turn in range(1000):
        bench.stage.replies = [None] if turn % 25 != 20 else [np.zeros(2)]
        if turn % 12 == 11:
            bench.post((100.0, 0.0))
        bench.turn()

    assert bench.duty.counts.replies > 30
    assert bench.duty.counts.commands > 30


def test_a_reply_to_a_command_is_taken_though_no_position_was_asked_for(bench):
    heard = []
    bench.stage.answer = lambda: heard.append("answer")
    bench.duty._ask_at_s = bench.clock.now_s() + 1.0

    bench.turn()

    assert heard == ["answer"]
    assert not bench.duty.is_asked


def test_of_several_posts_the_newest_is_obeyed_and_told(bench):
    place(bench)
    bench.post((100.0, 0.0))
    bench.post((50.0, 20.0))

    bench.turn()

    row = bench.rows.take().rows
    assert row["sequence"].tolist() == [1]
    assert row["sent_um_s"].tolist() == [[50.0, 20.0]]


def test_positions_are_asked_for_in_the_rhythm_and_told_with_their_times(bench):
    for _ in range(50):
        bench.turn(after_s=0.002)

    assert bench.stage.words().count("ask") == pytest.approx(10, abs=1)
    rows = bench.positions.take().rows
    assert np.diff(rows["t_s"]) == pytest.approx(0.01)


@pytest.mark.parametrize(
    "trouble",
    [LinkTimeoutError("late"), UnreadableError("noise", reply=b"?")],
    ids=["late", "garbled"],
)
def test_a_late_or_garbled_reply_is_survived_and_counted(bench, trouble):
    bench.stage.replies = [trouble]

    for _ in range(10):
        bench.turn(after_s=0.01)

    assert bench.duty.counts.timeouts + bench.duty.counts.unreadable == 1
    assert bench.duty.counts.replies > 3


def test_a_lost_port_ends_the_duty(bench):
    bench.stage.replies = [LinkLostError("unplugged")]
    bench.turn()

    with pytest.raises(LinkLostError):
        bench.turn()


def test_silence_halts_once_and_is_told_as_a_halt_of_the_guards_own(bench):
    place(bench)
    bench.post((100.0, 0.0))
    bench.turn()

    for _ in range(60):
        bench.turn(after_s=0.005)

    rows = bench.rows.take().rows
    assert rows["sequence"].tolist() == [0, -1]
    assert rows["action"][-1] == GuardAction.DEADMAN
    assert rows["written_s"][-1] - rows["written_s"][0] == pytest.approx(DEADMAN_S, abs=0.01)
    assert bench.duty.counts.halts == 1


def test_a_post_from_before_the_freeze_moves_nothing_after_it(bench):
    place(bench)
    bench.post((100.0, 0.0))
    bench.turn()
    bench.turn(after_s=0.5)

    bench.post((300.0, 0.0), frame_age_s=0.5)
    bench.turn()
    stale = bench.stage.sent[-1]
    bench.post((300.0, 0.0))
    for _ in range(3):
        bench.turn()

    assert stale[0] != "velocity"
    assert ("velocity", (300.0, 0.0)) in bench.stage.sent

"""Control's side of the stage: what it posts arrives, what it reads is the stage's past."""

import numpy as np
import pytest

from hardware.errors import RingError
from hardware.ring import RingReader, RingWriter
from tracker.messages import POSITION_ROW, POST_ROW, STAGE_ROW, Command
from tracker.runtime.stage_post import RingStagePost, StandingStagePost
from tracker.runtime.wake import WakeCall, WakePort

NAN = float("nan")


class Sides:
    """Both sides of the rings."""

    def __init__(self, folder, clock):
        self.wake_port = WakePort(folder / "wake.port")
        posts = RingWriter(folder / "posts", POST_ROW, slots=8)
        self.positions = RingWriter(folder / "positions", POSITION_ROW, slots=4096)
        self.rows = RingWriter(folder / "rows", STAGE_ROW, slots=64)
        self.posts = RingReader(folder / "posts", POST_ROW)
        self.wake = WakeCall(folder / "wake.port", within_s=0.0)
        self.post = RingStagePost(
            posts=posts,
            positions=RingReader(folder / "positions", POSITION_ROW),
            rows=RingReader(folder / "rows", STAGE_ROW),
            wake=self.wake,
            clock=clock,
        )


@pytest.fixture
def sides(tmp_path, clock):
    both = Sides(tmp_path, clock)
    yield both
    both.wake.close()
    both.wake_port.close()


def test_a_posted_command_arrives_whole(sides):
    command = Command(
        sequence=7, t_s=1.5, frame_t_s=1.48, seen_s=1.48, velocity_um_s=np.array([10.0, -20.0])
    )

    sides.post.post(command)

    row = sides.posts.take().rows[0]
    assert row.tolist()[:4] == (7, 1.5, 1.48, 1.48)
    assert row["velocity_um_s"].tolist() == [10.0, -20.0]


def test_history_is_the_last_second_with_rising_stamps(sides):
    for number in range(300):
        t_s = 97.01 + 0.01 * number
        sides.positions.append(t_s, t_s, (number, 0.0))
    sides.positions.append(99.5, 100.0, (9999.0, 0.0))  # a stamp that went back

    history = sides.post.history()

    assert history.t_s[0] == pytest.approx(99.01)
    assert (np.diff(history.t_s) > 0).all()
    assert history.at(99.515).tolist() == pytest.approx([250.5, 0.0])


def test_history_keeps_what_it_read_before(sides):
    sides.positions.append(99.9, 99.9, (1.0, 0.0))
    sides.post.history()
    sides.positions.append(99.99, 99.99, (2.0, 0.0))

    assert sides.post.history().t_s.tolist() == [99.9, 99.99]


def test_where_a_reply_is_late_the_stage_goes_on_as_it_was_sent(sides):
    sides.positions.append(99.95, 99.95, (10.0, 0.0))
    sides.rows.append(0, 99.8, 99.8, 99.81, (0, 0), (100.0, 0.0), 0)
    sides.rows.append(1, 99.96, 99.96, 99.97, (0, 0), (0.0, 200.0), 0)

    history = sides.post.history()

    assert history.at(99.96).tolist() == pytest.approx([11.0, 0.0])
    assert history.at(99.99).tolist() == pytest.approx([12.0, 4.0])


def test_there_is_no_history_before_the_first_position(sides):
    assert not sides.post.has_position
    with pytest.raises(ValueError, match="not said"):
        sides.post.history()


def test_the_delay_is_the_median_of_what_the_guard_tells(sides):
    before_s = sides.post.delay_s
    for number, delay_s in enumerate([0.012, 0.013, 0.5]):
        sides.rows.append(number, 10.0, 10.0, 10.0 + delay_s, (0, 0), (0, 0), 0)
    sides.rows.append(-1, NAN, 10.0, 10.1, (0, 0), (0, 0), 32)

    assert before_s == pytest.approx(0.01)
    assert sides.post.delay_s == pytest.approx(0.013)


def test_nobody_to_wake_is_an_error_at_the_start(tmp_path):
    with pytest.raises(RingError, match="stage process did not start"):
        WakeCall(tmp_path / "wake.port", within_s=0.0)


def test_where_there_is_no_stage_it_stands_at_the_origin(clock):
    history = StandingStagePost(clock).history()

    assert history.at(clock.now_s() - 3.0).tolist() == [0.0, 0.0]

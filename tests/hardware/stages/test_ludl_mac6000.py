"""The driver against a line that is played from a table, in stepped time."""

import numpy as np
import pytest

from hardware.clock import SteppedClock
from hardware.errors import ConfigMismatchError, LinkTimeoutError, UnreadableError
from hardware.stage_config import LudlMac6000Stage
from hardware.stages.answering_stage import AnsweringStage
from hardware.stages.ludl_mac6000 import LudlMac6000Language
from hardware.stages.opening import open_speaking
from hardware.types import StageLimits

LIMITS = StageLimits(
    lower_um=np.array([-3e4, -3e4]),
    upper_um=np.array([3e4, 3e4]),
    max_speed_um_s=3000.0,
    max_acceleration_um_s2=60_000.0,
)
BYTE_S = 10 / 115_200
WHERE = bytes.fromhex("23 01 54 00 05 00 00 00 0D 23 02 54 00 05 00 00 00 0D")
HALT = bytes.fromhex("23 01 42 00 01 00 00 00 0D 23 02 42 00 01 00 00 00 0D")


def reply(x_um, y_um):
    return b"".join(
        bytes([0x23, axis, 0xD4, 0, 5, 0, 4, 0])
        + round(um / 0.05).to_bytes(4, "little", signed=True)
        + b"\x0d"
        for axis, um in ((1, x_um), (2, y_um))
    )


class PlayedLink:
    """A port that gives what it is told to, and lets time pass when it is waited for."""

    fileno = None

    def __init__(self, clock):
        self.clock = clock
        self.sent = []
        self.incoming = b""
        self.replies = []

    def write(self, data):
        self.sent.append(data)
        if self.replies:
            self.incoming += self.replies.pop(0)

    def read_available(self):
        came, self.incoming = self.incoming, b""
        return came

    def wait(self, timeout_s):
        self.clock.advance_to(self.clock.now_s() + timeout_s)

    def close(self):
        self.sent.append(b"closed")


@pytest.fixture
def clock():
    return SteppedClock(10.0)


@pytest.fixture
def link(clock):
    return PlayedLink(clock)


@pytest.fixture
def config():
    return LudlMac6000Stage(kind="ludl_mac6000", port="/dev/ttyACM0", servo_lag_s=0.006)


@pytest.fixture
def stage(link, clock, config):
    return AnsweringStage(link, LudlMac6000Language(config), config, LIMITS, clock)


@pytest.fixture
def open_stage(link, clock, config):
    """Open the port that is played, as a session does."""
    return lambda: open_speaking(
        LudlMac6000Language(config), config, LIMITS, clock, open_link=lambda *_, **__: link
    )


def ask_and_hear(stage, link, clock, bytes_back, *, after_s=0.004):
    stage.ask()
    clock.advance_to(clock.now_s() + after_s)
    link.incoming = bytes_back
    return stage.answer()


def test_a_velocity_is_sent_in_whole_counts_and_told_as_sent(stage, link):
    given_um_s = stage.set_velocity(np.array([1000.04, -333.33]))

    assert given_um_s == pytest.approx([1000.0, -333.3])
    assert link.sent == [
        bytes.fromhex(
            "23 01 41 00 0A 00 04 00 10 27 00 00 0D 23 02 41 00 0A 00 04 00 FB F2 FF FF 0D"
        )
    ]


def test_a_position_is_whole_only_when_both_axes_have_replied(stage, link, clock):
    stage.ask()
    clock.advance_to(10.003)
    link.incoming = reply(12.0, -7.5)[:20]
    half = stage.answer()
    link.incoming = reply(12.0, -7.5)[20:]
    whole = stage.answer()

    assert link.sent == [WHERE]
    assert half is None
    assert whole.position_um == pytest.approx([12.0, -7.5])


def test_a_velocity_may_be_written_between_question_and_reply(stage, link, clock):
    stage.ask()
    stage.set_velocity(np.array([100.0, 0.0]))
    clock.advance_to(10.006)
    link.incoming = reply(1.0, 2.0)

    assert stage.can_interrupt
    assert stage.answer().position_um == pytest.approx([1.0, 2.0])


def test_the_stamp_lies_between_question_and_reply_on_the_wire(stage, link, clock):
    state = ask_and_hear(stage, link, clock, reply(0, 0), after_s=35 * BYTE_S)

    assert state.t_s == pytest.approx(10.0 + 13.5 * BYTE_S, abs=2 * BYTE_S)


def test_a_computer_that_looks_late_does_not_move_the_stamp(stage, link, clock):
    ask_and_hear(stage, link, clock, reply(0, 0), after_s=35 * BYTE_S)
    clock.advance_to(11.0)

    late = ask_and_hear(stage, link, clock, reply(0, 0), after_s=0.030)

    assert late.t_s == pytest.approx(11.0 + 13.5 * BYTE_S, abs=2 * BYTE_S)


def test_a_question_behind_a_velocity_reaches_the_controller_later(stage, link, clock):
    ask_and_hear(stage, link, clock, reply(0, 0), after_s=35 * BYTE_S)
    clock.advance_to(11.0)
    stage.set_velocity(np.array([1.0, 1.0]))

    state = ask_and_hear(stage, link, clock, reply(0, 0), after_s=61 * BYTE_S)

    assert state.t_s == pytest.approx(11.0 + 39.5 * BYTE_S, abs=2 * BYTE_S)


def test_the_command_delay_is_wire_and_servo(stage):
    assert stage.command_delay_s == pytest.approx(26 * BYTE_S + 0.006)


def test_silence_is_a_timeout_and_a_late_reply_is_not_taken_for_the_next_ones(stage, link, clock):
    stage.ask()
    clock.advance_to(10.06)
    with pytest.raises(LinkTimeoutError, match=r"/dev/ttyACM0: no position within 54 ms"):
        stage.answer()
    link.incoming = reply(1, 1)

    state = ask_and_hear(stage, link, clock, reply(2, 2))

    assert state.position_um == pytest.approx([2, 2])


@pytest.mark.parametrize("came", [b"\xfe\xfe" + reply(1, 1)[1:], reply(1, 1)[:13], b":N -1\n"])
def test_what_came_instead_is_shown_when_the_deadline_is_over(stage, link, clock, came):
    stage.ask()
    link.incoming = came
    assert stage.answer() is None
    clock.advance_to(10.06)

    with pytest.raises(UnreadableError) as caught:
        stage.answer()

    assert caught.value.reply in came


def test_a_halt_that_has_no_reply_is_written_once_and_close_halts_once_more(stage, link, clock):
    stage.stop()
    clock.advance_to(11.0)
    stage.answer()
    stage.close()
    stage.close()
    stage.stop()

    assert link.sent == [HALT, HALT, b"closed"]


def test_a_port_where_nobody_speaks_this_language_is_halted_and_refused(open_stage, link):
    with pytest.raises(
        ConfigMismatchError, match=r"no MAC6000 answered at 115200 baud.*rig\.stage"
    ):
        open_stage()

    assert link.sent[0] == HALT
    assert link.sent[-1] == b"closed"


def test_a_controller_that_names_another_baud_is_refused(open_stage, link):
    link.replies = [b"", reply(0, 0), b":A  CAN 32 212 60 9600\n"]

    with pytest.raises(ConfigMismatchError, match=r"9600 baud; rig\.stage\.baud says 115200"):
        open_stage()


def test_a_controller_that_does_not_say_its_baud_is_taken(open_stage, link):
    link.replies = [b"", b"\x00noise", reply(0, 0)]

    open_stage()

    assert link.sent == [HALT, WHERE, WHERE, b"CAN 32 84 60 0\r"]

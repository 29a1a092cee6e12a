"""A controller that answers every line, played from a table, in stepped time."""

import numpy as np
import pytest

from hardware.clock import SteppedClock
from hardware.errors import LinkLostError, LinkTimeoutError, RefusedError, UnreadableError
from hardware.stage import HoldsLimits
from hardware.stage_config import AsiStage
from hardware.stages.answering_stage import AnsweringStage
from hardware.stages.asi import AsiLanguage
from hardware.types import StageLimits

LIMITS = StageLimits(
    lower_um=np.array([-3e4, -2e4]),
    upper_um=np.array([3e4, 2e4]),
    max_speed_um_s=3000.0,
    max_acceleration_um_s2=60_000.0,
)
BYTE_S = 10 / 115_200
WHERE, HALT, FENCE = b"W X Y\r", b"HALT\r", b"/\r"


def steer(x_mm_s, y_mm_s):
    return f"VE X={x_mm_s:.4f} Y={y_mm_s:.4f}\r".encode()


class PlayedLink:
    fileno = None

    def __init__(self, clock):
        self.clock, self.sent, self.incoming = clock, [], b""
        self.answers = {}
        self.is_lost = False

    def write(self, data):
        if self.is_lost:
            raise LinkLostError("gone")
        self.sent.append(data)
        for begin, reply in self.answers.items():
            if data.startswith(begin):
                self.incoming += reply

    def read_available(self):
        came, self.incoming = self.incoming, b""
        return came

    def wait(self, timeout_s):
        self.clock.advance_to(self.clock.now_s() + timeout_s)

    def close(self):
        self.sent.append(b"closed")


class Bench:
    def __init__(self):
        self.clock = SteppedClock(10.0)
        self.link = PlayedLink(self.clock)
        config = AsiStage(kind="asi", port="/dev/ttyUSB0", servo_lag_s=0.006)
        self.stage = AnsweringStage(self.link, AsiLanguage(config), config, LIMITS, self.clock)

    def hear(self, data=b"", *, after_s=0.003):
        self.clock.advance_to(self.clock.now_s() + after_s)
        self.link.incoming += data
        return self.stage.answer()


@pytest.fixture
def bench():
    return Bench()


def test_a_position_is_asked_and_told(bench):
    bench.stage.ask()
    assert bench.hear() is None

    state = bench.hear(b":A 120.0 -75.0 \r\n")

    assert bench.link.sent == [WHERE]
    assert state.position_um == pytest.approx([12.0, -7.5])
    assert 10.0 < state.t_s < bench.clock.now_s()


def test_a_velocity_is_rounded_to_what_the_controller_can_be_told(bench):
    sent_um_s = bench.stage.set_velocity(np.array([1000.04, -333.33]))

    assert sent_um_s == pytest.approx([1000.0, -333.3])
    assert bench.link.sent == [steer(1.0, -0.3333)]
    assert bench.stage.set_velocity(np.array([np.nan, np.inf])) == pytest.approx([0.0, 0.0])


def test_a_velocity_waits_for_the_one_exchange_that_is_outstanding_and_no_longer(bench):
    bench.stage.ask()
    bench.stage.set_velocity(np.array([100.0, 0.0]))
    was_held = bench.link.sent == [WHERE]

    state = bench.hear(b":A 1 2 \r\n")

    assert not bench.stage.can_interrupt
    assert was_held
    assert bench.link.sent == [WHERE, steer(0.1, 0.0)]
    assert state is not None


def test_of_velocities_that_wait_only_the_newest_is_written(bench):
    bench.stage.set_velocity(np.array([100.0, 0.0]))
    bench.stage.set_velocity(np.array([200.0, 0.0]))
    bench.stage.set_velocity(np.array([300.0, 0.0]))

    bench.hear(b":A \r\n")

    assert bench.link.sent == [steer(0.1, 0.0), steer(0.3, 0.0)]


def test_a_question_waits_for_the_reply_to_a_velocity(bench):
    bench.stage.set_velocity(np.array([100.0, 0.0]))
    bench.stage.ask()
    assert bench.link.sent == [steer(0.1, 0.0)]

    bench.hear(b":A \r\n")
    state = bench.hear(b":A 10 20 \r\n")

    assert bench.link.sent == [steer(0.1, 0.0), WHERE]
    assert state.position_um == pytest.approx([1.0, 2.0])


def test_a_halt_waits_for_nothing_and_drops_a_velocity_that_waits(bench):
    bench.stage.ask()
    bench.stage.set_velocity(np.array([100.0, 0.0]))

    bench.stage.stop()
    state = bench.hear(b":A 1 2 \r\n:A \r\n")
    bench.hear()

    assert bench.link.sent == [WHERE, HALT]
    assert state is not None


def test_a_halt_that_is_not_confirmed_is_repeated_until_it_is(bench):
    bench.stage.stop()

    bench.hear(after_s=0.1)
    bench.hear(b"N\r\n:N-21\r\n")
    bench.hear(after_s=0.3)

    assert bench.link.sent == [HALT, FENCE, HALT]


def test_a_newer_velocity_ends_the_repeating_of_a_halt(bench):
    bench.stage.stop()
    bench.stage.set_velocity(np.array([100.0, 0.0]))

    bench.hear(after_s=0.1)

    assert bench.link.sent == [HALT, FENCE, steer(0.1, 0.0)]


def test_silence_is_a_timeout_and_a_late_reply_is_not_taken_for_the_next_ones(bench):
    bench.stage.ask()
    with pytest.raises(LinkTimeoutError, match=r"/dev/ttyUSB0: no position within 5\d ms"):
        bench.hear(after_s=0.08)
    bench.stage.ask()

    late = bench.hear(b":A 999 999 \r\nN\r\n")
    state = bench.hear(b":A 10 20 \r\n")

    assert late is None
    assert bench.link.sent == [WHERE, FENCE, WHERE]
    assert state.position_um == pytest.approx([1.0, 2.0])


@pytest.mark.parametrize("reply", [b":A 12\r\n", b"\xfe\xfe\r\n", b":A 1 2 3\r\n"])
def test_a_garbled_or_truncated_reply_is_unreadable_and_the_next_one_is_not(bench, reply):
    bench.stage.ask()
    with pytest.raises(UnreadableError):
        bench.hear(reply)
    bench.hear(b"N\r\n")
    bench.stage.ask()

    assert bench.hear(b":A 10 20 \r\n").position_um == pytest.approx([1.0, 2.0])


def test_noise_before_a_reply_does_no_harm(bench):
    bench.stage.ask()

    assert bench.hear(b"\x00\xff:A 10 20 \r\n").position_um == pytest.approx([1.0, 2.0])


def test_a_place_that_cannot_be_reached_is_noise_unless_it_is_confirmed(bench):
    bench.stage.ask()
    bench.hear(b":A 0 0 \r\n")
    bench.stage.ask()
    for _ in range(2):
        with pytest.raises(UnreadableError, match="cannot be"):
            bench.hear(b":A 50000 0 \r\n")
        bench.stage.ask()

    assert bench.hear(b":A 50010 0 \r\n").position_um == pytest.approx([5001.0, 0.0])


def test_one_refusal_may_be_noise_and_three_in_a_row_are_an_error(bench):
    for _ in range(2):
        bench.stage.set_velocity(np.array([100.0, 0.0]))
        assert bench.hear(b":N-4\r\n") is None
    bench.stage.set_velocity(np.array([100.0, 0.0]))

    with pytest.raises(RefusedError, match=r"refused VE X=0\.1000.*:N-4"):
        bench.hear(b":N-4\r\n")


def test_a_refusal_is_not_forgotten_by_the_next_question(bench):
    bench.link.answers = {b"VE": b":N-4\r\n", b"W": b":A 0 0 \r\n"}
    for _ in range(3):
        bench.stage.set_velocity(np.array([100.0, 0.0]))
        bench.stage.ask()

    with pytest.raises(RefusedError):
        bench.hear()


def test_limits_are_written_and_what_is_read_back_is_told(bench):
    bench.link.answers = {
        b"SL X=-30.0000 Y=-20.0000\r": b":A \r\n",
        b"SU X=30.0000 Y=20.0000\r": b":A \r\n",
        b"SL X? Y?\r": b":A X=-30.000 Y=-20.000 \r\n",
        b"SU X? Y?\r": b":A X=29.500 Y=20.000 \r\n",
    }

    held = bench.stage.write_limits()

    assert isinstance(bench.stage, HoldsLimits)
    assert held.lower_um == pytest.approx([-30_000.0, -20_000.0])
    assert held.upper_um == pytest.approx([29_500.0, 20_000.0])


def test_the_command_delay_is_wire_and_servo(bench):
    assert bench.stage.command_delay_s == pytest.approx(23 * BYTE_S + 0.006)


def test_closing_halts_and_a_port_that_is_gone_is_quiet_then(bench):
    bench.stage.close()
    bench.stage.close()
    bench.stage.stop()
    other = Bench()
    other.link.is_lost = True

    with pytest.raises(LinkLostError):
        other.stage.stop()
    other.stage.close()

    assert bench.link.sent == [HALT, b"closed"]

"""Zaber's language in transcripts and laws, and what its driver makes of numbers and checksums."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.clock import SteppedClock
from hardware.errors import LinkTimeoutError, RefusedError, UnreadableError
from hardware.sim.emulator.device import EmulatedStage
from hardware.sim.emulator.zaber import MICROSTEP_UM, zaber_face
from hardware.sim.scenario import StageDynamics
from hardware.stage_config import ZaberAxis, ZaberStage
from hardware.stages import zaber_lines as zaber
from hardware.stages.answering_stage import AnsweringStage
from hardware.stages.zaber import ZaberLanguage
from hardware.types import StageLimits

LIMITS = StageLimits(
    lower_um=np.array([-3e4, -3e4]),
    upper_um=np.array([3e4, 3e4]),
    max_speed_um_s=3000.0,
    max_acceleration_um_s2=60_000.0,
)
CONFIG = ZaberStage(
    kind="zaber",
    port="/dev/ttyUSB0",
    x=ZaberAxis(axis=1, microstep_um=0.1),
    y=ZaberAxis(axis=2, microstep_um=0.2),
)


def said(text):
    content = text.encode()
    return b"@" + content + f":{zaber.checksum(content):02X}\r\n".encode()


@pytest.mark.parametrize(
    ("line", "numbers"),
    [
        (b"@01 0 05 OK IDLE -- 120 -45", (120, -45)),
        (b"@01 1 05 OK BUSY WR 0", (0,)),
        (b"\xff\x00@01 0 05 OK IDLE -- 120 -45", (120, -45)),
    ],
    ids=["two-axes", "one-axis", "noise-before"],
)
def test_a_reply_holds_numbers(line, numbers):
    assert zaber.numbers(line, asked="get pos") == numbers


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (b"@01 0 05 RJ IDLE -- BADCOMMAND", RefusedError),
        (b"@01 0 05 OK IDLE -- 12x", UnreadableError),
        (b"@01 0 05 OK IDLE -- 120:00", UnreadableError),
        (b"!01 0 IDLE --", UnreadableError),
    ],
    ids=["rejected", "no-number", "wrong-checksum", "alert"],
)
def test_a_bad_reply_is_named_and_shown(line, error):
    with pytest.raises(error) as caught:
        zaber.numbers(line, asked="get pos")

    assert caught.value.reply == line


def test_the_checksum_is_the_manuals():
    assert zaber.checksum(b"01 1 05 OK IDLE WR 0") == 0xB8


@given(line=st.binary(max_size=40), place=st.integers(0, 30), bit=st.integers(0, 6))
def test_no_single_changed_bit_becomes_another_position(line, place, bit):
    whole = bytearray(said("01 0 05 OK IDLE -- 12345 -678")[:-2])
    place %= len(whole)
    whole[place] ^= 1 << bit

    reply = zaber.read_reply(bytes(whole))

    assert reply is None or reply.data == "12345 -678" or b":" not in bytes(whole)
    zaber.read_reply(line)


@given(um_s=st.floats(-4000, 4000, allow_nan=False))
def test_the_device_gets_the_velocity_that_is_told_as_sent(um_s):
    data = zaber.speed_data(um_s, MICROSTEP_UM)
    unit_um_s = zaber.speed_um_s(1, MICROSTEP_UM)
    stage = EmulatedStage(StageDynamics(lag_s=0.0, velocity_unit_um_s=unit_um_s))

    exchanges = zaber_face(stage).feed(zaber.encode(1, 1, 7, f"move vel {data}"), 1.0)

    if abs(data * unit_um_s) <= 4000.0:
        assert b" OK " in exchanges[0].reply
        sent_um_s = zaber.speed_um_s(data, MICROSTEP_UM)
        assert stage.mechanics.velocity_um_s(1.5)[0] == pytest.approx(sent_um_s, abs=1e-6)
        assert sent_um_s == pytest.approx(um_s, abs=0.51 * unit_um_s)


class PlayedLink:
    fileno = None

    def __init__(self):
        self.sent, self.incoming = [], b""

    def write(self, data):
        self.sent.append(data)

    def read_available(self):
        came, self.incoming = self.incoming, b""
        return came

    def wait(self, timeout_s):
        pass

    def close(self):
        pass


class Bench:
    def __init__(self, config=CONFIG):
        self.clock, self.link = SteppedClock(10.0), PlayedLink()
        self.stage = AnsweringStage(self.link, ZaberLanguage(config), config, LIMITS, self.clock)

    def hear(self, *texts, after_s=0.003):
        self.clock.advance_to(self.clock.now_s() + after_s)
        self.link.incoming += b"".join(said(text) for text in texts)
        return self.stage.answer()

    def ids(self):
        """Return the message numbers of what was sent, oldest first."""
        return [line.split()[2].decode().partition(":")[0] for line in self.link.sent]

    def words(self):
        return [line.partition(b":")[0].split(b" ", 3)[3].decode() for line in self.link.sent]


@pytest.fixture
def bench():
    return Bench()


def test_both_axes_of_a_device_are_asked_in_one_exchange(bench):
    bench.stage.ask()

    state = bench.hear(f"01 0 {bench.ids()[0]} OK IDLE -- 1000 -50")

    assert bench.words() == ["get pos"]
    assert state.position_um == pytest.approx([100.0, -10.0])


def test_a_velocity_is_written_while_a_position_is_on_its_way(bench):
    bench.stage.ask()

    sent_um_s = bench.stage.set_velocity(np.array([100.0, -100.0]))

    assert bench.stage.can_interrupt
    assert bench.words() == ["get pos", "move vel 1638", "move vel -819"]
    assert sent_um_s == pytest.approx([1638 * 0.1 / 1.6384, -819 * 0.2 / 1.6384])
    state = bench.hear(
        f"01 1 {bench.ids()[1]} OK BUSY -- 0",
        f"01 0 {bench.ids()[0]} OK IDLE -- 10 10",
        f"01 2 {bench.ids()[2]} OK BUSY -- 0",
    )
    assert state.position_um == pytest.approx([1.0, 2.0])


def test_the_reply_to_an_older_question_has_the_older_number(bench):
    bench.stage.ask()
    with pytest.raises(LinkTimeoutError):
        bench.hear(after_s=0.1)
    bench.stage.ask()
    old, new = bench.ids()

    assert bench.hear(f"01 0 {old} OK IDLE -- 999 999") is None
    assert bench.hear(f"01 0 {new} OK IDLE -- 10 10").position_um == pytest.approx([1.0, 2.0])


def test_a_chain_is_asked_device_by_device():
    second = ZaberAxis(device=2, axis=1, microstep_um=0.2)
    bench = Bench(CONFIG.model_copy(update={"y": second}))
    bench.stage.ask()
    one, two = bench.ids()

    half = bench.hear(f"02 0 {two} OK IDLE -- -50")
    whole = bench.hear(f"01 0 {one} OK IDLE -- 1000")

    assert half is None
    assert whole.position_um == pytest.approx([100.0, -10.0])
    bench.stage.stop()
    assert [line[:2] for line in bench.link.sent[-2:]] == [b"/1", b"/2"]


def test_a_halt_that_one_device_did_not_confirm_is_repeated(bench):
    bench.stage.stop()
    bench.hear(after_s=0.1)
    bench.hear(f"01 0 {bench.ids()[-1]} OK BUSY -- 0")
    bench.hear(after_s=0.2)

    assert bench.words() == ["stop", "stop"]


def test_a_device_with_too_few_axes_is_unreadable(bench):
    bench.stage.ask()

    with pytest.raises(UnreadableError, match="an axis is missing"):
        bench.hear(f"01 0 {bench.ids()[0]} OK IDLE -- 1000")


def test_a_device_that_was_not_homed_is_logged_once(bench, caplog):
    for _ in range(3):
        bench.stage.ask()
        bench.hear(f"01 0 {bench.ids()[-1]} OK IDLE WR 0 0")

    assert [record.getMessage() for record in caplog.records] == ["flags: WR"]

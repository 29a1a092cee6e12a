"""What the emulated controller makes of bytes, told in tables and laws."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.sim.emulator.device import EmulatedStage
from hardware.sim.emulator.mac6000 import Mac6000Face
from hardware.sim.scenario import StageDynamics

VELOCITY = bytes.fromhex(
    "23 01 41 00 0A 00 04 00 10 27 00 00 0D 23 02 41 00 0A 00 04 00 0C FE FF FF 0D"
)
WHERE = bytes.fromhex("23 01 54 00 05 00 00 00 0D 23 02 54 00 05 00 00 00 0D")
HALT = bytes.fromhex("23 01 42 00 01 00 00 00 0D 23 02 42 00 01 00 00 00 0D")
MOVE = bytes.fromhex("23 01 41 00 09 00 04 00 E8 03 00 00 0D")
CALL_POSITION = bytes.fromhex("23 01 53 00 05 00 04 00 20 4E 00 00 0D")


@pytest.fixture
def stage():
    return EmulatedStage(StageDynamics(lag_s=0.0))


@pytest.fixture
def face(stage):
    return Mac6000Face(stage, baud=115_200)


def meanings(exchanges):
    return [exchange.meaning for exchange in exchanges if exchange.meaning]


def test_both_axes_obey_one_write(face, stage):
    exchanges = face.feed(VELOCITY, 1.0)

    assert meanings(exchanges) == ["velocity x 10000", "velocity y -500"]
    assert stage.mechanics.velocity_um_s(2.0) == pytest.approx([1000.0, -50.0])


def test_each_axis_says_where_it_is(face):
    face.feed(MOVE, 1.0)

    replies = [exchange.reply for exchange in face.feed(WHERE, 5.0)]

    assert replies == [
        bytes.fromhex("23 01 D4 00 05 00 04 00 D0 07 00 00 0D"),
        bytes.fromhex("23 02 D4 00 05 00 04 00 00 00 00 00 0D"),
    ]


def test_a_halt_ends_a_run_and_has_no_reply(face, stage):
    face.feed(VELOCITY, 1.0)

    exchanges = face.feed(HALT, 2.0)

    assert [exchange.reply for exchange in exchanges] == [b"", b""]
    assert stage.mechanics.velocity_um_s(3.0) == pytest.approx([0.0, 0.0])


def test_a_place_can_be_called_anything_and_the_stage_does_not_move(face, stage):
    face.feed(CALL_POSITION, 1.0)

    said = face.feed(WHERE, 2.0)[0].reply

    assert said == bytes.fromhex("23 01 D4 00 05 00 04 00 20 4E 00 00 0D")
    assert stage.mechanics.stage_um(3.0) == pytest.approx([0.0, 0.0])


def test_the_baud_question_is_text(face):
    (exchange,) = face.feed(b"CAN 32 84 60 0\r", 1.0)

    assert exchange.reply == b":A  CAN 32 212 60 115200\n"


@given(data=st.data())
def test_it_does_not_matter_how_a_write_is_split(data):
    stream = VELOCITY + WHERE + HALT
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=10)))
    face = Mac6000Face(EmulatedStage(StageDynamics()), baud=115_200)

    heard = []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        heard += meanings(face.feed(stream[start:end], 1.0))

    assert heard == [
        "velocity x 10000",
        "velocity y -500",
        "where x",
        "where y",
        "halt x",
        "halt y",
    ]


@given(noise=st.binary(max_size=60).filter(lambda noise: not re.search(rb"#|CAN", noise)))
def test_noise_between_frames_is_dropped(noise):
    face = Mac6000Face(EmulatedStage(StageDynamics()), baud=115_200)

    heard = meanings(face.feed(noise + HALT[:9] + noise + HALT[9:], 1.0))

    assert heard == ["halt x", "halt y"]


@given(length=st.integers(1, 12))
def test_a_frame_that_was_cut_off_does_not_swallow_the_next(length):
    face = Mac6000Face(EmulatedStage(StageDynamics()), baud=115_200)

    heard = meanings(face.feed(VELOCITY[:length] + HALT, 1.0))

    assert heard == ["halt x", "halt y"]


@given(noise=st.binary(max_size=300))
def test_no_bytes_break_it_or_pile_up(noise):
    face = Mac6000Face(EmulatedStage(StageDynamics()), baud=115_200)

    exchanges = face.feed(noise, 1.0)

    assert len(noise) - sum(len(exchange.heard) for exchange in exchanges) <= 64


def test_an_unknown_command_is_ignored(face, stage):
    exchanges = face.feed(bytes.fromhex("23 01 60 00 07 00 04 00 01 00 00 00 0D"), 1.0)

    assert [exchange.meaning for exchange in exchanges] == ["unknown"]
    assert np.array_equal(stage.mechanics.stage_um(2.0), [0.0, 0.0])

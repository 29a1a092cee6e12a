"""Ludl's high-level language, in transcripts and laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.errors import RefusedError, UnreadableError
from hardware.sim.emulator.device import EmulatedStage
from hardware.sim.emulator.ludl import ludl_face
from hardware.sim.scenario import StageDynamics
from hardware.stage_config import LudlStage
from hardware.stages import ludl_lines as ludl
from hardware.stages.ludl import LudlLanguage


@pytest.fixture
def language():
    return LudlLanguage(LudlStage(kind="ludl", port="/dev/ttyUSB0"))


@pytest.mark.parametrize(
    ("line", "position_um"),
    [(b":A 0 0 ", (0, 0)), (b":A 123 -45 ", (12.3, -4.5)), (b"\xff:A -1 2", (-0.1, 0.2))],
    ids=["origin", "both-signs", "noise-before"],
)
def test_where_counts_in_steps(line, position_um):
    assert ludl.decode_position(line, 0.1) == pytest.approx(position_um)


@pytest.mark.parametrize(
    ("line", "error"),
    [(b":N -1", RefusedError), (b":A 7 ", UnreadableError), (b"N", UnreadableError)],
    ids=["refused", "half-a-reply", "another-reply"],
)
def test_a_bad_reply_is_named_and_shown(line, error):
    with pytest.raises(error) as caught:
        ludl.decode_position(line, 0.1)

    assert caught.value.reply == line


def test_no_kind_of_reply_is_taken_for_another(language):
    replies = {"position": b":A 1 2 ", "velocity": b":A ", "fence": b":A 1 "}
    requests = [language.ask_position()[0], language.steer(np.zeros(2))[0][0], language.fence]

    for request in requests:
        taken = [name for name, line in replies.items() if request.takes(line)]
        assert taken == [request.purpose]


@given(x=st.floats(-4000, 4000, allow_nan=False), y=st.floats(-4000, 4000, allow_nan=False))
def test_the_controller_gets_the_velocity_that_is_told_as_sent(x, y):
    stage = EmulatedStage(StageDynamics(lag_s=0.0))
    language = LudlLanguage(LudlStage(kind="ludl", port="/dev/ttyUSB0"))
    (request,), sent_um_s = language.steer(np.array([x, y]))

    (exchange,) = ludl_face(stage).feed(ludl.HIGH_LEVEL + request.data, 1.0)

    assert exchange.reply == b":A \n"
    assert stage.mechanics.velocity_um_s(1.5) == pytest.approx(sent_um_s, abs=1e-6)
    assert sent_um_s == pytest.approx([x, y], abs=0.0501)


def test_the_busy_reply_has_no_end_and_the_others_do():
    face = ludl_face(EmulatedStage(StageDynamics()))

    said = [face.feed(line + b"\r", 1.0)[0].reply for line in (b"STATUS X", b"RDSTAT X", b"NO")]

    assert said == [b"N", b":A 0 \n", b":N -1\n"]


def test_it_holds_no_limits_and_has_two_stop_bits(language):
    assert language.write_limits(None, None) is None
    assert language.bits_per_byte == 11

"""ASI's language, in transcripts and laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.errors import RefusedError, UnreadableError
from hardware.sim.emulator.asi import asi_face
from hardware.sim.emulator.device import EmulatedStage
from hardware.sim.scenario import StageDynamics
from hardware.stages import asi_lines as asi
from hardware.stages.colon_replies import check_done, takes_numbers

AXES = ("X", "Y")


@pytest.mark.parametrize(
    ("line", "position_um"),
    [
        (b":A 0 0", (0, 0)),
        (b":A 12345.6 -6543.2 ", (1234.56, -654.32)),
        (b"\xff\x00:A 10 -5 ", (1.0, -0.5)),
    ],
    ids=["origin", "decimals", "noise-before"],
)
def test_where_counts_in_tenths_of_a_micrometre(line, position_um):
    assert asi.decode_position(line) == pytest.approx(position_um)


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (b":N-4", RefusedError),
        (b":A 7", UnreadableError),
        (b":A 1 2 3", UnreadableError),
        (b"1 2", UnreadableError),
        (b":A 1 2x", UnreadableError),
    ],
    ids=["refused", "half-a-reply", "a-number-too-many", "no-colon", "a-letter"],
)
def test_a_bad_reply_is_named_and_shown(line, error):
    with pytest.raises(error) as caught:
        asi.decode_position(line)

    assert caught.value.reply == line


def test_a_halt_that_ended_a_move_was_taken_and_another_code_is_a_refusal():
    check_done(b":A ", asked="HALT")
    check_done(b":N-21", asked="HALT")
    with pytest.raises(RefusedError, match="refused HALT"):
        check_done(b":N-1", asked="HALT")


def test_no_kind_of_reply_is_taken_for_another():
    replies = {"position": b":A 1 2 ", "done": b":A ", "fence": b"N"}

    takers = {"position": takes_numbers(2), "done": takes_numbers(0), "fence": asi.takes_busy}

    for kind, takes in takers.items():
        assert [name for name, line in replies.items() if takes(line)] == [kind]


@given(
    x_um_s=st.floats(-4000, 4000, allow_nan=False), y_um_s=st.floats(-4000, 4000, allow_nan=False)
)
def test_the_controller_gets_the_velocity_that_is_told_as_sent(x_um_s, y_um_s):
    stage = EmulatedStage(StageDynamics(lag_s=0.0))
    rounded_um_s = asi.rounded_um_s(np.array([x_um_s, y_um_s]))

    (exchange,) = asi_face(stage).feed(asi.encode_velocity(rounded_um_s, AXES), 1.0)

    assert exchange.reply == b":A \r\n"
    assert stage.mechanics.velocity_um_s(1.5) == pytest.approx(rounded_um_s, abs=1e-6)
    assert rounded_um_s == pytest.approx([x_um_s, y_um_s], abs=0.0501)


@given(noise=st.binary(max_size=40))
def test_no_bytes_break_the_decoder(noise):
    try:
        position_um = asi.decode_position(noise)
    except (RefusedError, UnreadableError):
        return
    assert position_um.shape == (2,)

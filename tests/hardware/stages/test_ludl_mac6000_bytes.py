"""The MAC6000's bytes, as they stand in the lab's notes, and the laws of reading them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.stages import ludl_mac6000_bytes as language

counts = st.integers(-(2**31), 2**31 - 1)
SENT = [
    (
        language.encode_velocity((10_000, -3_333)),
        "23 01 41 00 0A 00 04 00 10 27 00 00 0D 23 02 41 00 0A 00 04 00 FB F2 FF FF 0D",
    ),
    (
        language.encode_relative_move(np.array([1000.0, -0.1])),
        "23 01 41 00 09 00 04 00 10 27 00 00 0D 23 02 41 00 09 00 04 00 FF FF FF FF 0D",
    ),
    (
        language.encode_set_position(np.array([1000.0, 0.0])),
        "23 01 53 00 05 00 04 00 20 4E 00 00 0D 23 02 53 00 05 00 04 00 00 00 00 00 0D",
    ),
    (
        language.encode_position_query(),
        "23 01 54 00 05 00 00 00 0D 23 02 54 00 05 00 00 00 0D",
    ),
    (language.encode_halt(), "23 01 42 00 01 00 00 00 0D 23 02 42 00 01 00 00 00 0D"),
]


def position_reply(x_counts, y_counts):
    return b"".join(
        bytes([0x23, axis, 0xD4, 0, 5, 0, 4, 0])
        + value.to_bytes(4, "little", signed=True)
        + b"\x0d"
        for axis, value in ((1, x_counts), (2, y_counts))
    )


@pytest.mark.parametrize(
    ("sent", "expected"), SENT, ids=["velocity", "move", "set position", "where", "halt"]
)
def test_both_axes_go_out_in_one_write_of_two_frames(sent, expected):
    assert sent == bytes.fromhex(expected)


def test_the_wire_time_is_counted_from_the_bytes_that_are_sent():
    assert len(language.encode_velocity((1, 2))) == language.VELOCITY_BYTES
    assert len(language.encode_position_query()) == language.QUESTION_BYTES
    assert len(position_reply(1, 2)) == language.REPLY_BYTES


@pytest.mark.parametrize(
    ("reply", "position_um"),
    [
        ("23 01 D4 00 05 00 04 00 20 4E 00 00 0D 23 02 D4 00 05 00 04 00 FF FF FF FF 0D",
         (1000.0, -0.05)),
        ("23 02 D4 00 05 00 04 00 00 00 00 00 0D 23 01 D4 00 05 00 04 00 0D 23 0D 23 0D",
         (29_403_175.05, 0.0)),
    ],
    ids=["plain", "y first, data like frame marks"],
)  # fmt: skip
def test_positions_count_in_twentieths_of_a_micrometre(reply, position_um):
    found = language.decode_position_reply(bytes.fromhex(reply))

    assert language.position_um(found.counts) == pytest.approx(position_um)
    assert found.noise == b""


@given(x=counts, y=counts)
def test_a_position_comes_back_as_it_was_sent(x, y):
    assert language.decode_position_reply(position_reply(x, y)).counts == {0: x, 1: y}


@given(x=counts, y=counts, data=st.data())
def test_it_does_not_matter_how_a_reply_is_split(x, y, data):
    reply = position_reply(x, y)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(reply)), max_size=8)))

    rest, found = b"", {}
    for start, end in zip([0, *cuts], [*cuts, len(reply)], strict=True):
        replies = language.decode_position_reply(rest + reply[start:end])
        rest = replies.rest
        found.update(replies.counts)

    assert found == {0: x, 1: y}
    assert rest == b""


@given(x=counts, y=counts, noise=st.binary(max_size=60).filter(lambda noise: b"#" not in noise))
def test_noise_before_and_between_replies_is_survived(x, y, noise):
    reply = position_reply(x, y)

    found = language.decode_position_reply(noise + reply[:13] + noise + reply[13:])

    assert found.counts == {0: x, 1: y}
    assert found.noise == noise + noise


@given(x=counts, y=counts, length=st.integers(1, 12))
def test_a_reply_that_was_cut_off_does_not_spoil_the_next(x, y, length):
    found = language.decode_position_reply(position_reply(7, 7)[:length] + position_reply(x, y))

    assert found.counts == {0: x, 1: y}


@given(noise=st.binary(max_size=80))
def test_any_bytes_are_either_noise_or_may_go_on(noise):
    found = language.decode_position_reply(noise)

    frames = len(noise) - len(found.noise) - len(found.rest)
    assert frames % 13 == 0
    assert len(found.rest) < 13


@pytest.mark.parametrize(
    ("reply", "baud"),
    [
        (b":A  CAN 32 212 60 115200\n", 115200),
        (b":N -1\n", None),
        (b":A  CAN 32 212 60 1152", None),
    ],
    ids=["whole", "refused", "half"],
)
def test_the_controller_may_say_its_baud(reply, baud):
    assert language.decode_baud_reply(reply) == baud

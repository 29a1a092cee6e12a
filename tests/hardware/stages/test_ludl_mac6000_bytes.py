"""The MAC6000's bytes, as they stand in the lab's notes, and the laws of reading them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.errors import UnreadableError
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


def positions(received):
    pieces, _ = language.cut_replies(received)
    return [piece for piece in pieces if language.is_position(piece.line)]


def counts_of(piece):
    return tuple(np.rint(language.decode_position(piece.line) / 0.05).astype(int))


@pytest.mark.parametrize(
    ("reply", "position_um"),
    [
        ("23 01 D4 00 05 00 04 00 20 4E 00 00 0D 23 02 D4 00 05 00 04 00 FF FF FF FF 0D",
         (1000.0, -0.05)),
        ("23 01 D4 00 05 00 04 00 0D 23 0D 23 0D 23 02 D4 00 05 00 04 00 00 00 00 00 0D",
         (29_403_175.05, 0.0)),
    ],
    ids=["plain", "data like frame marks"],
)  # fmt: skip
def test_positions_count_in_twentieths_of_a_micrometre(reply, position_um):
    (piece,) = positions(bytes.fromhex(reply))

    assert language.decode_position(piece.line) == pytest.approx(position_um)


@pytest.mark.parametrize(
    "line", [b"", b":A \n", position_reply(1, 2)[:13], position_reply(1, 2)[1:]]
)
def test_what_is_not_the_reply_of_both_axes_is_no_position(line):
    with pytest.raises(UnreadableError, match="not the positions of both axes"):
        language.decode_position(line)


@given(x=counts, y=counts, data=st.data())
def test_it_does_not_matter_how_a_reply_is_split(x, y, data):
    reply = position_reply(x, y)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(reply)), max_size=8)))

    rest, found = b"", []
    for start, end in zip([0, *cuts], [*cuts, len(reply)], strict=True):
        pieces, rest = language.cut_replies(rest + reply[start:end])
        found += pieces

    assert [counts_of(piece) for piece in found] == [(x, y)]
    assert rest == b""


@given(x=counts, y=counts, noise=st.binary(max_size=60).filter(lambda noise: b"#" not in noise))
def test_noise_before_and_between_replies_is_survived(x, y, noise):
    reply = position_reply(x, y)

    found = positions(noise + reply[:13] + noise + reply[13:])

    assert [(counts_of(piece), piece.began_at) for piece in found] == [((x, y), len(noise))]


@given(x=counts, y=counts, length=st.integers(1, 25))
def test_a_reply_that_was_cut_off_does_not_spoil_the_next(x, y, length):
    found = positions(position_reply(7, 7)[:length] + position_reply(x, y))

    assert [counts_of(piece) for piece in found] == [(x, y)]


@given(noise=st.binary(max_size=80))
def test_no_byte_is_told_twice(noise):
    pieces, rest = language.cut_replies(noise)

    assert sum(len(piece.line) for piece in pieces) + len(rest) <= len(noise)
    assert noise.endswith(rest)


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

"""The bytes of the edge counter, and what a noisy line does to them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.line_devices.counter_bytes import (
    RECORD_BYTES,
    CounterRecord,
    LongClock,
    RecordReader,
    encode_record,
)

byte, word = st.integers(0, 255), st.integers(0, 2**32 - 1)
records = st.builds(
    CounterRecord,
    kind=st.sampled_from("ITEM"),
    place=byte,
    version=byte,
    count=word,
    clock_us=word,
)


@given(told=st.lists(records), cut=st.integers(1, 40))
def test_records_come_back_however_their_bytes_are_cut(told, cut):
    said = b"".join(map(encode_record, told))
    reader = RecordReader()

    heard = [
        record for at in range(0, len(said), cut) for record in reader.feed(said[at : at + cut])
    ]

    assert heard == told
    assert reader.unreadable_bytes == 0


@given(record=records, at=st.integers(0, RECORD_BYTES - 1), flip=st.integers(1, 255))
def test_a_garbled_record_is_none_and_the_next_is_found(record, at, flip):
    garbled = bytearray(encode_record(record))
    garbled[at] ^= flip
    sound = CounterRecord(kind="E", place=0, count=1, clock_us=2)
    reader = RecordReader()

    heard = reader.feed(bytes(garbled) + encode_record(sound) + bytes(RECORD_BYTES))

    assert sound in heard
    assert record not in heard or record == sound
    assert reader.unreadable_bytes


@given(start=word, steps_us=st.lists(st.integers(0, 2**31 - 1), min_size=1, max_size=20))
def test_seconds_only_grow_where_the_clock_of_32_bits_begins_anew(start, steps_us):
    clock, total = LongClock(), start
    first_s = clock.seconds(start)

    for step_us in steps_us:
        total += step_us
        now_s = clock.seconds(total % 2**32)

    assert now_s - first_s == pytest.approx(1e-6 * sum(steps_us), abs=1e-5)

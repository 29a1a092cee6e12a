"""How records are spelled: JSON keeps them, numpy takes them back."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.ring import frame_record
from tracker.record.schema import TABLES, framed_record, spell, unspell


@pytest.mark.parametrize("table", TABLES)
def test_the_spelling_of_a_table_survives_json_and_opens_it(table):
    row = TABLES[table].row

    assert unspell(json.loads(json.dumps(spell(row)))) == row


@given(rows=st.integers(1, 3000), columns=st.integers(1, 3000))
def test_the_spelling_of_frames_of_any_size_opens_them(rows, columns):
    record = framed_record(frame_record((rows, columns)))

    assert unspell(json.loads(json.dumps(spell(record)))) == record
    filling = record.itemsize - (48 + rows * columns)
    assert 0 <= filling < 4096
    assert filling == 0 or record.itemsize % 4096 == 0


def test_the_checksum_stands_before_all_that_it_covers():
    record = framed_record(frame_record((3, 4)))

    assert np.dtype(record).names[:3] == ("magic", "crc32", "index")

"""Damage is told from what a recorder can have written, and named by file, row and field."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tracker.commands.main import main
from tracker.errors import RecordingError
from tracker.messages import TICK_ROW
from tracker.record.events import Event
from tracker.record.reader import open_recording
from tracker.record.score import rows_of, run_notes
from tracker.record.soundness import find_damage


def overwrite(file, offset, data):
    """Put other bytes into a file, as a bad disk does."""
    with file.open("r+b") as opened:
        opened.seek(offset)
        opened.write(data)


@pytest.mark.parametrize(
    ("table", "time_field"), [("ticks", "t_s"), ("stage", "written_s"), ("positions", "t_s")]
)
def test_the_rows_of_a_sound_run_are_sound(made_up, table, time_field):
    rows = made_up.run(80)[table]

    assert find_damage(rows, time_field=time_field, started_s=made_up.started_s) is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(noise=st.integers(1, 2**32), row=st.integers(0, 79))
def test_a_row_of_random_bytes_is_found_whatever_they_are(made_up, noise, row):
    ticks = made_up.run(80)["ticks"]
    size = ticks.dtype.itemsize
    ticks.view(np.uint8)[row * size : (row + 1) * size] = np.random.default_rng(noise).integers(
        0, 256, size
    )

    found = find_damage(ticks, time_field="t_s", started_s=made_up.started_s)

    assert found is not None
    assert found.places.tolist() == [row]


@pytest.mark.parametrize("number", [0, 900], ids=["too-low", "too-high"])
def test_a_number_that_stands_out_of_a_rising_row_is_the_damaged_one(made_up, number):
    ticks = made_up.run(80)["ticks"]
    ticks["frame_index"][17] = number

    found = find_damage(ticks, time_field="t_s", started_s=made_up.started_s)

    assert found is not None
    assert found.places.tolist() == [17]


def test_a_camera_that_counts_anew_is_no_damage(made_up):
    ticks = made_up.run(80)["ticks"]
    ticks["frame_index"][40:] -= 40

    assert find_damage(ticks, time_field="t_s", started_s=made_up.started_s) is None


def test_random_bytes_in_a_table_are_one_line_that_says_where_and_what_to_do(record, capsys):
    folder = record(80)
    row_bytes = TICK_ROW.itemsize
    garbage = np.random.default_rng(1).bytes(3 * row_bytes)
    overwrite(folder / "ticks.bin", 18 * row_bytes, garbage)

    assert main(["score", str(folder)]) == 2

    said = capsys.readouterr().err
    assert len(said.splitlines()) == 1
    assert "ticks.bin: 3 of 80 rows damaged (18 to 20, counted from 0)" in said
    assert f"wormlock recording check {folder} --repair" in said


def test_a_frame_whose_stamps_are_damaged_is_named(record):
    folder = record(80)
    overwrite(folder / "frames.bin", 7 * 240 + 16, b"\xff" * 8)

    with pytest.raises(RecordingError, match=r"frames\.bin: 1 of 80 rows damaged \(7, counted"):
        rows_of(open_recording(folder))


def test_times_that_run_backwards_are_told_by_row(record, made_up):
    tables = made_up.run(80)
    tables["positions"]["t_s"][30] -= 0.06

    notes = run_notes(rows_of(open_recording(record(80, tables=tables))))

    assert notes == [
        "times run backwards in positions.bin, first at row 30: 100.690000 s after 100.725000 s"
    ]


@pytest.mark.parametrize(
    "line",
    [b"{half", b"\xff\xfe\0", b"[" * 5000, b'{"t_s": "soon", "kind": "mark"}', b'{"kind": 3}', b""],
    ids=["half", "no-text", "nested", "no-time", "no-kind", "empty"],
)
def test_a_line_that_is_no_event_is_left_out_and_named(record, line):
    folder = record(80, events=[Event(101.0, "mark", "salt")])
    file = folder / "events.jsonl"
    first, second, _ = file.read_bytes().split(b"\n")
    file.write_bytes(first + b"\n" + line + b"\n" + second + b"\n")

    recording = open_recording(folder)

    assert [event.kind for event in recording.events] == ["started", "mark"]
    assert recording.notes == ("events.jsonl, line 2: no event, and left out",)


def test_a_torn_last_row_is_left_out_and_told(record):
    folder = record(80)
    with (folder / "stage.bin").open("ab") as file:
        file.write(b"half a row")

    recording = open_recording(folder)

    assert len(recording.stage) == 80
    assert recording.notes == ("stage.bin: a last record that was cut short is left out",)

"""Opening a recording: whole, cut short, copied away, or not one at all."""

import json
import os
import shutil

import numpy as np
import pytest

from tracker.errors import RecordingError
from tracker.record.events import Event
from tracker.record.reader import open_recording
from tracker.record.schema import HEADER_FILE


def test_a_recording_is_read_as_it_was_written(record, made_up):
    tables = made_up.run(80)
    recording = open_recording(record(80, tables=tables, events=[Event(101.0, "mark", "salt")]))

    assert (recording.frames["pixels"] == made_up.frames(range(80))["pixels"]).all()
    for name, rows in tables.items():
        assert getattr(recording, name).tobytes() == rows.tobytes()
    assert [event.detail for event in recording.events] == ["", "salt"]
    assert recording.frame_shape == made_up.shape
    assert not recording.was_closed


def test_the_header_says_again_what_it_was_told(record, made_up):
    header = open_recording(record()).header

    assert header.facts == made_up.header.facts
    assert header.animal == {"strain": "AML32", "age_h": 72}
    assert header.streams == made_up.header.streams
    assert header.wall_time_at_s == made_up.header.wall_time_at_s
    believed = made_up.calibration
    assert (
        header.calibration.stage_from_image_um_per_px == believed.stage_from_image_um_per_px
    ).all()
    assert (header.calibration.target_px == believed.target_px).all()


def test_numpy_opens_each_stream_in_one_line_from_the_header_alone(record):
    folder = record(80)
    header = json.loads((folder / HEADER_FILE).read_text())

    for stream in header["streams"].values():
        rows = np.fromfile(folder / stream["file"], np.dtype(stream["dtype"]))
        assert len(rows) == 80


def test_a_recording_that_was_copied_away_alone_is_complete(record, tmp_path):
    folder = record(80)
    shutil.copytree(folder, tmp_path / "elsewhere")
    shutil.rmtree(folder.parent)

    assert len(open_recording(tmp_path / "elsewhere").frames) == 80


@pytest.mark.parametrize("stream", ["frames", "ticks", "stage", "positions", "truth"])
def test_a_torn_last_record_costs_that_record_only(record, stream):
    folder = record(80)
    file = folder / f"{stream}.bin"
    os.truncate(file, file.stat().st_size - 5)

    assert len(getattr(open_recording(folder), stream)) == 79


def test_a_torn_last_event_costs_that_event_only(record):
    folder = record(80, events=[Event(101.0, "mark")])
    file = folder / "events.jsonl"
    os.truncate(file, file.stat().st_size - 3)

    assert [event.kind for event in open_recording(folder).events] == ["started"]


def test_rows_that_a_power_failure_left_unwritten_are_left_out(record):
    folder = record(80)
    file = folder / "ticks.bin"
    os.truncate(file, 3 * file.stat().st_size)

    assert len(open_recording(folder).ticks) == 80


def test_the_folder_of_a_session_is_taken_for_what_it_is(record):
    folder = record()

    with pytest.raises(RecordingError, match="did you mean one of the recordings in it: 0001"):
        open_recording(folder.parent)


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(RecordingError, match=r"nowhere: there is no such recording"):
        open_recording(tmp_path / "nowhere")


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", '{"schema_version": 1, "streams": 3}', "\0\0\0\0"],
    ids=["empty", "a-list", "no-keys", "wrong-streams", "zeros"],
)
def test_a_damaged_header_is_one_clear_line(record, content):
    folder = record()
    (folder / HEADER_FILE).write_text(content)

    with pytest.raises(RecordingError, match=r"recording\.json is damaged") as caught:
        open_recording(folder)

    assert "\n" not in str(caught.value)


def test_a_recording_of_a_newer_program_is_not_guessed_at(record):
    folder = record()
    words = json.loads((folder / HEADER_FILE).read_text())
    (folder / HEADER_FILE).write_text(json.dumps({**words, "schema_version": 99}))

    with pytest.raises(RecordingError, match=r"version 99.*update"):
        open_recording(folder)


@pytest.mark.parametrize("file", ["frames.bin", "ticks.bin", "events.jsonl", "config.yaml"])
def test_a_file_that_is_missing_is_named(record, file):
    folder = record()
    (folder / file).unlink()

    with pytest.raises(RecordingError, match=file.replace(".", r"\.")):
        open_recording(folder)

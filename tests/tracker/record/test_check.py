"""What a check says of recordings that were cut, damaged or robbed, and what a repair does."""

import json
import os
import shutil

import numpy as np
import pytest

from tracker.commands.main import main
from tracker.errors import UsageError
from tracker.messages import TICK_ROW
from tracker.record.check import check_recording
from tracker.record.closing import close_recording
from tracker.record.events import Event
from tracker.record.reader import open_recording
from tracker.record.repair import REPAIRS_FILE, repair
from tracker.record.schema import FRAMES, SUMMARY_FILE
from tracker.record.session_manifest import NOT_ENDED, SESSION_FILE, list_recording
from tracker.record.writer import RecordingWriter


@pytest.fixture
def closed(tmp_path, made_up):
    """A function that writes a recording of these frames, and closes it in order."""

    def write(numbers=range(80), *, name="0001"):
        folder = tmp_path / "session" / name
        writer = RecordingWriter(folder, made_up.header, config_yaml="start: idle\n", flush_s=0.5)
        writer.append(FRAMES, made_up.frames(numbers))
        for stream, rows in made_up.run(80).items():
            writer.append(stream, rows)
        writer.note(Event(made_up.started_s, "started"))
        close_recording(writer, made_up.header, reason="stopped", t_s=made_up.started_s + 2.0)
        return folder

    return write


def files_of(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def flip(file, offset):
    content = bytearray(file.read_bytes())
    content[offset] ^= 16
    file.write_bytes(content)


def faults_of(folder):
    return [(fault.file, fault.what) for fault in check_recording(folder).faults]


def test_a_closed_recording_is_sound_and_checking_changes_nothing(closed, capsys):
    folder = closed()
    before = files_of(folder)

    assert main(["recording", "check", str(folder)]) == 0

    said = capsys.readouterr().out
    assert "80 frames, 0 to 79; none missing" in said
    assert "nothing is damaged" in said
    assert files_of(folder) == before


def test_frames_that_are_missing_are_told_by_number_and_are_no_damage(closed):
    numbers = [*range(10), *range(13, 40), *range(41, 80)]

    findings = check_recording(closed(numbers))

    assert findings.streams[0].missing == ((10, 12), (40, 40))
    assert not findings.faults


def test_a_flipped_bit_of_a_picture_is_named_by_the_frame_s_number(closed, capsys):
    folder = closed(range(100, 180))
    flip(folder / "frames.bin", 7 * 240 + 200)

    assert main(["recording", "check", str(folder), "--repair"]) == 1

    said = capsys.readouterr().out
    assert "frames.bin: pixels or checksum are not what was written in 1 of 80 frames, 107" in said


def test_a_flipped_bit_of_a_row_that_could_be_true_is_found_by_its_checksum(closed):
    folder = closed()
    offset = TICK_ROW.fields["head_um"][1]
    flip(folder / "ticks.bin", 5 * TICK_ROW.itemsize + offset)

    assert faults_of(folder) == [("ticks.bin", "it is not what checksums.sha256 says it was")]


@pytest.mark.parametrize("file", ["ticks.bin", "events.jsonl", "config.yaml", "frames.bin"])
def test_a_file_that_is_missing_is_named(closed, file):
    folder = closed()
    (folder / file).unlink()

    assert [fault for fault, _ in faults_of(folder)] == [file]


def test_a_recording_without_a_readable_header_still_tells_what_is_there(closed, capsys):
    folder = closed()
    (folder / "recording.json").write_text("{")

    assert main(["recording", "check", str(folder), "--repair", "--json"]) == 1
    assert "ticks.bin" in capsys.readouterr().out


def test_what_can_be_mended_is_mended_beside_what_cannot(closed, capsys):
    folder = closed()
    (folder / "config.yaml").unlink()
    os.truncate(folder / "ticks.bin", 5 * TICK_ROW.itemsize + 3)

    assert main(["recording", "check", str(folder), "--repair"]) == 1

    assert "no summary can be made" in capsys.readouterr().err
    assert [fault for fault, _ in faults_of(folder)] == ["config.yaml"]


def test_what_is_no_recording_is_bad_input(tmp_path, capsys):
    assert main(["recording", "check", str(tmp_path)]) == 2
    assert "is not a recording" in capsys.readouterr().err


def test_json_says_the_same(closed, capsys):
    folder = closed()
    flip(folder / "frames.bin", 3 * 240 + 100)

    assert main(["recording", "check", str(folder), "--json"]) == 1

    told = json.loads(capsys.readouterr().out)
    assert told["state"] == "closed in order"
    assert told["streams"][0]["damaged"] == [3]
    assert told["faults"][0]["file"] == "frames.bin"


def test_a_cut_recording_is_mended_and_then_sound(record, made_up, capsys):
    folder = record(80)
    list_recording(folder, made_up.header, outcome={"ended": NOT_ENDED})
    for stream in ("frames", "ticks", "positions"):
        file = folder / f"{stream}.bin"
        os.truncate(file, file.stat().st_size - 5)
    os.truncate(folder / "truth.bin", (folder / "truth.bin").stat().st_size + 4096)

    assert main(["recording", "check", str(folder)]) == 1
    assert main(["recording", "check", str(folder), "--repair"]) == 0

    assert "cut short" in capsys.readouterr().out
    assert (folder / SUMMARY_FILE).is_file()
    assert "ended: cut short" in (folder.parent / SESSION_FILE).read_text()
    assert open_recording(folder).notes == ()
    assert len(open_recording(folder).ticks) == 79
    assert not open_recording(folder).was_closed


def test_damaged_rows_are_set_aside_and_the_others_stay_byte_for_byte(closed):
    folder = closed()
    size = TICK_ROW.itemsize
    content = bytearray((folder / "ticks.bin").read_bytes())
    garbage = np.random.default_rng(2).bytes(2 * size)
    content[18 * size : 20 * size] = garbage
    (folder / "ticks.bin").write_bytes(content)

    repair(check_recording(folder))

    assert faults_of(folder) == []
    assert (folder / "ticks.bin.damaged").read_bytes() == garbage
    assert (folder / "ticks.bin").read_bytes() == bytes(content[: 18 * size] + content[20 * size :])
    assert "ticks.bin.damaged" in (folder / REPAIRS_FILE).read_text()


def test_a_frame_with_damaged_stamps_is_set_aside_whole(closed):
    folder = closed()
    with (folder / "frames.bin").open("r+b") as file:
        file.seek(7 * 240)
        file.write(b"\xff" * 60)

    repair(check_recording(folder))

    assert (folder / "frames.bin.damaged").stat().st_size == 240
    assert check_recording(folder).streams[0].missing == ((7, 7),)
    assert faults_of(folder) == []


def test_a_line_that_is_no_event_is_set_aside(closed):
    folder = closed()
    lines = (folder / "events.jsonl").read_bytes().split(b"\n")
    (folder / "events.jsonl").write_bytes(b"\n".join([lines[0], b"\0\xffnonsense", *lines[1:]]))

    repair(check_recording(folder))

    assert (folder / "events.jsonl").read_bytes() == b"\n".join(lines)
    assert (folder / "events.jsonl.damaged").read_bytes() == b"\0\xffnonsense\n"
    assert faults_of(folder) == []


def test_a_second_repair_finds_nothing_to_do(closed):
    folder = closed()
    os.truncate(folder / "ticks.bin", 5 * TICK_ROW.itemsize + 3)
    repair(check_recording(folder))
    before = files_of(folder)

    assert repair(check_recording(folder)) == []
    assert files_of(folder) == before


def test_a_recording_that_is_being_written_is_told_and_never_repaired(tmp_path, made_up):
    folder = tmp_path / "session" / "0001"
    writer = RecordingWriter(folder, made_up.header, config_yaml="start: idle\n", flush_s=0.5)
    writer.append(FRAMES, made_up.frames(range(5)))

    findings = check_recording(folder)

    assert findings.state == "being recorded"
    assert findings.faults == ()
    with pytest.raises(UsageError, match="is being recorded: wait"):
        repair(findings)
    writer.close()
    assert check_recording(folder).state == "cut short"


@pytest.fixture
def session(closed):
    """The folder of a session with a sound recording and one with a torn table."""
    sound = closed()
    torn = sound.with_name("0002")
    shutil.copytree(sound, torn)
    os.truncate(torn / "ticks.bin", 5 * TICK_ROW.itemsize + 3)
    return sound.parent


def test_a_whole_session_is_checked_and_what_is_not_sound_is_named_at_the_end(session, capsys):
    assert main(["recording", "check", str(session)]) == 1

    said = capsys.readouterr().out
    assert said.count("closed in order") == 2
    assert said.endswith("2 recordings, not sound: 0002\n")


def test_several_recordings_are_mended_with_one_command(session, capsys):
    several = [str(session / "0001"), str(session / "0002")]

    assert main(["recording", "check", *several, "--repair"]) == 0

    assert capsys.readouterr().out.endswith("2 recordings, nothing is damaged\n")


def test_json_of_several_recordings_is_a_list(session, capsys):
    assert main(["recording", "check", str(session), "--json"]) == 1

    told = json.loads(capsys.readouterr().out)
    assert [len(one["faults"]) > 0 for one in told] == [False, True]


def test_one_of_several_that_cannot_be_mended_stops_none(session, capsys, monkeypatch):
    shutil.copytree(session / "0002", session / "0003")
    monkeypatch.setattr("tracker.record.repair.is_held", lambda path: "0002" in str(path))

    assert main(["recording", "check", str(session), "--repair"]) == 2

    said = capsys.readouterr()
    assert "0002 is being recorded" in said.err
    assert said.out.endswith("3 recordings, not sound: 0002\n")

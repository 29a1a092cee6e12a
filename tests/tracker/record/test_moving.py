"""Moving recordings to another disk: whole there before anything goes here, killed or not."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from hardware.clock import SteppedClock
from tracker.commands.main import main
from tracker.errors import RecordingError, UsageError
from tracker.record import copying, moving
from tracker.record.checksums import read_sums, sha256_of
from tracker.record.moving import MOVED_FILE, carry_out, plan_move
from tracker.record.reader import open_recording
from tracker.record.running import Courtesy
from tracker.record.schema import FRAMES
from tracker.record.session_manifest import (
    SESSION_FILE,
    list_recording,
    next_recording_folder,
)
from tracker.record.writer import RecordingWriter

# Moves a recording in blocks of 1000 bytes, and dies at the step or the removal named.
KILLED = """
import os, signal, sys
from pathlib import Path
from tracker.record import copying, moving
copying.BLOCK_BYTES = 1000
source, destination, at_step, at_removal = sys.argv[1:]
left = {"step": int(at_step), "removal": int(at_removal)}
def count(what):
    left[what] -= 1
    if left[what] == 0:
        os.kill(os.getpid(), signal.SIGKILL)
unlink = Path.unlink
def removed(path, missing_ok=False):
    count("removal")
    unlink(path, missing_ok=missing_ok)
moving.Path.unlink = removed
moving.carry_out(moving.plan_move(Path(source), Path(destination)), step=lambda _: count("step"))
"""


@pytest.fixture
def disk(tmp_path):
    (tmp_path / "disk").mkdir()
    return tmp_path / "disk"


def content_of(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != MOVED_FILE
    }


def move(source, destination):
    return carry_out(plan_move(source, destination), step=lambda count: None)


def test_a_moved_recording_is_whole_there_and_gone_here(record, disk, made_up):
    folder = record(80)
    (folder / "neural").mkdir()
    (folder / "neural" / "0.zarr").write_bytes(b"of another stream")
    list_recording(folder, made_up.header, outcome={"ended": "stopped"})
    before = content_of(folder)

    kept = move(folder, disk)

    there = disk / "session" / "0001"
    assert kept == []
    assert content_of(there) == before
    assert not folder.exists()
    assert all(sha256_of(there / name) == sum_ for name, sum_ in read_moved(there).items())
    assert set(read_moved(there)) == set(before)
    assert "ended: stopped" in (disk / "session" / SESSION_FILE).read_text()
    assert f"moved_to: {there}" in (folder.parent / SESSION_FILE).read_text()
    assert next_recording_folder(folder.parent).name == "0002"


def read_moved(folder):
    return read_sums(folder, name=MOVED_FILE)


@pytest.mark.parametrize(
    ("step", "removal"),
    [(1, 0), (7, 0), (20, 0), (60, 0), (0, 1), (0, 4), (0, 7)],
    ids=str,
)
def test_a_move_that_is_killed_at_any_moment_is_gone_on_with(record, disk, step, removal):
    folder = record(80)
    before = content_of(folder)
    words = [str(folder), str(disk), str(step), str(removal)]
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, *words], check=False, cwd=Path(__file__).parents[3]
    )
    assert killed.returncode == -signal.SIGKILL
    there = disk / "session" / "0001"
    assert (content_of(there) if there.exists() else before) == before
    assert there.exists() or content_of(folder) == before

    assert main(["recording", "move", str(folder), str(disk)]) == 0

    assert content_of(there) == before
    assert not folder.exists()
    assert [path.name for path in there.parent.glob("0*")] == ["0001"]


def test_what_an_earlier_try_copied_is_not_copied_again(record, disk, monkeypatch):
    folder = record(80)
    half = disk / "session" / "0001.unfinished"
    half.mkdir(parents=True)
    (half / "frames.bin").write_bytes((folder / "frames.bin").read_bytes()[:9000])
    written = []
    plain = copying._write

    def counted(write, block):
        written.append(len(block))
        plain(write, block)

    monkeypatch.setattr(copying, "_write", counted)
    monkeypatch.setattr(copying, "BLOCK_BYTES", 1000)
    size_bytes = sum(map(len, content_of(folder).values()))

    move(folder, disk)

    assert sum(written) == size_bytes - 9000


def test_a_copy_that_does_not_read_as_it_was_written_removes_nothing(record, disk, monkeypatch):
    folder = record(80)
    before = content_of(folder)
    monkeypatch.setattr(copying, "sha256_of", lambda path, tell: "other")

    with pytest.raises(RecordingError, match="does not read as it was written"):
        move(folder, disk)

    assert content_of(folder) == before
    assert not (disk / "session" / "0001").exists()


def test_a_copy_that_was_damaged_since_costs_nothing_here(record, disk, capsys):
    folder = record(80)
    ticks = (folder / "ticks.bin").read_bytes()
    move(folder, disk)
    there = disk / "session" / "0001"
    folder.mkdir()
    (folder / "ticks.bin").write_bytes(ticks)
    (folder / "recording.json").write_bytes((there / "recording.json").read_bytes())
    (there / "ticks.bin").write_bytes(ticks[:-1] + b"\7")

    assert main(["recording", "move", str(folder), str(disk)]) == 1

    assert "ticks.bin was kept" in capsys.readouterr().err
    assert (folder / "ticks.bin").read_bytes() == ticks


def test_a_file_that_comes_while_the_recording_is_moved_is_kept(record, disk, monkeypatch):
    folder = record(80)
    plain = moving.list_as_moved

    def meanwhile(*words):
        plain(*words)
        (folder / "notes.txt").write_text("mine")

    monkeypatch.setattr(moving, "list_as_moved", meanwhile)

    kept = move(folder, disk)

    assert kept == [str(folder / "notes.txt")]
    assert (folder / "notes.txt").read_text() == "mine"


def test_another_recording_at_that_place_is_never_overwritten(record, disk, capsys):
    move(record(80), disk)
    there = disk / "session" / "0001"
    before = content_of(there)
    folder = record(40)
    header = json.loads((folder / "recording.json").read_text())
    (folder / "recording.json").write_text(json.dumps(header | {"session": "another"}))

    assert main(["recording", "move", str(folder), str(disk)]) == 2

    assert "exists already and is not overwritten" in capsys.readouterr().err
    assert content_of(there) == before
    assert folder.exists()


def test_a_session_is_moved_recording_by_recording(record, disk, capsys):
    folders = [record(80), record(40, name="0002")]

    assert main(["recording", "move", str(folders[0].parent), str(disk)]) == 0

    assert len(open_recording(disk / "session" / "0002").frames) == 40
    assert str(disk / "session" / "0001") in capsys.readouterr().out
    assert not any(folder.exists() for folder in folders)


def test_a_disk_that_is_not_there_is_not_made(record, tmp_path):
    with pytest.raises(UsageError, match="no such folder; is the disk there"):
        plan_move(record(80), tmp_path / "unplugged")


def test_a_place_inside_the_recording_is_refused(record):
    folder = record(80)

    with pytest.raises(UsageError, match="another place than its own"):
        plan_move(folder, folder.parent.parent)


def test_a_disk_without_room_is_told_before_anything_is_copied(record, disk, monkeypatch):
    folder = record(80)
    monkeypatch.setattr(
        "tracker.record.moving.shutil.disk_usage", lambda path: SimpleNamespace(free=1000)
    )

    with pytest.raises(UsageError, match=r"has no room for .*0\.02 GB are needed, 0\.00 GB"):
        plan_move(folder, disk)


def test_a_recording_that_is_being_written_is_not_moved(tmp_path, disk, made_up):
    folder = tmp_path / "session" / "0001"
    writer = RecordingWriter(folder, made_up.header, config_yaml="start: idle\n", flush_s=0.5)

    with pytest.raises(UsageError, match="is being recorded: wait"):
        plan_move(folder, disk)

    writer.close()


def test_work_pauses_while_anything_nearby_is_recorded(tmp_path, made_up):
    folder = tmp_path / "session" / "0002"
    writer = RecordingWriter(folder, made_up.header, config_yaml="start: idle\n", flush_s=0.5)
    writer.append(FRAMES, made_up.frames(range(3)))
    slept, told = [], []

    def sleep(seconds):
        slept.append(seconds)
        if len(slept) == 3:
            writer.close()

    courtesy = Courtesy([tmp_path], SteppedClock(), sleep=sleep, tell=told.append)
    courtesy.wait()

    assert len(slept) == 3
    assert told == [f"paused: {folder} is being recorded", "goes on"]

"""A writer really killed in the middle of a record, and what check and repair make of it."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tracker.commands.main import main
from tracker.record.check import check_recording
from tracker.record.frame_log import broken_frames
from tracker.record.reader import open_recording

# Records frames and rows, and dies when half of the bytes of a record are written.
KILLED = """
import importlib.util, os, signal, sys
from pathlib import Path
from tracker.record.appended_file import AppendedFile
from tracker.record.schema import FRAMES
from tracker.record.session_manifest import NOT_ENDED, list_recording
from tracker.record.writer import RecordingWriter
folder, made_up, victim, packs = sys.argv[1:]
spec = importlib.util.spec_from_file_location("made_up", made_up)
made_up = importlib.util.module_from_spec(spec)
spec.loader.exec_module(made_up)
whole, left = AppendedFile._write, [61]
def torn(self, rest):
    left[0] -= self.path.name == victim
    if not left[0] and self.path.name == victim:
        whole(self, rest[: len(rest) // 2 + 1])
        os.kill(os.getpid(), signal.SIGKILL)
    whole(self, rest)
AppendedFile._write = torn
writer = RecordingWriter(
    Path(folder), made_up.HEADER, config_yaml="start: idle", flush_s=0.5, packs=packs == "packed"
)
list_recording(Path(folder), made_up.HEADER, outcome={"ended": NOT_ENDED})
tables = made_up.run_of(80)
frames = made_up.frames_of(range(80))
for row in range(80):
    writer.append(FRAMES, frames[row : row + 1])
    for stream, rows in tables.items():
        writer.append(stream, rows[row : row + 1])
"""


@pytest.fixture
def killed(tmp_path):
    """A function that lets a writer die within a record of a file; returns the folder."""

    def write(victim, *, packs=False):
        folder = tmp_path / "session" / "0001"
        words = [str(folder), str(Path(__file__).with_name("conftest.py")), victim]
        words.append("packed" if packs else "plain")
        root = Path(__file__).parents[3]
        ended = subprocess.run([sys.executable, "-c", KILLED, *words], check=False, cwd=root)
        assert ended.returncode == -signal.SIGKILL
        return folder

    return write


@pytest.mark.parametrize(
    ("victim", "packs"),
    [("frames.bin", False), ("frames.bin", True), ("ticks.bin", False), ("positions.bin", False)],
)
def test_a_writer_killed_within_a_record_loses_that_record_and_is_repaired(killed, victim, packs):
    folder = killed(victim, packs=packs)

    found = check_recording(folder)
    assert found.state == "cut short"
    assert (victim, True) in [(stream.file, stream.torn_bytes > 0) for stream in found.streams]
    assert main(["recording", "check", str(folder)]) == 1
    assert main(["recording", "check", str(folder), "--repair"]) == 0

    recording = open_recording(folder)
    assert recording.notes == ()
    assert broken_frames(recording.frames).size == 0
    counts = {stream.file: stream.count for stream in check_recording(folder).streams}
    assert counts[victim] == 60
    assert main(["score", str(folder)]) == 0

"""An export is whole or not there, and nothing is replaced unasked."""

import doctest
import io
import shutil
import signal
import sys
import time
from types import SimpleNamespace

import numpy as np
import pytest

from hardware.clock import SteppedClock
from hardware.platform_files import hold_file
from tracker.commands.main import main
from tracker.errors import MissingExtraError, RecordingError, UsageError
from tracker.export import csv_tables, progress, wcon
from tracker.export.formats import FORMATS
from tracker.export.interruption import Interruption
from tracker.export.progress import Progress
from tracker.record.schema import TABLES


def test_an_export_lies_beside_the_recording_and_says_where(made_up, capsys):
    folder = made_up().folder

    status = main(["export", str(folder), "--to", "csv"])

    assert status == 0
    assert capsys.readouterr().out.strip() == str(folder.with_name("0001-csv"))
    assert (folder.with_name("0001-csv") / "ticks.csv").is_file()


def test_what_is_there_already_is_not_replaced_unasked(made_up, exported, tmp_path):
    recording = made_up()
    before = exported(recording, "wcon", out=tmp_path / "a.wcon").path.read_bytes()

    with pytest.raises(UsageError, match=r"a\.wcon exists already: .* --overwrite"):
        exported(recording, "wcon", out=tmp_path / "a.wcon")

    assert (tmp_path / "a.wcon").read_bytes() == before


def test_an_earlier_folder_is_replaced_when_asked(made_up, exported, tmp_path):
    out = exported(made_up(), "csv", out=tmp_path / "tables").path
    (out / "ticks.csv").write_text("spoilt", encoding="utf-8")

    exported(made_up(name="0002"), "csv", out=out, overwrite=True)

    assert (out / "ticks.csv").read_text(encoding="utf-8").startswith("index,frame_index")
    assert not list(tmp_path.glob("unfinished-*"))


def test_a_folder_that_is_no_export_is_never_replaced(made_up, exported):
    recording = made_up()

    with pytest.raises(UsageError, match="does not say that it is an export of ours"):
        exported(recording, "csv", out=recording.folder, overwrite=True)
    with pytest.raises(UsageError, match="is a folder: --out must name a file"):
        exported(recording, "wcon", out=recording.folder, overwrite=True)

    assert (recording.folder / "frames.bin").is_file()


@pytest.mark.parametrize("place", ["frames.bin", "new.wcon", "deeper/new.wcon"])
def test_nothing_is_ever_exported_into_a_recording(made_up, capsys, place):
    folder = made_up().folder
    (folder / "deeper").mkdir()
    before = (folder / "frames.bin").read_bytes()

    status = main(["export", str(folder), "--to=wcon", f"--out={folder / place}", "--overwrite"])

    assert status == 2
    assert "outside the recording" in capsys.readouterr().err
    assert (folder / "frames.bin").read_bytes() == before
    assert not (folder / place).exists() or place == "frames.bin"


def test_a_file_of_another_kind_is_never_replaced(made_up, exported, tmp_path):
    (tmp_path / "thesis.tex").write_text("mine", encoding="utf-8")

    with pytest.raises(UsageError, match=r"does not say that it is an export of ours"):
        exported(made_up(), "wcon", out=tmp_path / "thesis.tex", overwrite=True)

    assert (tmp_path / "thesis.tex").read_text(encoding="utf-8") == "mine"


def test_an_export_pauses_while_something_is_recorded_beside_it(made_up, capsys, monkeypatch):
    folder, beside = made_up().folder, made_up(name="0002").folder
    with (beside / "frames.bin").open("r+b") as held:
        hold_file(held.fileno())
        slept = []

        def sleep(seconds):
            slept.append(seconds)
            if len(slept) == 3:
                held.close()

        monkeypatch.setattr(time, "sleep", sleep)
        status = main(["export", str(folder), "--to", "csv"])

    told = capsys.readouterr().err
    assert status == 0
    assert len(slept) == 3
    assert f"paused: {beside} is being recorded" in told
    assert "goes on" in told


@pytest.mark.parametrize("stroke", [KeyboardInterrupt, RuntimeError])
def test_what_is_interrupted_leaves_nothing(made_up, exported, monkeypatch, stroke):
    recording = made_up()

    def struck(*_):
        raise stroke

    monkeypatch.setattr(csv_tables, "_write_events", struck)
    with pytest.raises(stroke):
        exported(recording, "csv")

    assert sorted(path.name for path in recording.folder.parent.glob("*csv*")) == []


@pytest.fixture
def ctrl_c():
    """Presses Ctrl-C; it is heard even where the tests were started to ignore it."""
    was = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield lambda: signal.raise_signal(signal.SIGINT)
    signal.signal(signal.SIGINT, was)


@pytest.mark.parametrize("to", list(FORMATS))
def test_ctrl_c_leaves_nothing_in_any_format(ctrl_c, made_up, exported, monkeypatch, to):
    for package in FORMATS[to].packages:
        pytest.importorskip(package)
    recording = made_up()
    monkeypatch.setattr(wcon, "_BLOCK", 8)
    monkeypatch.setattr(csv_tables, "_BLOCK", 8)
    step, steps = Progress.step, []

    def struck(told, count=1):
        step(told, count)
        steps.append(count)
        if len(steps) == 3:
            ctrl_c()

    monkeypatch.setattr(Progress, "step", struck)
    with pytest.raises(KeyboardInterrupt):
        exported(recording, to)

    assert len(steps) == 3  # it left at the very next one
    assert [path.name for path in recording.folder.parent.iterdir()] == ["0001"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_second_ctrl_c_does_not_wait(ctrl_c):
    with Interruption():
        ctrl_c()
        with pytest.raises(KeyboardInterrupt):
            ctrl_c()


def test_an_interrupted_replacement_leaves_the_old_export(made_up, exported, monkeypatch):
    recording = made_up()
    old = exported(recording, "csv").path

    def struck(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(csv_tables, "_write_events", struck)
    with pytest.raises(KeyboardInterrupt):
        exported(recording, "csv", overwrite=True)

    assert (old / "events.csv").is_file()


def test_a_full_disk_is_told_in_one_line(made_up, exported, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(csv_tables, "_write_events", full)

    with pytest.raises(RecordingError, match="the disk is full"):
        exported(made_up(), "csv")


def test_room_is_checked_before_anything_is_written(made_up, exported, monkeypatch):
    recording = made_up()
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=10))

    with pytest.raises(UsageError, match="the disk has no room for"):
        exported(recording, "csv")


def test_a_place_in_no_folder_is_named(made_up, exported, tmp_path):
    with pytest.raises(UsageError, match="there is no folder"):
        exported(made_up(), "csv", out=tmp_path / "no" / "such")


def test_a_missing_package_is_named_with_its_extra(made_up, exported, monkeypatch):
    monkeypatch.setitem(sys.modules, "h5py", None)

    with pytest.raises(MissingExtraError, match=r"h5py.*pip install 'wormlock\[export\]'"):
        exported(made_up(), "hdf5-flavell")


def test_thinning_out_is_refused_where_there_are_no_frames(made_up, exported):
    with pytest.raises(UsageError, match="--to csv holds none"):
        exported(made_up(), "csv", every=2)


def test_times_that_run_backwards_are_named(made_up, exported):
    recording = made_up()
    recording.recording.positions["t_s"][7] = 3.0

    notices = exported(recording, "csv").notices

    assert notices == [
        "times run backwards in positions.bin, first at row 7: 3.000000 s after 100.150000 s"
    ]


def test_a_damaged_frame_is_told_of(made_up, exported):
    pytest.importorskip("h5py")
    recording = made_up()
    record = recording.frames.records.dtype
    with (recording.folder / "frames.bin").open("r+b") as file:
        file.seek(4 * record.itemsize + record.itemsize - 1)
        last = file.read(1)[0]
        file.seek(-1, 1)
        file.write(bytes([last ^ 255]))

    notices = exported(recording, "hdf5-flavell", every=1).notices

    assert any("1 frames are damaged" in notice and ": 4" in notice for notice in notices)


def test_a_recording_that_was_cut_short_is_exported_and_said_to_be(made_up, capsys):
    folder = made_up(closed=False).folder

    assert main(["export", str(folder), "--to", "csv"]) == 0

    assert "was cut short" in capsys.readouterr().err


def test_a_log_hears_of_the_progress_every_few_seconds():
    said, clock = io.StringIO(), SteppedClock()
    told = Progress(said, clock)

    told.start(100, "frames")
    for second in range(1, 101):
        clock.advance_to(float(second))
        told.step()

    lines = said.getvalue().splitlines()
    assert lines[0] == "  5 %  5 of 100 frames  1:35 left"
    assert len(lines) == 20


def test_a_terminal_sees_a_bar():
    said, clock = io.StringIO(), SteppedClock()
    said.isatty = lambda: True
    told = Progress(said, clock)

    told.start(10, "frames")
    clock.advance_to(3.0)
    told.step(3)
    told.finish()

    assert said.getvalue().startswith("\r[#########.....................]  30 %  3 of 10 frames")


def test_the_examples_are_true():
    assert doctest.testmod(progress).failed == 0


@pytest.mark.parametrize("to", list(FORMATS))
def test_a_rig_without_a_stage_or_a_worm_is_exported_all_the_same(made_up, exported, to):
    for package in FORMATS[to].packages:
        pytest.importorskip(package)
    empty = {name: table.row for name, table in TABLES.items()}
    recording = made_up(range(5), tables={name: np.empty(0, row) for name, row in empty.items()})

    assert exported(recording, to).path.exists()


@pytest.mark.parametrize("to", list(FORMATS))
def test_a_recording_that_holds_nothing_is_refused_or_exported_empty(made_up, exported, to):
    for package in FORMATS[to].packages:
        pytest.importorskip(package)
    recording = made_up(range(0))

    if to in {"csv", "wcon"}:
        assert exported(recording, to).path.exists()
        return
    with pytest.raises(UsageError, match=r"holds no frames|too few frames"):
        exported(recording, to)
    assert [path.name for path in recording.folder.parent.iterdir()] == ["0001"]

"""An export that was interrupted, killed or out of room goes on where it was."""

import io
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tracker.export import hdf5_flavell, zarr_image
from tracker.export.job import Job
from tracker.export.progress import Progress
from tracker.export.resuming import Resuming, note_of
from tracker.export.run import export

zarr = pytest.importorskip("zarr")

ROOT = Path(__file__).parents[3]
SHARD = 7  # frames
KILLED = f"""
import os, sys
from tracker.export import hdf5_flavell, zarr_image
from tracker.export.progress import Progress
from tracker.commands.main import main
zarr_image._SHARD_BYTES = hdf5_flavell._NOTED_BYTES = {SHARD * 24 * 32}
step, steps = Progress.step, []
def struck(told, count=1):
    step(told, count)
    steps.append(count)
    if len(steps) == 31:
        os._exit(9)
Progress.step = struck
main(["export", sys.argv[1], "--every", "1", "--to", sys.argv[2]])
"""


@pytest.fixture(autouse=True)
def small_shards(monkeypatch):
    monkeypatch.setattr(zarr_image, "_SHARD_BYTES", SHARD * 24 * 32)


@pytest.fixture
def strike(monkeypatch):
    """Interrupt an export when so many frames were written."""

    def after(frames, error):
        step, steps = Progress.step, []

        def struck(told, count=1):
            step(told, count)
            steps.append(count)
            if len(steps) == frames:
                raise error

        monkeypatch.setattr(Progress, "step", struck)
        return lambda: monkeypatch.setattr(Progress, "step", step)

    return after


def kill_while_exporting(recording, to):
    """Return the exit status of an export that dies at its 31st frame, without a last word."""
    words = [sys.executable, "-c", KILLED, str(recording.folder), to]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(words, env=environment, check=False).returncode


def aside_of(recording):
    return recording.folder.with_name("unfinished-0001.ome.zarr")


def shards_of(folder):
    """When each shard of the tracking pictures was written."""
    return {path.parents[1].name: path.stat().st_mtime_ns for path in folder.glob("0/c/*/0/0")}


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_what_was_written_is_kept_and_the_rest_is_added(made_up, exported, strike, error):
    recording = made_up()
    go_on = strike(31, error)
    with pytest.raises((KeyboardInterrupt, Exception)):
        exported(recording, "ome-zarr")
    before = shards_of(aside_of(recording))
    go_on()

    made = exported(recording, "ome-zarr")

    group = zarr.open_group(made.path, mode="r")
    after = shards_of(made.path)
    assert sorted(before) == ["0", "1", "2", "3"]
    assert {name: after[name] for name in before} == before
    assert np.array_equal(group["0"][:], recording.frames[:])
    assert not aside_of(recording).exists()
    assert not note_of(aside_of(recording)).exists()
    assert "went on with what an interrupted export had left" in made.notices


def test_a_killed_export_goes_on_and_nothing_half_written_is_taken_for_whole(made_up, exported):
    recording = made_up()
    ended = kill_while_exporting(recording, "ome-zarr")
    target, aside = recording.folder.with_name("0001.ome.zarr"), aside_of(recording)
    was_there = target.exists()
    before = shards_of(aside)
    torn = aside / "0" / "c" / "4" / "0"  # as if it had been killed while it wrote the next
    torn.mkdir(parents=True)
    (torn / "0").write_bytes(b"half a shard")

    made = exported(recording, "ome-zarr", every=1)

    group = zarr.open_group(made.path, mode="r")
    assert (ended, was_there) == (9, False)
    assert sorted(before) == ["0", "1", "2", "3"]
    assert np.array_equal(group["0"][:], recording.frames[:])
    for name, column in (("t_s", recording.frames.t_s), ("index", recording.frames.index)):
        assert np.array_equal(group[f"recording/frames/{name}"][:], column)


def test_neural_volumes_go_on_too(made_up, add_neural, add_planes, exported, strike):
    recording = add_neural(made_up())
    kept = add_planes(recording)
    go_on = strike(60 + 50, KeyboardInterrupt)
    with pytest.raises(KeyboardInterrupt):
        exported(recording, "ome-zarr")
    go_on()

    group = zarr.open_group(exported(recording, "ome-zarr").path, mode="r")

    flat = group["neural/green/0"][:].reshape(-1, 10, 14)
    assert np.array_equal(flat[: len(kept)], recording.neural("green").frames[:][kept])
    assert np.array_equal(group["0"][:], recording.frames[:])


@pytest.mark.parametrize("change", ["thinned out otherwise", "another recording"])
def test_what_another_export_has_left_is_not_gone_on_with(made_up, exported, strike, change):
    recording = made_up()
    go_on = strike(31, KeyboardInterrupt)
    with pytest.raises(KeyboardInterrupt):
        exported(recording, "ome-zarr")
    go_on()
    if change == "another recording":
        recording = made_up(range(50), name="0002")
        other = aside_of(recording).with_name("unfinished-0002.ome.zarr")
        aside_of(recording).rename(other)
        note_of(aside_of(recording)).rename(note_of(other))

    every = 2 if change == "thinned out otherwise" else 1
    group = zarr.open_group(exported(recording, "ome-zarr", every=every).path, mode="r")

    assert np.array_equal(group["0"][:], recording.frames[::every])


def test_progress_goes_on_and_counts_only_what_is_left(made_up, tmp_path):
    recording, said = made_up(), io.StringIO()
    job = Job(recording=recording, progress=Progress(said))
    tmp_path.joinpath("export").mkdir()
    resuming = Resuming(tmp_path / "export", job, to="ome-zarr")

    resuming.note("0", 4)
    again = Resuming(tmp_path / "export", job, to="ome-zarr")
    frames = [frame.index for frame in job.frames(start=28)]

    assert (again.goes_on, again.done("0"), again.done("neural/green/0")) == (True, 4, 0)
    assert frames == list(range(28, 60))


def test_formats_that_cannot_go_on_leave_nothing(made_up, strike):
    pytest.importorskip("av")
    recording = made_up()
    strike(5, KeyboardInterrupt)

    with pytest.raises(KeyboardInterrupt):
        export(
            Job(recording=recording, progress=Progress(io.StringIO())),
            to="mp4",
            out=None,
            overwrite=False,
        )

    assert [path.name for path in recording.folder.parent.iterdir()] == ["0001"]


def test_a_killed_hdf5_goes_on_and_holds_what_one_that_was_not_holds(
    made_up, exported, monkeypatch
):
    h5py = pytest.importorskip("h5py")
    monkeypatch.setattr(hdf5_flavell, "_NOTED_BYTES", SHARD * 24 * 32)
    recording = made_up()
    ended = kill_while_exporting(recording, "hdf5-flavell")
    was_there = recording.folder.with_name("0001.h5").exists()

    made = exported(recording, "hdf5-flavell", every=1)
    whole = exported(recording, "hdf5-flavell", every=1, out=recording.folder.with_name("w.h5"))

    assert (ended, was_there) == (9, False)
    assert "went on with what an interrupted export had left" in made.notices
    with h5py.File(made.path) as file, h5py.File(whole.path) as other:
        names = []
        other.visit(names.append)
        datasets = [name for name in names if isinstance(other[name], h5py.Dataset)]
        assert np.array_equal(file["img_nir"][:], recording.frames[:])
        for name in datasets:
            np.testing.assert_array_equal(file[name][()], other[name][()], err_msg=name)
        assert len(datasets) > 10
    assert {path.name for path in recording.folder.parent.iterdir()} == {"0001", "0001.h5", "w.h5"}

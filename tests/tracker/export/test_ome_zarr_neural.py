"""Neural frames in OME-Zarr: an image of their own, in volumes where the planes are known."""

import numpy as np
import pytest

from tracker.export import zarr_image

zarr = pytest.importorskip("zarr")


@pytest.fixture
def small_shards(monkeypatch):
    monkeypatch.setattr(zarr_image, "_SHARD_BYTES", 8 * 10 * 14 * 2)


def test_neural_frames_are_an_image_of_their_own(made_up, add_neural, exported, small_shards):
    recording = add_neural(made_up())

    path = exported(recording, "ome-zarr", every=4).path

    group = zarr.open_group(path, mode="r")
    green = recording.neural("green")
    image = group["neural/green/0"]
    (told,) = group["neural/green"].attrs["ome"]["multiscales"]
    assert image.dtype == np.uint16
    assert np.array_equal(image[:], green.frames[:])  # never thinned out
    assert [axis["name"] for axis in told["axes"]] == ["t", "y", "x"]
    scale = told["datasets"][0]["coordinateTransformations"][0]["scale"]
    assert scale == pytest.approx([0.02, 2.5, 2.5])
    assert np.array_equal(group["recording/frames_green/t_s"][:], green.frames.t_s)
    assert group["0"].shape == (15, 24, 32)


@pytest.mark.parametrize("um_per_px", [2.5, float("nan")])
def test_the_validator_accepts_both_images(made_up, add_neural, add_planes, exported, um_per_px):
    yaozarrs = pytest.importorskip("yaozarrs")
    recording = add_neural(made_up(), um_per_px=um_per_px)
    flat = exported(recording, "ome-zarr", out=recording.folder.with_name("flat.ome.zarr")).path
    add_planes(recording)
    deep = exported(recording, "ome-zarr", out=recording.folder.with_name("deep.ome.zarr")).path

    for path in (flat, deep):
        yaozarrs.validate_zarr_store(str(path))
        yaozarrs.validate_zarr_store(str(path / "neural" / "green"))


@pytest.fixture(params=[1, 3 * 5 * 10 * 14 * 2, 32_000_000], ids=["one", "some", "all"])
def volumes_a_shard(request, monkeypatch):
    monkeypatch.setattr(zarr_image, "_SHARD_BYTES", request.param)


@pytest.mark.usefixtures("volumes_a_shard")
def test_planes_that_a_sync_has_told_make_volumes(made_up, add_neural, add_planes, exported):
    recording = add_neural(made_up())
    kept = add_planes(recording)

    made = exported(recording, "ome-zarr")

    group = zarr.open_group(made.path, mode="r")
    frames, image = recording.neural("green").frames, group["neural/green/0"]
    volumes = -(-len(kept) // 5)
    flat = image[:].reshape(-1, 10, 14)
    (told,) = group["neural/green"].attrs["ome"]["multiscales"]
    assert image.shape == (volumes, 5, 10, 14)
    assert np.array_equal(flat[: len(kept)], frames[:][kept])
    assert not flat[len(kept) :].any()  # planes that were not taken any more
    assert [axis["name"] for axis in told["axes"]] == ["t", "z", "y", "x"]
    scale = told["datasets"][0]["coordinateTransformations"][0]["scale"]
    assert scale == pytest.approx([0.14, 1.5, 2.5, 2.5])
    of_frames = group["recording/frames_green/volume"][:]
    assert (of_frames[kept] == np.arange(len(kept)) // 5).all()
    left_out = len(frames) - len(kept)
    assert f"green: {left_out} frames are of no volume and were left out" in made.notices


def test_a_sync_of_another_microscope_makes_no_volumes(made_up, add_neural, add_planes, exported):
    recording = add_neural(made_up())
    add_planes(recording)
    path = recording.folder / "sync" / "neural_frames.csv"
    rows = [line.split(",") for line in path.read_text().splitlines()]
    shifted = [[*row[:1], str(float(row[1]) + 0.008), *row[2:]] for row in rows[1:]]
    path.write_text("\n".join(",".join(row) for row in [rows[0], *shifted]))

    group = zarr.open_group(exported(recording, "ome-zarr").path, mode="r")

    assert group["neural/green/0"].ndim == 3

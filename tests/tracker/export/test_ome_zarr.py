"""OME-Zarr folders that a validator accepts, and that give back what was recorded."""

import json
import shutil

import numpy as np
import pytest

from tracker.export import zarr_image
from tracker.record.columns import columns_of

zarr = pytest.importorskip("zarr")


@pytest.fixture(scope="module")
def path(kept, exported):
    return exported(kept, "ome-zarr").path


@pytest.fixture(scope="module")
def group(path):
    return zarr.open_group(path, mode="r")


def test_the_validator_accepts_a_folder(path):
    pytest.importorskip("yaozarrs").validate_zarr_store(str(path))


def without_pictures(folder):
    shutil.rmtree(folder / "0")


def with_an_axis_less(folder):
    words = json.loads((folder / "zarr.json").read_text(encoding="utf-8"))
    words["attributes"]["ome"]["multiscales"][0]["axes"].pop()
    (folder / "zarr.json").write_text(json.dumps(words), encoding="utf-8")


@pytest.mark.parametrize("spoil", [without_pictures, with_an_axis_less])
def test_the_validator_notices_a_broken_folder(path, tmp_path, spoil):
    yaozarrs = pytest.importorskip("yaozarrs")
    broken = shutil.copytree(path, tmp_path / "broken.ome.zarr")
    spoil(broken)

    with pytest.raises(ValueError, match=r"(?i)axes|dataset|path"):
        yaozarrs.validate_zarr_store(str(broken))


def test_every_picture_comes_back(group, kept):
    assert group["0"].dtype == np.uint8
    assert group["0"].chunks == (1, *kept.frames.shape[1:])
    assert np.array_equal(group["0"][:], kept.frames[:])
    assert np.array_equal(group["recording/frames/t_s"][:], kept.frames.t_s)


@pytest.mark.parametrize("frames_a_shard", [1, 7, 60])
@pytest.mark.parametrize("every", [1, 4])
def test_pictures_come_back_however_they_are_packed(
    made_up, exported, monkeypatch, frames_a_shard, every
):
    recording = made_up()
    monkeypatch.setattr(zarr_image, "_SHARD_BYTES", frames_a_shard * 24 * 32)

    found = zarr.open_group(exported(recording, "ome-zarr", every=every).path, mode="r")

    assert np.array_equal(found["0"][:], recording.frames[::every])
    assert np.array_equal(found["recording/frames/index"][:], recording.frames.index[::every])


@pytest.mark.parametrize("table", ["ticks", "stage", "positions", "truth"])
def test_every_number_of_a_table_comes_back(group, kept, table):
    found, columns = group[f"recording/{table}"], columns_of(kept.table(table))

    assert set(found) == set(columns)
    for name, column in columns.items():
        values = found[name][:]
        assert values.dtype == column.dtype, name
        assert np.array_equal(values, column, equal_nan=column.dtype.kind == "f"), name


def test_scale_calibration_and_events_are_told(group, kept):
    (picture,) = group.attrs["ome"]["multiscales"]
    about = group.attrs["wormlock"]

    (dataset,) = picture["datasets"]
    (scaled,) = dataset["coordinateTransformations"]
    assert scaled["scale"] == pytest.approx([0.025, 1.26036, 1.26036], rel=1e-4)
    matrix = about["calibration"]["stage_from_image_um_per_px"]
    assert np.array_equal(matrix, kept.calibration.stage_from_image_um_per_px)
    assert [event["kind"] for event in about["events"]] == ["started", "mark", "ended"]
    assert about["animal"]["strain"] == "AML32"

"""The incumbent's layout, read as its analysis reads it."""

from dataclasses import replace

import numpy as np
import pytest

from hardware.lines import EDGE_ROW, analog_row

h5py = pytest.importorskip("h5py")


@pytest.fixture
def read(made_up, exported):
    """The exported file as plain arrays, by their names."""

    def run(recording=None, **how):
        arrays = {}
        path = exported(recording or made_up(), "hdf5-flavell", **how).path
        with h5py.File(path) as file:
            assert file["img_nir"].chunks == (1, *file["img_nir"].shape[1:])
            assert "desc" in file["img_nir"].attrs
            file.visititems(
                lambda name, item: (
                    arrays.update({name: item[()]}) if isinstance(item, h5py.Dataset) else None
                )
            )
        return arrays

    return run


def test_shapes_and_types_are_those_of_the_layout(read):
    file = read()

    count, samples = 30, file["daqmx_ai"].shape[1]
    layout = {
        "img_nir": ("|u1", (count, 24, 32)),
        "pos_feature": ("<f4", (count, 3, 3)),
        "pos_stage": ("<f8", (count, 2)),
        "daqmx_ai": ("<f8", (3, samples)),
        "daqmx_di": ("<u4", (2, samples)),
    }
    assert {name: (file[name].dtype.str, file[name].shape) for name in layout} == layout
    assert file["recording_start"] == b"2026-02-03T10:11:12"
    assert file["img_metadata/img_timestamp"].dtype == np.int64
    assert file["img_metadata/img_id"].dtype == np.int64


def test_every_number_of_a_saved_frame_comes_back(read, made_up):
    recording = made_up()
    file, ticks = read(recording), recording.table("ticks")[::2]

    assert np.array_equal(file["img_nir"], recording.frames[::2])
    keypoints_px = file["pos_feature"][:, :2].transpose(0, 2, 1) - 1.0
    assert keypoints_px == pytest.approx(ticks["keypoints_px"], abs=1e-5, nan_ok=True)
    sure = np.nan_to_num(ticks["keypoint_confidences"])
    assert np.array_equal(file["pos_feature"][:, 2], sure)
    assert file["pos_stage"] / 10.0 == pytest.approx(ticks["stage_um"], abs=1e-9)
    stamps_s = file["img_metadata/img_timestamp"] / 1e9
    assert stamps_s == pytest.approx(recording.frames.t_s, abs=1e-8)


@pytest.mark.parametrize("every", [None, 1, 3])
@pytest.mark.parametrize("numbers", [range(60), [*range(20), *range(27, 60)]], ids=["all", "gap"])
def test_strobe_and_saved_frames_agree_as_the_reader_wants(read, made_up, every, numbers):
    file = read(made_up(numbers), every=every)

    strobe = file["daqmx_di"][1].astype(float)
    rises = np.flatnonzero(np.diff(strobe) > 1) + 1
    falls = np.flatnonzero(np.diff(strobe) < -1) + 1
    numbers_seen = file["img_metadata/img_id"]
    assert abs(len(rises) - np.diff(numbers_seen).sum()) <= 3
    assert len(rises) == len(falls)
    assert rises[0] > 500
    assert falls[-1] < len(strobe) - 500
    assert file["img_metadata/q_iter_save"].sum() == len(file["img_nir"])
    assert len({len(file[f"img_metadata/{name}"]) for name in ("q_iter_save", "q_recording")}) == 1


def test_a_strobe_is_high_at_the_middle_of_each_exposure(read, made_up):
    recording = made_up()
    strobe = read(recording)["daqmx_di"][1]

    first = np.flatnonzero(strobe)[0] + 9.5  # four milliseconds are twenty samples
    middles = np.rint(first + 5000.0 * (recording.frames.t_s - recording.frames.t_s[0])).astype(int)
    assert (strobe[middles] == 2).all()
    assert strobe.sum() == 2 * 20 * 60


def test_what_was_not_recorded_is_said(made_up, exported):
    (notice,) = exported(made_up(), "hdf5-flavell").notices

    assert notice.startswith(
        "not recorded, and zero in the signals: the confocal's line, laser, piezo, stimulus; "
    )


TABLES = ("ticks", "stage", "positions", "truth")


@pytest.fixture
def plain(made_up):
    """A recording to make others from: its header, and its tables."""
    recording = made_up(name="plain")
    return recording.header, {name: np.array(recording.table(name)) for name in TABLES}


def test_the_fields_centre_is_where_the_operator_had_moved_it(read, made_up, plain):
    header, tables = plain
    tables["ticks"]["nudge_um"][31:] = [5.0, -2.0]
    recording = made_up(tables=tables)

    file = read(recording, every=1)

    calibration = header.calibration
    moved_px = np.linalg.inv(calibration.stage_from_image_um_per_px) @ [5.0, -2.0]
    centre_px = file["metadata/field_centre_px"] - 1.0
    assert centre_px[:31] == pytest.approx(np.tile(calibration.target_px, (31, 1)))
    assert centre_px[31:] == pytest.approx(np.tile(calibration.target_px + moved_px, (29, 1)))
    assert file["metadata/target_px"] - 1.0 == pytest.approx(calibration.target_px)


def test_counted_edges_and_sampled_channels_are_the_signals(read, made_up, plain):
    header, tables = plain
    confocal_s = 100.3 + 0.05 * np.arange(20)
    edges = np.zeros(40, EDGE_ROW)
    edges["line"] = np.arange(40) % 2
    edges["t_s"] = np.repeat(confocal_s, 2)
    analog = np.zeros(5000, analog_row(["piezo"]))
    analog["t_s"] = 100.2 + np.arange(5000) / 5000.0
    analog["piezo_v"] = np.linspace(1.0, 2.0, 5000)
    rows = {"edges": edges, "analog": analog}
    counted = replace(
        header,
        facts={**header.facts, "edge_lines": "camera, confocal"},
        streams={**header.streams, **{name: table.dtype for name, table in rows.items()}},
    )
    recording = made_up(header=counted, tables={**tables, **rows})

    file = read(recording)

    began_s = recording.frames.t_s[0] - 0.002 - 0.2
    rises = np.flatnonzero(np.diff(file["daqmx_di"][0].astype(float)) > 1) + 1
    assert began_s + rises / 5000.0 == pytest.approx(confocal_s, abs=1.1e-4)
    sampled_s = began_s + np.arange(file["daqmx_ai"].shape[1]) / 5000.0
    is_known = (sampled_s >= 100.2) & (sampled_s <= 100.2 + 0.9998)
    expected = np.interp(sampled_s, analog["t_s"], analog["piezo_v"])
    assert file["daqmx_ai"][1][is_known] == pytest.approx(expected[is_known])
    assert not file["daqmx_ai"][[0, 2]].any()

"""A recording in a notebook: pictures, tables and places of the animal that was recorded."""

import sys

import numpy as np
import pytest

import wormlock
from tracker.errors import MissingExtraError, RecordingError
from tracker.record.columns import columns_of


@pytest.fixture
def opened(record, made_up):
    tables = made_up.run(80)
    ticks = tables["ticks"]
    calibration = made_up.calibration
    inverse = np.linalg.inv(calibration.stage_from_image_um_per_px)
    ticks["head_px"] = calibration.target_px + ticks["error_um"] @ inverse.T
    return wormlock.open_recording(record(80, tables=tables))


def test_a_frame_is_the_picture_that_was_recorded(opened, made_up):
    written = made_up.frames(range(80))

    assert opened.frames.shape == (80, *made_up.shape)
    assert opened.frames[17].dtype == np.uint8
    assert np.array_equal(opened.frames[17], written["pixels"][17])
    assert np.array_equal(opened.frames[-2:], written["pixels"][-2:])
    assert len(list(opened.frames)) == 80


def test_frames_are_read_only_when_they_are_looked_at(opened):
    assert isinstance(opened.frames[10:70], np.memmap)


def test_a_frame_is_found_by_its_time(opened, made_up):
    t_s = made_up.started_s + 17.4 * made_up.period_s

    assert np.array_equal(opened.frames.at(t_s), opened.frames[17])


def test_a_time_outside_the_recording_has_no_frame(opened):
    with pytest.raises(RecordingError, match=r"no frame at 3\.000 s: .* from 100\.000 to"):
        opened.frames.at(3.0)


def test_a_table_becomes_a_data_frame_number_for_number(opened):
    pytest.importorskip("pandas")

    ticks = opened.data_frame("ticks")

    for name, column in columns_of(opened.table("ticks")).items():
        assert np.array_equal(ticks[name], column, equal_nan=column.dtype.kind == "f"), name
    assert {"head_x_um", "nose_y_px", "metacorpus_confidence", "command_y_um_s"} <= set(ticks)


def test_without_pandas_the_extra_is_named(opened, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)

    with pytest.raises(MissingExtraError, match=r"pip install 'wormlock\[notebook\]'"):
        opened.data_frame("ticks")


def test_a_table_that_is_not_there_is_named(opened):
    with pytest.raises(RecordingError, match="no table 'tiks': expected one of ticks, stage"):
        opened.table("tiks")


def test_the_heads_path_is_free_of_the_stages_motion(opened):
    path = opened.head_path()

    assert path.head_um == pytest.approx(opened.table("truth")["head_um"], abs=1e-6)


def test_stage_and_head_are_placed_between_frames(opened, made_up):
    truth = opened.table("truth")
    halfway_s = truth["t_s"][:-1] + made_up.period_s / 2.0

    placed = opened.at(halfway_s)

    middle_um = (truth["head_um"][:-1] + truth["head_um"][1:]) / 2.0
    assert placed.head_um == pytest.approx(middle_um, abs=1e-6)
    assert placed.stage_um == pytest.approx(middle_um - (3.0, 4.0), abs=1e-6)


def test_nothing_is_made_up_outside_the_recording_or_in_a_long_gap(record, made_up):
    tables = made_up.run(80)
    tables["ticks"]["is_found"][20:60] = False
    opened = wormlock.open_recording(record(80, tables=tables))

    placed = opened.at([0.0, made_up.started_s + 40 * made_up.period_s, 1e9])

    assert np.isnan(placed.head_um).all()
    assert np.isnan(placed.stage_um[[0, 2]]).all()
    assert np.isfinite(placed.stage_um[1]).all()


def test_a_recording_without_frames_or_rows_opens(record, made_up):
    opened = wormlock.open_recording(record(0, tables=made_up.run(0)))

    assert len(opened.frames) == 0
    assert np.isnan(opened.at([100.0]).head_um).all()

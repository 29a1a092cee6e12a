"""NWB files that the validators accept, and that give back what was recorded."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import numpy as np
import pytest

from tracker.record.columns import columns_of

pynwb = pytest.importorskip("pynwb")
pytest.importorskip("ndx_pose")


@pytest.fixture(scope="module")
def path(kept, exported):
    return exported(kept, "nwb").path


@pytest.fixture(scope="module")
def file(path):
    """What a file that was exported holds."""
    with pynwb.NWBHDF5IO(path, "r") as io:
        yield io.read()


@pytest.fixture
def read(exported):
    """A function that exports a recording and gives the opened file."""
    opened = []

    def run(recording, **how):
        io = pynwb.NWBHDF5IO(exported(recording, "nwb", **how).path, "r")
        opened.append(io)
        return io.read()

    yield run
    for io in opened:
        io.close()


def test_the_validators_find_nothing_critical(path):
    inspector = pytest.importorskip("nwbinspector")

    dandi = inspector.load_config("dandi")
    found = list(inspector.inspect_nwbfile(nwbfile_path=str(path), config=dandi))

    assert pynwb.validate(path=path) == []
    grave = {inspector.Importance.CRITICAL, inspector.Importance.ERROR}
    assert [finding.message for finding in found if finding.importance in grave] == []


def test_every_picture_comes_back_when_it_was_taken(file, kept):
    series = file.acquisition["tracking_camera"]

    assert np.array_equal(series.data[:].transpose(0, 2, 1), kept.frames[:])
    assert np.array_equal(series.timestamps[:], kept.frames.t_s - 100.0)
    assert series.data.chunks == (1, 32, 24)


def test_one_frame_in_four_can_be_taken(read, made_up):
    recording = made_up()
    series = read(recording, every=4).acquisition["tracking_camera"]

    assert np.array_equal(series.data[:].transpose(0, 2, 1), recording.frames[::4])
    assert np.array_equal(series.timestamps[:], recording.frames.t_s[::4] - 100.0)


@pytest.mark.parametrize("table", ["ticks", "stage", "positions", "truth"])
def test_every_number_of_a_table_comes_back(file, kept, table):
    found = file.processing["misc"][table]

    columns = columns_of(kept.table(table))
    assert list(found.colnames) == list(columns)
    for name, column in columns.items():
        values = found[name].data[:]
        assert values.dtype == column.dtype, name
        assert np.array_equal(values, column, equal_nan=column.dtype.kind == "f"), name


def test_keypoints_come_back_as_a_pose(file, kept):
    pose, ticks = file.processing["behavior"]["PoseEstimation"], kept.table("ticks")

    for place, name in enumerate(("nose", "metacorpus", "terminal_bulb")):
        series = pose[name]
        assert np.array_equal(series.data[:], ticks["keypoints_px"][:, place], equal_nan=True)
        sure = ticks["keypoint_confidences"][:, place]
        assert np.array_equal(series.confidence[:], sure, equal_nan=True)
    assert list(pose.skeleton.nodes[:]) == ["nose", "metacorpus", "terminal_bulb"]
    assert pose.source_video.name == "tracking_camera"


def test_head_and_stage_come_back_in_place(file, kept):
    position = file.processing["behavior"]["Position"]

    seen = kept.head_path()
    assert np.array_equal(position["head"].data[:], seen.head_um)
    assert np.array_equal(position["head"].timestamps[:], seen.t_s - 100.0)
    assert np.array_equal(position["stage"].data[:], kept.table("positions")["position_um"])
    assert position["stage"].conversion == 1e-6


def test_events_animal_and_calibration_come_back(file, kept):
    events = file.events["events"]
    assert list(events["kind"].data[:]) == ["started", "mark", "ended"]
    assert list(events["annotation"].data[:]) == ["", "food, left", "stopped"]
    assert events["timestamp"].data[:].tolist() == [0.0, 0.5, 2.0]
    assert (file.subject.species, file.subject.sex) == ("Caenorhabditis elegans", "XX")
    assert (file.subject.strain, file.subject.age) == ("AML32", "PT72H")
    matrix = file.processing["misc"]["calibration"]["stage_from_image_um_per_px"].data[0]
    assert np.array_equal(matrix, kept.calibration.stage_from_image_um_per_px)


def test_time_zero_is_before_all_that_was_recorded(read, made_up):
    recording = made_up()
    recording.recording.positions["t_s"][0] = 99.5

    file = read(recording)

    summer = timezone(timedelta(hours=1))
    assert file.session_start_time == datetime(2026, 2, 3, 10, 11, 13, tzinfo=summer)
    assert file.processing["behavior"]["Position"]["stage"].timestamps[0] == 0.0
    assert file.acquisition["tracking_camera"].timestamps[0] == 0.5


def test_what_archives_ask_for_and_was_not_told_is_named(made_up, exported):
    recording = made_up()
    recording.recording = replace(
        recording.recording, header=replace(recording.header, animal={"strain": "N2"})
    )

    made = exported(recording, "nwb")

    assert made.notices[-1].startswith("sex and age_h of the animal are not told")
    inspector = pytest.importorskip("nwbinspector")
    dandi = inspector.load_config("dandi")
    checks = ["check_subject_sex", "check_subject_age"]
    found = inspector.inspect_nwbfile(nwbfile_path=str(made.path), config=dandi, select=checks)
    assert sorted(finding.check_function_name for finding in found) == sorted(checks)

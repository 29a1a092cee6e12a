"""A short made-up recording: a worm's head and two other keypoints, a stage that follows."""

import io
from types import SimpleNamespace

import numpy as np
import pytest

from hardware.ring import frame_record
from hardware.truth import TRUTH_ROW
from hardware.types import Calibration
from tracker.export.job import Job
from tracker.export.progress import Progress
from tracker.export.run import export
from tracker.messages import POSITION_ROW, STAGE_ROW, TICK_ROW, Mode
from tracker.record.events import Event
from tracker.record.header import Header
from tracker.record.opened import open_recording
from tracker.record.schema import FRAMES, TABLES, framed_record
from tracker.record.writer import RecordingWriter

SHAPE = (24, 32)
PERIOD_S = 0.025
STARTED_S = 100.0
MATRIX = np.array([[1.26, -0.03], [0.03, 1.26]])
TARGET_PX = np.array([17.5, 11.25])
UNSEEN = slice(11, 14)
HEADER = Header(
    session="2026-02-03_101112",
    wall_time="2026-02-03T10:11:12.000+01:00",
    wall_time_at_s=STARTED_S - 1.5,
    started_s=STARTED_S,
    software_version="0.1.0",
    config_sha256="c0ffee",
    calibration=Calibration(
        stage_from_image_um_per_px=MATRIX,
        target_px=TARGET_PX,
        field_size_um=np.array([20.0, 16.0]),
        field_rotation_rad=0.2,
        measured_on="2026-01-31",
        residual_um=0.4,
    ),
    facts={"model_name": "rendered-heads", "model_sha256": "beef", "provider": "CPU"},
    animal={"strain": "AML32", "age_h": 72, "sex": "XX"},
    streams={
        FRAMES: framed_record(frame_record(SHAPE)),
        **{name: table.row for name, table in TABLES.items()},
    },
)


def frames_of(numbers):
    """Frames as they come out of a ring: noise, and stamps by their numbers."""
    noise = np.random.default_rng(1)
    frames = np.zeros(len(numbers), frame_record(SHAPE))
    frames["index"] = numbers
    frames["t_s"] = STARTED_S + PERIOD_S * np.asarray(numbers)
    frames["received_s"] = frames["t_s"] + 0.008
    frames["camera_t_s"], frames["camera_counter"] = np.nan, -1
    frames["pixels"] = noise.integers(0, 256, (len(numbers), *SHAPE))
    return frames


def tables_of(numbers):
    """The tables of a run; in the ticks of `UNSEEN` no head was found."""
    count = len(numbers)
    t_s = STARTED_S + PERIOD_S * np.asarray(numbers)
    since_s = t_s - STARTED_S
    head_um = np.stack([220.0 * since_s, 80.0 * np.sin(2.8 * since_s)], axis=1)
    error_um = np.stack([3.0 + 0.5 * np.sin(since_s), 4.0 + since_s], axis=1)
    ticks = np.zeros(count, TICK_ROW)
    ticks["index"], ticks["frame_index"], ticks["sequence"] = np.arange(count), numbers, numbers
    ticks["t_s"], ticks["received_s"] = t_s, t_s + 0.008
    ticks["started_s"], ticks["detected_s"] = t_s + 0.0081, t_s + 0.0101
    ticks["decided_s"], ticks["posted_s"] = t_s + 0.0104, t_s + 0.0105
    ticks["mode"], ticks["is_found"], ticks["confidence"] = Mode.TRACKING, True, 0.9
    ticks["head_um"], ticks["error_um"] = head_um, error_um
    ticks["stage_um"] = head_um - error_um
    ticks["head_px"] = TARGET_PX + error_um @ np.linalg.inv(MATRIX).T
    ticks["keypoints_px"] = ticks["head_px"][:, None, :] + [[-6.0, 1.0], [-1.5, 0.25], [3.5, -0.5]]
    ticks["keypoint_confidences"] = [0.8, 0.93, 0.97]
    ticks["estimate_um"] = ticks["foreseen_um"] = head_um
    ticks["foreseen_s"] = t_s + 0.02
    unseen = ticks[UNSEEN]
    unseen["is_found"] = False
    for field in ("head_um", "head_px", "error_um", "keypoints_px", "keypoint_confidences"):
        unseen[field] = np.nan
    unseen["confidence"] = np.nan
    stage = np.zeros(count, STAGE_ROW)
    stage["sequence"], stage["posted_s"] = numbers, t_s + 0.0105
    stage["written_s"], stage["acts_s"] = t_s + 0.011, t_s + 0.020
    positions = np.zeros(count, POSITION_ROW)
    positions["t_s"], positions["received_s"] = t_s, t_s + 0.002
    positions["position_um"] = head_um - error_um
    truth = np.zeros(count, TRUTH_ROW)
    truth["frame_index"], truth["t_s"] = numbers, t_s
    truth["head_um"], truth["stage_um"] = head_um, head_um - error_um
    return {"ticks": ticks, "stage": stage, "positions": positions, "truth": truth}


def write_recording(folder, numbers=range(60), *, header=HEADER, tables=None, closed=True):
    writer = RecordingWriter(folder, header, config_yaml="start: idle\n", flush_s=0.5)
    writer.append(FRAMES, frames_of(numbers))
    for stream, rows in (tables or tables_of(numbers)).items():
        writer.append(stream, rows)
    writer.note(Event(STARTED_S, "started"))
    writer.note(Event(STARTED_S + 0.5, "mark", "food, left", {"count": 2.0}))
    if closed:
        writer.note(Event(STARTED_S + 2.0, "ended", "stopped"))
    writer.close()
    return open_recording(folder)


@pytest.fixture
def made_up(tmp_path):
    """A function that records frames of these numbers, and returns the opened recording."""

    def write(numbers=range(60), *, name="0001", **how):
        return write_recording(tmp_path / "session" / name, numbers, **how)

    return write


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A recording for many tests that only read it."""
    return write_recording(tmp_path_factory.mktemp("session") / "0001")


@pytest.fixture(scope="session")
def exported():
    """A function that exports a recording; it returns where to, the notices and what was said."""

    def run(recording, to, *, out=None, overwrite=False, **how):
        said = io.StringIO()
        job = Job(recording=recording, progress=Progress(said), **how)
        path = export(job, to=to, out=out, overwrite=overwrite)
        return SimpleNamespace(path=path, notices=job.notices, said=said.getvalue())

    return run

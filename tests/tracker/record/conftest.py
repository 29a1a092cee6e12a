"""A made-up run: a head that wanders, a stage that follows it at a known distance."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from hardware.ring import frame_record
from hardware.truth import TRUTH_ROW
from hardware.types import Calibration
from tracker.messages import FOCUS_ROW, POSITION_ROW, STAGE_ROW, TICK_ROW, Mode
from tracker.record.events import Event
from tracker.record.header import Header
from tracker.record.schema import FRAMES, TABLES, framed_record
from tracker.record.writer import RecordingWriter

SHAPE = (12, 16)
PERIOD_S = 0.025
STARTED_S = 100.0
CALIBRATION = Calibration(
    stage_from_image_um_per_px=np.array([[1.26, -0.03], [0.03, 1.26]]),
    target_px=np.array([8.5, 5.25]),
    field_size_um=np.array([200.0, 200.0]),
    field_rotation_rad=0.2,
    measured_on="2026-01-31",
    residual_um=0.4,
)
HEADER = Header(
    session="2026-02-03_101112",
    wall_time="2026-02-03T10:11:12.000+01:00",
    wall_time_at_s=STARTED_S - 0.001,
    started_s=STARTED_S,
    software_version="0.1.0",
    config_sha256="c0ffee",
    calibration=CALIBRATION,
    facts={"model_name": "rendered-heads", "model_sha256": "beef", "provider": "CPU"},
    animal={"strain": "AML32", "age_h": 72},
    streams={
        FRAMES: framed_record(frame_record(SHAPE)),
        **{name: table.row for name, table in TABLES.items()},
    },
)


def frames_of(numbers, *, seed=1):
    """Frames as they come out of a ring: noise, and stamps by their numbers."""
    noise = np.random.default_rng(seed)
    frames = np.zeros(len(numbers), frame_record(SHAPE))
    frames["index"] = numbers
    frames["t_s"] = STARTED_S + PERIOD_S * np.asarray(numbers)
    frames["received_s"] = frames["t_s"] + 0.008
    frames["camera_t_s"] = np.nan
    frames["camera_counter"] = -1
    frames["pixels"] = noise.integers(0, 256, (len(numbers), *SHAPE))
    return frames


def run_of(count, *, error_um=(3.0, 4.0)):
    """The tables of a run in which the head is always `error_um` off the centre."""
    t_s = STARTED_S + PERIOD_S * np.arange(count)
    head_um = np.stack(
        [220.0 * (t_s - STARTED_S), 80.0 * np.sin(2.0 * np.pi * 0.45 * (t_s - STARTED_S))], axis=1
    )
    stage_um = head_um - np.asarray(error_um)
    ticks = np.zeros(count, TICK_ROW)
    ticks["index"] = ticks["frame_index"] = ticks["sequence"] = np.arange(count)
    ticks["t_s"], ticks["received_s"] = t_s, t_s + 0.008
    ticks["started_s"], ticks["detected_s"] = t_s + 0.0081, t_s + 0.0101
    ticks["decided_s"], ticks["posted_s"] = t_s + 0.0104, t_s + 0.0105
    ticks["mode"], ticks["is_found"], ticks["confidence"] = Mode.TRACKING, True, 0.9
    ticks["head_um"], ticks["stage_um"], ticks["error_um"] = head_um, stage_um, error_um
    stage = np.zeros(count, STAGE_ROW)
    stage["sequence"], stage["posted_s"] = np.arange(count), t_s + 0.0105
    stage["written_s"], stage["acts_s"] = t_s + 0.011, t_s + 0.020
    positions = np.zeros(count, POSITION_ROW)
    positions["t_s"], positions["received_s"], positions["position_um"] = t_s, t_s + 0.002, stage_um
    truth = np.zeros(count, TRUTH_ROW)
    truth["frame_index"], truth["t_s"] = np.arange(count), t_s
    truth["head_um"], truth["stage_um"] = head_um, stage_um
    focus = np.zeros(count, FOCUS_ROW)
    focus["t_s"], focus["received_s"] = t_s, t_s + 0.003
    return {
        "ticks": ticks,
        "stage": stage,
        "positions": positions,
        "focus": focus,
        "truth": truth,
    }


@pytest.fixture
def made_up():
    """Whatever a test needs to make a recording of its own."""
    return SimpleNamespace(
        shape=SHAPE,
        period_s=PERIOD_S,
        started_s=STARTED_S,
        calibration=CALIBRATION,
        header=HEADER,
        header_with=lambda **changes: replace(HEADER, **changes),
        frames=frames_of,
        run=run_of,
    )


@pytest.fixture
def record(tmp_path):
    """A function that writes a recording of `count` frames, and returns its folder."""

    def write(count=80, *, tables=None, name="0001", events=()):
        folder = tmp_path / "session" / name
        writer = RecordingWriter(folder, HEADER, config_yaml="start: idle\n", flush_s=0.5)
        writer.append(FRAMES, frames_of(range(count)))
        for stream, rows in (tables or run_of(count)).items():
            writer.append(stream, rows)
        for event in (Event(STARTED_S, "started"), *events):
            writer.note(event)
        writer.close()
        return folder

    return write

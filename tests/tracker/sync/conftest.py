"""A stage that runs along x at 100 um/s beneath a head in the centre, and a data logger beside it.

The logger's clock began elsewhere and runs 20 ppm fast; the tracking camera exposes for 4 ms.
"""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from hardware.lines import EDGE_ROW
from hardware.ring import frame_record
from hardware.types import Calibration
from tracker.messages import POSITION_ROW, TICK_ROW
from tracker.record.events import Event
from tracker.record.header import Header
from tracker.record.line_tables import EDGE_LINES
from tracker.record.opened import open_recording
from tracker.record.schema import FRAMES, TABLES, framed_record
from tracker.record.writer import RecordingWriter

PERIOD_S, EXPOSURE_S, STARTED_S, SPEED_UM_S = 0.025, 0.004, 500.0, 100.0
SHAPE = (8, 12)
FIRST, COUNT = 40, 400  # the camera was live before the recording began
HEADER = Header(
    session="2026-02-03_101112",
    wall_time="2026-02-03T10:11:12.000+01:00",
    wall_time_at_s=STARTED_S,
    started_s=STARTED_S,
    software_version="0.1.0",
    config_sha256="c0ffee",
    calibration=Calibration(
        stage_from_image_um_per_px=np.eye(2),
        target_px=np.array([6.0, 4.0]),
        field_size_um=np.array([200.0, 200.0]),
        field_rotation_rad=0.0,
        measured_on="2026-01-31",
        residual_um=0.4,
    ),
    facts={},
    animal={},
    streams={
        FRAMES: framed_record(frame_record(SHAPE)),
        **{name: table.row for name, table in TABLES.items()},
    },
)
CONFIG = f"rig:\n  camera:\n    exposure_s: {EXPOSURE_S}\n"


def exposed_s(numbers):
    """The middles of exposures, on the host's clock."""
    return STARTED_S + PERIOD_S * (np.asarray(numbers) - FIRST)


def logged_s(host_s):
    """What the logger's clock showed."""
    return 12.0 + (np.asarray(host_s) - STARTED_S) * (1.0 + 20e-6)


def _frames(numbers, brightness):
    frames = np.zeros(len(numbers), frame_record(SHAPE))
    frames["index"], frames["t_s"] = numbers, exposed_s(numbers)
    frames["received_s"] = frames["t_s"] + 0.008
    frames["camera_t_s"], frames["camera_counter"] = np.nan, -1
    frames["pixels"] = np.asarray(brightness)[:, None, None]
    return frames


def _tables(numbers):
    t_s = exposed_s(numbers)
    stage_um = np.stack([SPEED_UM_S * (t_s - STARTED_S), np.zeros(len(t_s))], axis=1)
    ticks = np.zeros(len(numbers), TICK_ROW)
    ticks["frame_index"], ticks["t_s"], ticks["is_found"] = numbers, t_s, True
    ticks["stage_um"] = ticks["head_um"] = stage_um
    ticks["head_px"] = np.array([9.0, 4.0])
    positions = np.zeros(len(numbers), POSITION_ROW)
    positions["t_s"], positions["position_um"] = t_s, stage_um
    return {"ticks": ticks, "positions": positions}


def _with_edges(header, counted):
    facts = {EDGE_LINES: ", ".join(counted)}
    return replace(header, facts=facts, streams={**header.streams, "edges": EDGE_ROW})


def _edges(counted):
    """What a counter tells whose stamps reach the host's clock to half a millisecond."""
    rows = [
        (t_s + 0.0005, t_s + 0.01, logged_s(t_s), line, count)
        for line, times_s in enumerate(counted.values())
        for count, t_s in enumerate(times_s)
        if np.isfinite(t_s)
    ]
    return np.array(sorted(rows), EDGE_ROW)


@pytest.fixture
def lab(tmp_path):
    """The rig's facts, and functions that record and that log."""

    def record(*, without=(), brightness=None, counted=None, nudge_um=(0.0, 0.0)):
        """Record; `counted` are the host's times of edges that are counted along, by line."""
        numbers = np.setdiff1d(np.arange(FIRST, FIRST + COUNT), without)
        folder = tmp_path / "session" / "0001"
        header = HEADER if counted is None else _with_edges(HEADER, counted)
        writer = RecordingWriter(folder, header, config_yaml=CONFIG, flush_s=0.5)
        grey = np.full(len(numbers), 90) if brightness is None else brightness(numbers)
        writer.append(FRAMES, _frames(numbers, grey))
        tables = _tables(numbers)
        tables["ticks"]["nudge_um"] = nudge_um
        for stream, rows in tables.items():
            writer.append(stream, rows)
        if counted is not None:
            writer.append("edges", _edges(counted))
        writer.note(Event(STARTED_S, "started"))
        writer.close()
        return open_recording(folder)

    def log(**host_s):
        path = tmp_path / "edges.csv"
        rows = [f"{line},{at:.9f}" for line, times in host_s.items() for at in logged_s(times)]
        path.write_text("\n".join(["channel,t_s", *rows]) + "\n")
        return path

    return SimpleNamespace(
        record=record,
        log=log,
        exposed_s=exposed_s,
        logged_s=logged_s,
        numbers=np.arange(FIRST, FIRST + COUNT),
        starts_s=exposed_s(np.arange(FIRST + COUNT + 30)) - EXPOSURE_S / 2,  # since before it began
        started_s=STARTED_S,
        period_s=PERIOD_S,
        speed_um_s=SPEED_UM_S,
        folder=tmp_path,
    )

"""Neural frames beside a made-up recording, and a sync that tells their planes."""

import csv

import numpy as np
import pytest

from hardware.ring import frame_record
from tracker.record.neural_header import NeuralHeader
from tracker.record.opened import open_recording
from tracker.record.schema import framed_record, neural_frames
from tracker.record.stream_writer import StreamWriter

NEURAL_SHAPE, NEURAL_S = (10, 14), 0.02


@pytest.fixture
def add_neural():
    """A function that adds a neural camera's frames to a recording."""

    def add(recording, *, name="green", count=70, um_per_px=2.5):
        ring = frame_record(NEURAL_SHAPE, depth_bits=16)
        started_s = recording.header.started_s
        header = NeuralHeader(
            name=name,
            started_s=started_s,
            depth_bits=16,
            white_level=4095,
            period_s=NEURAL_S,
            delay_s=0.01,
            um_per_px=um_per_px,
            streams={neural_frames(name): framed_record(ring)},
        )
        frames = np.zeros(count, ring)
        frames["index"] = np.arange(count)
        frames["t_s"] = started_s + 0.1 + NEURAL_S * np.arange(count)
        frames["received_s"] = frames["t_s"] + 0.01
        frames["camera_t_s"], frames["camera_counter"] = np.nan, -1
        noise = np.random.default_rng(4)
        frames["pixels"] = noise.integers(0, 60_000, (count, *NEURAL_SHAPE))
        writer = StreamWriter(recording.folder, header, flush_s=0.5)
        writer.append(neural_frames(name), frames)
        writer.close("stopped", started_s + 2.0)
        return open_recording(recording.folder)

    return add


@pytest.fixture
def add_planes():
    """A function that adds a sync: `planes` a volume, then two frames of flyback."""

    def add(recording, *, planes=5, from_number=3):
        t_s = recording.neural("green").frames.t_s[from_number:]
        step = np.arange(len(t_s)) % (planes + 2)
        is_kept = step < planes
        rows = {
            "neural_frame": np.arange(len(t_s)),
            "t_s": t_s + 1e-4,
            "volume": np.where(is_kept, np.arange(len(t_s)) // (planes + 2), -1),
            "plane": np.where(is_kept, step, -1),
            "z_um": np.where(is_kept, 1.5 * step, np.nan),
        }
        folder = recording.folder / "sync"
        folder.mkdir()
        with (folder / "neural_frames.csv").open("w", newline="") as file:
            table = csv.writer(file)
            table.writerow(rows)
            table.writerows(
                ["" if np.isnan(value) else value for value in row]
                for row in zip(*rows.values(), strict=True)
            )
        return from_number + np.flatnonzero(is_kept)

    return add

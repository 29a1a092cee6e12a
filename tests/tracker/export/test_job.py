"""Frames on their way into a format: one after the other, whatever the length."""

import tracemalloc
import zlib
from dataclasses import replace

import numpy as np
import pytest

from hardware.ring import frame_record
from tracker.export import zarr_image
from tracker.record.opened import open_recording
from tracker.record.schema import FRAME_MAGIC, FRAMES, framed_record

SIDE = 1024
COUNT = 60


@pytest.fixture
def large(made_up, monkeypatch):
    """A recording of black frames, 60 MB that the disk need not hold."""
    monkeypatch.setattr(zarr_image, "_SHARD_BYTES", 4_000_000)
    recording = made_up(range(COUNT))
    record = framed_record(frame_record((SIDE, SIDE)))
    streams = {**recording.header.streams, FRAMES: record}
    header = replace(recording.header, streams=streams)
    folder = made_up(range(0), header=header, name="0002").folder
    for table in ("ticks", "positions", "stage", "truth"):
        content = (recording.folder / f"{table}.bin").read_bytes()
        (folder / f"{table}.bin").write_bytes(content)
    black = np.zeros(1, record)
    with (folder / "frames.bin").open("wb") as file:
        for number in range(COUNT):
            black["index"], black["t_s"] = number, 100.0 + 0.025 * number
            body = black.view(np.uint8)[8:]
            head = np.array([FRAME_MAGIC, zlib.crc32(body.data)], "<u4").tobytes()
            file.seek(number * record.itemsize)
            file.write(head + body[:40].tobytes())
        file.truncate(COUNT * record.itemsize)
    return open_recording(folder)


@pytest.mark.parametrize("to", ["hdf5-flavell", "ome-zarr", "nwb"])
def test_memory_does_not_grow_with_the_recording(large, kept, exported, tmp_path, to):
    pytest.importorskip({"hdf5-flavell": "h5py", "ome-zarr": "zarr", "nwb": "pynwb"}[to])
    exported(kept, to, out=tmp_path / f"warm.{to}")  # imports are not counted

    tracemalloc.start()
    try:
        exported(large, to, every=1, out=tmp_path / f"large.{to}")
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert large.frames.records["pixels"].nbytes > 60e6
    assert peak_bytes < 25e6

"""OME-Zarr 0.5: the pictures as (t, y, x) for image viewers, and every table beside them.

    0/                 the pictures: a chunk a frame, some dozens of frames a shard, lossless
    recording/NAME/    a table, one array a column: ticks, stage, positions, truth, frames

The t axis counts frames at their usual distance; when each was taken is `recording/frames/t_s`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tracker.errors import UsageError
from tracker.export.job import Job
from tracker.geometry import um_per_px
from tracker.record.columns import columns_of
from tracker.record.header import about_recording
from tracker.record.opened import TABLE_NAMES, OpenedRecording

if TYPE_CHECKING:
    import zarr
    from zarr.core.common import JSON

_OURS = {"zarr.json", "0", "recording"}
_SHARD_BYTES = 32_000_000
_FRAME_FIELDS = ("index", "t_s", "received_s", "camera_t_s", "camera_counter")


def write(path: Path, job: Job) -> None:
    """Write an .ome.zarr folder.

    Raises:
        UsageError: there are no frames.
    """
    import zarr

    recording, every = job.recording, job.every or 1
    if not len(recording.frames):
        raise UsageError(f"{recording.folder} holds no frames")
    root = zarr.open_group(path, mode="w-", zarr_format=3)
    root.attrs["ome"] = _ome(recording, every)
    root.attrs["wormlock"] = _about(recording)
    _write_pictures(root, job, every)
    _write_tables(root, recording, every)


def is_export(path: Path) -> bool:
    """Say whether a folder's attributes name us, and it holds nothing beside what we write."""
    try:
        told = json.loads((path / "zarr.json").read_text(encoding="utf-8"))
        is_ours = "wormlock" in told["attributes"]
        return is_ours and {file.name for file in path.iterdir()} <= _OURS
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _write_pictures(root: zarr.Group, job: Job, every: int) -> None:
    from zarr.codecs import BloscCodec

    count, rows, columns = job.recording.frames.shape
    count = len(range(0, count, every))
    shard = min(count, max(1, _SHARD_BYTES // (rows * columns)))
    pictures = root.create_array(
        "0",
        shape=(count, rows, columns),
        dtype="uint8",
        chunks=(1, rows, columns),
        shards=(shard, rows, columns),
        compressors=BloscCodec(cname="zstd", clevel=3, shuffle="bitshuffle"),
        dimension_names=("t", "y", "x"),
    )
    for start, stack in _stacks(job, every, shard):
        pictures[start : start + len(stack)] = stack


def _stacks(job: Job, every: int, length: int) -> Iterator[tuple[int, NDArray[np.uint8]]]:
    """Yield where a stack of frames begins, and the stack; it is only good until the next one."""
    _, rows, columns = job.recording.frames.shape
    stack = np.empty((length, rows, columns), np.uint8)
    count = 0
    for count, frame in enumerate(job.frames(every=every), start=1):
        stack[(count - 1) % length] = frame.image
        if count % length == 0:
            yield count - length, stack
    rest = count % length
    if rest:
        yield count - rest, stack[:rest]


def _write_tables(root: zarr.Group, recording: OpenedRecording, every: int) -> None:
    stamps = recording.frames.stamps[::every]
    tables = {name: columns_of(recording.table(name)) for name in TABLE_NAMES}
    tables["frames"] = {name: np.array(stamps[name]) for name in _FRAME_FIELDS}
    for name, columns in tables.items():
        for key, column in columns.items():
            root.create_array(f"recording/{name}/{key}", data=np.ascontiguousarray(column))


def _ome(recording: OpenedRecording, every: int) -> Mapping[str, JSON]:
    """Return what the format wants to know."""
    t_s = recording.frames.t_s[::every]
    period_s = float(np.median(np.diff(t_s))) if len(t_s) > 1 else 1.0
    pixel_um = um_per_px(recording.calibration)
    scale = [period_s if period_s > 0.0 else 1.0, pixel_um, pixel_um]
    return {
        "version": "0.5",
        "multiscales": [
            {
                "name": f"{recording.header.session} {recording.folder.resolve().name}",
                "axes": [
                    {"name": "t", "type": "time", "unit": "second"},
                    {"name": "y", "type": "space", "unit": "micrometer"},
                    {"name": "x", "type": "space", "unit": "micrometer"},
                ],
                "datasets": [
                    {
                        "path": "0",
                        "coordinateTransformations": [{"type": "scale", "scale": scale}],
                    }
                ],
            }
        ],
    }


def _about(recording: OpenedRecording) -> Mapping[str, JSON]:
    return {
        **about_recording(recording.header),
        "events": [
            {"t_s": event.t_s, "kind": event.kind, "detail": event.detail, **event.values}
            for event in recording.events
        ],
    }

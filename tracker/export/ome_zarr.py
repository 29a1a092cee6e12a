"""OME-Zarr 0.5: the pictures as (t, y, x) for image viewers, and every table beside them.

    0/                 the pictures: a chunk a frame, some dozens of frames a shard, lossless
    neural/NAME/       a neural camera's frames, an image of its own: (t, y, x) in counts of 16
                       bits, or volumes (t, z, y, x) where `wormlock sync` has told the planes
    recording/NAME/    a table, one array a column: ticks, stage, positions, truth, frames, and
                       frames_NAME of each neural camera

The t axis counts frames (or volumes) at their usual distance; when each was taken is
`recording/frames/t_s`. An export that was interrupted goes on where it was.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hardware.types import RawImage
from tracker.errors import UsageError
from tracker.export.job import Job
from tracker.export.neural_layout import NeuralLayout, neural_layout
from tracker.export.resuming import Resuming
from tracker.export.zarr_image import ImageWriter, ZarrImage
from tracker.geometry import um_per_px
from tracker.record.columns import Column, columns_of
from tracker.record.header import about_recording
from tracker.record.neural import NeuralStream
from tracker.record.opened import TABLE_NAMES, OpenedRecording
from tracker.record.schema import neural_frames

if TYPE_CHECKING:
    import zarr
    from zarr.core.common import JSON

_OURS = {"zarr.json", "0", "neural", "recording"}
_FRAME_FIELDS = ("index", "t_s", "received_s", "camera_t_s", "camera_counter")


def write(path: Path, job: Job) -> None:
    """Write an .ome.zarr folder, or go on with one that was interrupted.

    Raises:
        UsageError: there are no frames.
    """
    import zarr

    recording, every = job.recording, job.every or 1
    if not len(recording.frames):
        raise UsageError(f"{recording.folder} holds no frames")
    resuming = Resuming(path, job, to="ome-zarr")
    if resuming.goes_on:
        root = zarr.open_group(path, mode="r+")
    else:
        root = zarr.open_group(path, mode="w-", zarr_format=3)
    image = _tracking_image(recording, every)
    root.attrs["ome"] = image.ome()
    root.attrs["wormlock"] = _about(recording)
    writer = ImageWriter(root, path, resuming)
    writer.write(image, lambda start: _pictures(job, every, start))
    layouts: dict[str, NeuralLayout | None] = {}
    for name in recording.neural_names:
        stream = recording.neural(name)
        layouts[name] = neural_layout(recording, stream)
        _write_neural(root, job, stream, layouts[name], writer)
    _write_tables(root, recording, every, layouts)
    resuming.finish()


def is_export(path: Path) -> bool:
    """Say whether a folder's attributes name us, and it holds nothing beside what we write."""
    try:
        told = json.loads((path / "zarr.json").read_text(encoding="utf-8"))
        is_ours = "wormlock" in told["attributes"]
        return is_ours and {file.name for file in path.iterdir()} <= _OURS
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _pictures(job: Job, every: int, start: int) -> Iterator[RawImage]:
    return (frame.image for frame in job.frames(every=every, start=start))


def _tracking_image(recording: OpenedRecording, every: int) -> ZarrImage:
    count, rows, columns = recording.frames.shape
    kept, pixel_um = len(range(0, count, every)), um_per_px(recording.calibration)
    return ZarrImage(
        path="",
        name=f"{recording.header.session} {recording.folder.resolve().name}",
        shape=(kept, rows, columns),
        dtype="uint8",
        slots=np.arange(kept),
        scale=(_period_s(recording.frames.t_s[::every]), pixel_um, pixel_um),
    )


def _write_neural(
    root: zarr.Group,
    job: Job,
    stream: NeuralStream,
    layout: NeuralLayout | None,
    writer: ImageWriter,
) -> None:
    if not len(stream.frames):
        job.notices.append(f"{stream.name}: no frames were recorded, it has no image")
        return
    image = _neural_image(stream, layout)
    group = root.require_group(image.path)
    group.attrs["ome"] = image.ome()
    group.attrs["wormlock"] = {
        "depth_bits": stream.header.depth_bits,
        "white_level": stream.header.white_level,
        "um_per_px": stream.um_per_px if np.isfinite(stream.um_per_px) else None,
        "um_per_plane": layout.step_um if layout and np.isfinite(layout.step_um) else None,
    }
    if out_count := int((image.slots < 0).sum()):
        job.notices.append(f"{stream.name}: {out_count} frames are of no volume and were left out")
    writer.write(
        image, lambda start: (frame.image for frame in job.neural_frames(stream, start=start))
    )


def _neural_image(stream: NeuralStream, layout: NeuralLayout | None) -> ZarrImage:
    """Return the image; where the size of a pixel or a step is not known, it is told as 1."""
    count, rows, columns = stream.frames.shape
    pixel_um = stream.um_per_px if np.isfinite(stream.um_per_px) else 1.0
    slots = np.arange(count)
    shape: tuple[int, ...] = (count, rows, columns)
    scale: tuple[float, ...] = (_period_s(stream.frames.t_s), pixel_um, pixel_um)
    if layout is not None:
        slots = np.where(layout.volume >= 0, layout.volume * layout.planes + layout.plane, -1)
        step_um = layout.step_um if layout.step_um > 0.0 else 1.0
        shape = (int(layout.volume.max()) + 1, layout.planes, rows, columns)
        scale = (layout.period_s, step_um, pixel_um, pixel_um)
    return ZarrImage(
        path=f"neural/{stream.name}",
        name=stream.name,
        shape=shape,
        dtype=f"uint{stream.header.depth_bits}",
        slots=slots,
        scale=scale,
    )


def _write_tables(
    root: zarr.Group,
    recording: OpenedRecording,
    every: int,
    layouts: Mapping[str, NeuralLayout | None],
) -> None:
    if "recording" in root:  # of a run that was interrupted here
        del root["recording"]
    stamps = recording.frames.stamps[::every]
    tables = {name: dict(columns_of(recording.table(name))) for name in TABLE_NAMES}
    tables["frames"] = {name: np.array(stamps[name]) for name in _FRAME_FIELDS}
    for name, layout in layouts.items():
        stamps = recording.neural(name).frames.stamps
        columns: dict[str, Column] = {field: np.array(stamps[field]) for field in _FRAME_FIELDS}
        if layout is not None:
            columns |= {"volume": layout.volume, "plane": layout.plane}
        tables[neural_frames(name)] = columns
    for name, columns in tables.items():
        for key, column in columns.items():
            root.create_array(f"recording/{name}/{key}", data=np.ascontiguousarray(column))


def _period_s(t_s: NDArray[np.float64]) -> float:
    period_s = float(np.median(np.diff(t_s))) if len(t_s) > 1 else 1.0
    return period_s if period_s > 0.0 else 1.0


def _about(recording: OpenedRecording) -> Mapping[str, JSON]:
    return {
        **about_recording(recording.header),
        "events": [
            {"t_s": event.t_s, "kind": event.kind, "detail": event.detail, **event.values}
            for event in recording.events
        ],
    }

"""NWB's acquisition: the tracking camera's pictures, and the frames of each neural camera."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hardware.types import RawImage
from tracker.export.job import Job
from tracker.export.nwb_parts import CAMERA, File
from tracker.record.neural import NeuralStream

if TYPE_CHECKING:
    from pynwb.image import ImageSeries


def tracking_pictures(job: Job, file: File, zero_s: float) -> ImageSeries:
    """Return the tracking camera's pictures, every `job.every`th."""
    frames, every = job.recording.frames, job.every or 1
    return _series(
        CAMERA,
        "Pictures of the tracking camera, (frame, x, y).",
        (frame.image for frame in job.frames(every=every)),
        file,
        shape=frames.shape[1:],
        dtype="uint8",
        unit="grey level",
        t_s=frames.t_s[::every] - zero_s,
    )


def neural_pictures(job: Job, stream: NeuralStream, file: File, zero_s: float) -> ImageSeries:
    """Return all frames of a neural camera, in its own counts.

    A plain series of images and no `OnePhotonSeries`, which must say what nobody told: dye, filters
    and wavelengths.
    """
    size = f"{stream.um_per_px:g} um" if np.isfinite(stream.um_per_px) else "not known"
    return _series(
        f"neural_{stream.name}",
        f"Frames of the neural camera {stream.name}, (frame, x, y); a pixel's side is {size}, the "
        f"largest count {stream.header.white_level}.",
        (frame.image for frame in job.neural_frames(stream)),
        file,
        shape=stream.shape,
        dtype=f"uint{stream.header.depth_bits}",
        unit="counts",
        t_s=stream.frames.t_s - zero_s,
    )


def _series(
    name: str,
    about: str,
    images: Iterator[RawImage],
    file: File,
    *,
    shape: tuple[int, int],
    dtype: str,
    unit: str,
    t_s: NDArray[np.float64],
) -> ImageSeries:
    from hdmf.backends.hdf5.h5_utils import H5DataIO
    from hdmf.data_utils import DataChunkIterator
    from pynwb.image import ImageSeries

    rows, columns = shape
    data = DataChunkIterator(
        data=(np.ascontiguousarray(image.T) for image in images),
        maxshape=(len(t_s), columns, rows),
        dtype=np.dtype(dtype),
        buffer_size=1,
    )
    return ImageSeries(
        name=name,
        description=about,
        data=H5DataIO(data=data, compression="gzip", compression_opts=1, chunks=(1, columns, rows)),
        unit=unit,
        dimension=[columns, rows],
        timestamps=t_s,
        device=file.devices[name],
    )

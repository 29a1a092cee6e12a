"""Frames of a recording, one after the other, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

import numpy as np

from hardware.types import Frame, RawFrame, RawImage
from tracker.errors import RecordingError
from tracker.record.frame_log import FrameRecords
from tracker.record.schema import Rows


def each_record(path: Path, records: FrameRecords, places: Sequence[int]) -> Iterator[Rows]:
    """Yield the records (1,) at these places by plain reads: mapped ones would gather in memory.

    Raises:
        RecordingError: they cannot be read.
    """
    if not isinstance(records, np.ndarray):  # compressed: each is unpacked when asked for
        yield from (records[place : place + 1] for place in places)
        return
    record = records.dtype
    try:
        with path.open("rb") as file:
            for place in places:
                file.seek(place * record.itemsize)
                yield np.fromfile(file, record, 1)
    except OSError as error:
        raise RecordingError(f"{path} cannot be read: {error.strerror or error}") from error


def frame_of(record: Rows) -> Frame:
    """Return the frame that a record (1,) of the tracking camera holds."""
    raw = raw_frame_of(record)
    return Frame(
        index=raw.index,
        t_s=raw.t_s,
        received_s=raw.received_s,
        image=cast("np.ndarray[tuple[int, int], np.dtype[np.uint8]]", raw.image),
        camera_t_s=raw.camera_t_s,
        camera_counter=raw.camera_counter,
    )


def raw_frame_of(record: Rows) -> RawFrame:
    """Return the frame that a record (1,) holds, in the camera's own counts."""
    return RawFrame(
        index=int(record["index"][0]),
        t_s=float(record["t_s"][0]),
        received_s=float(record["received_s"][0]),
        image=cast("RawImage", record["pixels"][0]),
        camera_t_s=float(record["camera_t_s"][0]),
        camera_counter=int(record["camera_counter"][0]),
    )

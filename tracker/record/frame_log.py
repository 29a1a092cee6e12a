"""Frames on disk: records, each behind a magic word and a checksum of all that follows.

They are of one size, or compressed (`packed_frames`); which, their magic word says. A log that was
cut short by a kill or a power failure loses its torn last record and no other.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from hardware.platform_files import expect_scattered_reads
from tracker.errors import RecordingError
from tracker.record.checksum import crc32
from tracker.record.packed_frames import PackedFrames, are_packed
from tracker.record.schema import FRAME_MAGIC, Rows, checked

FrameRecords: TypeAlias = Rows | PackedFrames
_HEAD_BYTES = 48  # magic, crc32 and stamps: never all zero
_LOOKED_AT = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedFrames:
    """The whole records of a frame log (n,), and what stood behind them (`rows.ReadRows`)."""

    records: FrameRecords
    torn_bytes: int
    unwritten: int

    @property
    def sound_bytes(self) -> int:
        """How long the file is without what stood behind them."""
        records = self.records
        return records.end if isinstance(records, PackedFrames) else records.nbytes


def map_frames(path: Path, record: np.dtype[np.void]) -> MappedFrames:
    """Map a frame log; pixels are read when they are looked at.

    Raises:
        RecordingError: there is no such file, or its records are not frames of this size.
        MissingExtraError: they are compressed, and what unpacks them is not installed.
    """
    try:
        size_bytes = path.stat().st_size
        if are_packed(path):
            packed = PackedFrames(path, record)
            return MappedFrames(records=packed, torn_bytes=size_bytes - packed.end, unwritten=0)
    except OSError as error:
        raise RecordingError(f"{path}: the frames are missing ({error.strerror})") from error
    count, torn_bytes = divmod(size_bytes, record.itemsize)
    if not count:
        return MappedFrames(records=np.empty(0, record), torn_bytes=torn_bytes, unwritten=0)
    frames = np.memmap(path, record, mode="r", shape=(count,))
    if not _looks_like_frames(frames):
        raise RecordingError(
            f"{path} does not hold frames of {record.itemsize} bytes: it does not belong to the "
            "recording.json beside it"
        )
    unwritten = count - _count_whole(frames)
    return MappedFrames(
        records=frames[: count - unwritten], torn_bytes=torn_bytes, unwritten=unwritten
    )


def read_stamps(path: Path, records: FrameRecords) -> Rows:
    """Return everything about the frames (n,) of a log but their pixels.

    By plain reads: a look at each mapped frame would bring 64 kB of its pixels into memory.

    Raises:
        RecordingError: they cannot be read.
    """
    if isinstance(records, PackedFrames):
        return records.stamps
    record, count = records.dtype, len(records)
    fields = cast("dict[str, tuple[np.dtype[np.generic], int]]", dict(record.fields or {}))
    names = [name for name in record.names or () if name != "pixels"]
    _, size = fields["pixels"]  # pixels come last
    stamp = np.dtype(
        {
            "names": names,
            "formats": [fields[name][0] for name in names],
            "offsets": [fields[name][1] for name in names],
            "itemsize": size,
        }
    )
    stamps = np.empty(count, stamp)
    room = stamps.view(np.uint8).data
    try:
        with path.open("rb", buffering=0) as file:
            expect_scattered_reads(file.fileno())
            for place in range(count):
                file.seek(place * record.itemsize)
                file.readinto(room[place * size : (place + 1) * size])
    except OSError as error:
        raise RecordingError(f"{path} cannot be read: {error.strerror or error}") from error
    return stamps


def record_range(frames: FrameRecords, place: int) -> tuple[int, int]:
    """Return where in its file the record of a frame begins, and where it ends."""
    if isinstance(frames, PackedFrames):
        return frames.range_of(place)
    return place * frames.dtype.itemsize, (place + 1) * frames.dtype.itemsize


def compression(frames: FrameRecords) -> float:
    """Return how many times smaller frames are on the disk than they are."""
    return frames.ratio if isinstance(frames, PackedFrames) else 1.0


def broken_frames(frames: FrameRecords) -> NDArray[np.int64]:
    """Return the places of the frames whose bytes are not what was written."""
    return np.array([place for place in range(len(frames)) if is_broken(frames, place)], np.int64)


def is_broken(frames: FrameRecords, place: int) -> bool:
    """Say whether a frame's magic word or checksum is wrong."""
    if isinstance(frames, PackedFrames):
        return frames.is_broken(place)
    found = crc32(frames[place : place + 1].view(np.uint8).data[checked(frames.dtype)])
    is_frame = int(frames["magic"][place]) == FRAME_MAGIC
    return not is_frame or int(frames["crc32"][place]) != found


def _looks_like_frames(frames: Rows) -> bool:
    """Say whether most of the first records are frames: a damaged one among them may be."""
    magic = [int(frames["magic"][place]) for place in range(min(_LOOKED_AT, len(frames)))]
    return not any(magic) or 2 * magic.count(FRAME_MAGIC) > len(magic) - magic.count(0)


def _count_whole(frames: Rows) -> int:
    """Leave out what a power failure left at the end: room that was never written."""
    count = len(frames)
    while count and not frames[count - 1 : count].view(np.uint8)[:_HEAD_BYTES].any():
        count -= 1
    return count

"""Frames on their way to the disk: in memory as they will lie there, so that nothing is copied.

Several go at once, in whole blocks, past the operating system's memory where the disk takes that:
on a computer that has recorded for a while, finding room there costs more than all the rest.
"""

from __future__ import annotations

import mmap
from pathlib import Path
from typing import TypeAlias

import numpy as np

from hardware.platform_files import DIRECT_BYTES
from tracker.record.appended_file import AppendedFile
from tracker.record.checksum import crc32
from tracker.record.packed_writer import PackedWriter
from tracker.record.schema import FRAME_MAGIC, Rows, checked, framed_record

_TAKEN_BYTES = 1 << 22

AnyFrameWriter: TypeAlias = "FrameWriter | PackedWriter"


def frames_a_take(ring_record: np.dtype[np.void]) -> int:
    """Return how many frames to write at once: enough for the disk, little enough for the cache."""
    return max(1, _TAKEN_BYTES // ring_record.itemsize)


def framed_room(ring_record: np.dtype[np.void], count: int) -> Rows:
    """Return room for (count,) frames as they will lie on the disk, beginning with a block."""
    record = framed_record(ring_record)
    return np.frombuffer(mmap.mmap(-1, count * record.itemsize), record)


class FrameWriter:
    """Appends frames as they come out of a ring (`hardware.ring.frame_record`)."""

    def __init__(self, path: Path, record: np.dtype[np.void]) -> None:
        """Make the file of records as `schema.framed_record` spells them.

        Raises:
            RecordingError: it exists, or it cannot be made.
        """
        self._record = record
        self._checked = checked(record)
        self._is_in_blocks = record.itemsize % DIRECT_BYTES == 0
        self.file = AppendedFile(path, in_blocks=self._is_in_blocks)
        self.count = 0

    def append(self, frames: Rows) -> None:
        """Append (n,) frames: the ring's records, or better those in a `framed_room`.

        They are written meanwhile: those in a room must stay there until the next call returns.

        Raises:
            RecordingError: the disk is full, or gone.
        """
        if not len(frames):
            return
        framed = frames if self._can_go(frames) else self._copied(frames)
        framed["magic"] = FRAME_MAGIC
        whole = framed.view(np.uint8).data
        size = self._record.itemsize
        for place in range(len(framed)):
            framed["crc32"][place] = crc32(whole[place * size :][self._checked])
        if self._is_in_blocks:
            self.file.append_later(whole)
        else:
            self.file.append(whole)
        self.count += len(framed)

    def _can_go(self, frames: Rows) -> bool:
        is_ours = frames.dtype == self._record and frames.flags.c_contiguous
        return is_ours and not (self._is_in_blocks and frames.ctypes.data % DIRECT_BYTES)

    def _copied(self, frames: Rows) -> Rows:
        names = [name for name in self._record.names or () if name not in ("magic", "crc32")]
        memory = mmap.mmap(-1, len(frames) * self._record.itemsize)
        room = np.frombuffer(memory, self._record)
        room[names] = frames[names]
        return room


def frame_writer(path: Path, record: np.dtype[np.void], *, packs: bool) -> AnyFrameWriter:
    """Make the file of frames, compressed or not.

    Raises:
        MissingExtraError: what compresses them is not installed.
        RecordingError: it exists, or it cannot be made.
    """
    return PackedWriter(path, record) if packs else FrameWriter(path, record)

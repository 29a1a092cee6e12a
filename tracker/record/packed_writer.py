"""Compressed frames on their way to the disk: head, packed pixels, zeros up to a whole block."""

from __future__ import annotations

import mmap
from pathlib import Path

import numpy as np

from hardware.platform_files import DIRECT_BYTES
from tracker.record.appended_file import AppendedFile
from tracker.record.checksum import crc32
from tracker.record.compression import load_compression, pack
from tracker.record.schema import PACKED_MAGIC, Rows, packed_head

_CHECKED_FROM_BYTE = 8  # behind magic and crc32


class PackedWriter:
    """Appends frames as `frame_writer.FrameWriter` does, each packed."""

    def __init__(self, path: Path, record: np.dtype[np.void]) -> None:
        """Make the file of frames whose records are `record` where they are not compressed.

        Raises:
            MissingExtraError: the package for it is not installed.
            RecordingError: it exists, or it cannot be made.
        """
        load_compression()
        self._head = packed_head(record)
        self._stamps = [name for name in self._head.names or () if name not in _OURS]
        # While those in one room are written, the next are packed into the other.
        self._rooms = [mmap.mmap(-1, DIRECT_BYTES) for _ in range(2)]
        self.file = AppendedFile(path, in_blocks=True)
        self.count = 0

    def append(self, frames: Rows) -> None:
        """Append (n,) frames.

        Raises:
            RecordingError: the disk is full, or gone.
        """
        if not len(frames):
            return
        packed = [pack(pixels) for pixels in frames["pixels"]]
        sizes = [whole_blocks(self._head.itemsize + len(one)) for one in packed]
        room = self._next_room(sum(sizes))
        begin = 0
        for place, (one, size) in enumerate(zip(packed, sizes, strict=True)):
            self._fill(room[begin : begin + size], frames[place : place + 1], one)
            begin += size
        self.file.append_later(room[:begin])
        self.count += len(frames)

    def _fill(self, room: memoryview, frame: Rows, packed: bytes) -> None:
        end = self._head.itemsize + len(packed)
        room[self._head.itemsize : end] = packed
        room[end:] = bytes(len(room) - end)
        head = np.frombuffer(room, self._head, count=1)
        head[self._stamps] = frame[self._stamps]
        head["magic"], head["size"] = PACKED_MAGIC, len(packed)
        head["crc32"] = crc32(room[_CHECKED_FROM_BYTE:end])

    def _next_room(self, size: int) -> memoryview:
        """Return memory that is not being written, and begins with a block."""
        room = self._rooms.pop(0)
        if len(room) < size:
            room = mmap.mmap(-1, size + size // 4)  # fresh memory costs more than a copy
        self._rooms.append(room)
        return memoryview(room)


_OURS = ("magic", "crc32", "size")


def whole_blocks(size: int) -> int:
    """Return a size filled up to whole blocks of the disk.

    >>> whole_blocks(4097)
    8192
    """
    return -(-size // DIRECT_BYTES) * DIRECT_BYTES

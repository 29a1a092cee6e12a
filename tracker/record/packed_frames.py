"""Compressed frames as they are read: found one after the other, unpacked when looked at.

They serve in the place of the mapped records of frames that are not compressed: fields by name,
records by slice. Bytes that are no frame, as a bad disk leaves them, are stepped over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

import numpy as np
from numpy.typing import NDArray

from hardware.platform_files import DIRECT_BYTES, expect_scattered_reads
from tracker.errors import RecordingError
from tracker.record.checksum import crc32
from tracker.record.compression import most_packed_bytes, require_compression, unpack
from tracker.record.packed_writer import whole_blocks
from tracker.record.schema import FRAME_MAGIC, PACKED_MAGIC, Rows, checked, packed_head

_LOOKED_AT_BYTES = 1 << 22


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scan:
    """Heads (n,) and the bytes where their records begin (n,); what is no frame, by (from, to)."""

    heads: Rows
    begins: NDArray[np.int64]
    strange: tuple[tuple[int, int], ...]
    end: int


class PackedFrames:
    """The whole frames of a compressed log."""

    def __init__(self, path: Path, record: np.dtype[np.void]) -> None:
        """Find the frames whose unpacked records are `record`.

        Raises:
            MissingExtraError: the package that unpacks them is not installed.
            RecordingError: the file cannot be read.
        """
        require_compression()
        self.path, self.dtype = path, record
        try:
            self._scan = _scan(path, record)
        except OSError as error:
            raise RecordingError(f"{path} cannot be read: {error.strerror or error}") from error

    def __len__(self) -> int:
        return len(self._scan.begins)

    @property
    def nbytes(self) -> int:
        """How many bytes they are unpacked."""
        return len(self) * self.dtype.itemsize

    @property
    def end(self) -> int:
        """Where the last whole one ends in the file."""
        return self._scan.end

    @property
    def strange(self) -> tuple[tuple[int, int], ...]:
        """From where to where there are bytes between frames that are no frame."""
        return self._scan.strange

    @property
    def ratio(self) -> float:
        """How many times smaller they are on the disk."""
        return self.nbytes / self.end if self.end else 1.0

    @property
    def stamps(self) -> Rows:
        """Everything about them but their pixels (n,)."""
        return self._scan.heads

    def range_of(self, place: int) -> tuple[int, int]:
        """Return where the record of a frame begins in the file, and where it ends."""
        head, begin = self._scan.heads[place], int(self._scan.begins[place])
        return begin, begin + whole_blocks(self._scan.heads.dtype.itemsize + int(head["size"]))

    def is_broken(self, place: int) -> bool:
        """Say whether a frame's bytes are not what was written."""
        return _is_broken(self._read(place))

    def __getitem__(self, what: str | slice) -> Rows:
        """Return a field of all, or records (n,) as if they had never been compressed."""
        if isinstance(what, slice):
            places = range(len(self))[what]
            return np.concatenate([np.empty(0, self.dtype), *map(self._unpacked, places)])
        if what == "pixels":
            return cast("Rows", _Pixels(self))  # indexed as an array would be, and no more
        return self._scan.heads[what]

    def _unpacked(self, place: int) -> Rows:
        """Return one record (1,); its checksum is wrong if that of the packed one is."""
        read = self._read(place)
        record = np.zeros(1, self.dtype)
        head = np.frombuffer(read, self._scan.heads.dtype, count=1)
        names = [name for name in head.dtype.names or () if name != "size"]
        record[names] = head[names]
        is_whole = unpack(read[head.dtype.itemsize :], record["pixels"][0])
        body = record.view(np.uint8).data[checked(self.dtype)]
        is_sound = is_whole and not _is_broken(read)
        record["magic"] = FRAME_MAGIC
        record["crc32"] = crc32(body) ^ (0 if is_sound else 1)
        return record

    def _read(self, place: int) -> bytes:
        head, begin = self._scan.heads[place], int(self._scan.begins[place])
        try:
            with self.path.open("rb", buffering=0) as file:
                file.seek(begin)
                return file.read(self._scan.heads.dtype.itemsize + int(head["size"])) or b""
        except OSError as error:
            raise RecordingError(f"{self.path} cannot be read: {error.strerror}") from error


class _Pixels:
    """The pictures of compressed frames, each unpacked when it is asked for."""

    def __init__(self, frames: PackedFrames) -> None:
        self._frames = frames

    def __getitem__(self, place: int | slice) -> NDArray[np.generic]:
        """Return one picture (rows, columns), or a stack of them (n, rows, columns)."""
        if isinstance(place, slice):
            return self._frames[place]["pixels"]
        place = range(len(self._frames))[place]
        return self._frames[place : place + 1]["pixels"][0]


def are_packed(path: Path) -> bool:
    """Say whether a log of frames is a compressed one; a damaged first record does not hide it.

    Raises:
        OSError: it cannot be read.
    """
    packed, plain = (np.uint32(magic).tobytes() for magic in (PACKED_MAGIC, FRAME_MAGIC))
    with path.open("rb", buffering=0) as file:
        begun = file.read(4)
        if begun in (packed, plain):
            return begun == packed
        rest = begun + (file.read(_LOOKED_AT_BYTES) or b"")
    return any(rest[at : at + 4] == packed for at in range(0, len(rest), DIRECT_BYTES))


def _scan(path: Path, record: np.dtype[np.void]) -> _Scan:
    size = path.stat().st_size
    most = most_packed_bytes(record["pixels"].itemsize)
    with path.open("rb", buffering=0) as file:
        expect_scattered_reads(file.fileno())
        found = list(_heads(file, packed_head(record), size, most))
    begins = np.array([begin for begin, _, _ in found], np.int64)
    ends = [end for _, end, _ in found]
    gaps = zip([0, *ends[:-1]], begins.tolist(), strict=False)
    return _Scan(
        heads=np.array([head for _, _, head in found], packed_head(record)),
        begins=begins,
        strange=tuple((before, begin) for before, begin in gaps if begin > before),
        end=ends[-1] if ends else 0,
    )


def _heads(
    file: IO[bytes], head: np.dtype[np.void], size: int, most: int
) -> Iterator[tuple[int, int, tuple[object, ...]]]:
    """Yield begin, end and head of each frame that is there as a whole."""
    begin = 0
    while begin + head.itemsize <= size:
        file.seek(begin)
        one = np.frombuffer(file.read(head.itemsize), head, count=1)[0]
        end = begin + whole_blocks(head.itemsize + int(one["size"]))
        if int(one["magic"]) == PACKED_MAGIC and int(one["size"]) <= most and end <= size:
            yield begin, end, one.item()
            begin = end
        else:
            begin += DIRECT_BYTES


def _is_broken(read: bytes) -> bool:
    magic, told = np.frombuffer(read[:8].ljust(8, b"\0"), "<u4").tolist()
    return magic != PACKED_MAGIC or told != crc32(memoryview(read)[8:])

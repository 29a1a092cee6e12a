"""A ring of fixed-size records in shared memory: one process writes, any number read.

Frames, ticks, stage positions and truth all travel this way. A ring is a mapped file: a header,
then `slots` records, each behind a counter that says which record it holds (a seqlock: odd while
it is being written). The writer never waits; a reader that was too slow finds out by number.

`multiprocessing.shared_memory` is not used: a foreign process that dies may unlink it. The
file is filled by `posix_fallocate` where there is one, so that a full /dev/shm is an error
at the start and not a bus error in the middle of a run.
"""

from __future__ import annotations

import mmap
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hardware.errors import RingError
from hardware.platform import map_file, reserve_file

_MAGIC = 0x574C52494E473031  # "WLRING01"
_HEADER = np.dtype([(name, "<u8") for name in ("magic", "slots", "itemsize", "count", "kept")])
_HEADER_BYTES = 64


@dataclass(frozen=True, slots=True)
class Records:
    """What `RingReader.take` found: records oldest first, and how many were overwritten."""

    rows: NDArray[np.void]
    lost: int


def _slot_dtype(record: np.dtype[np.void]) -> np.dtype[np.void]:
    return np.dtype([("turn", "<u8"), ("record", record)], align=True)


def _map(path: Path, size_bytes: int, *, create: bool) -> mmap.mmap:
    try:
        with path.open("x+b" if create else "r+b") as file:
            if create:
                reserve_file(file.fileno(), size_bytes)
            elif path.stat().st_size < size_bytes:
                raise RingError(f"{path} is smaller than its records say")
            return map_file(file.fileno(), size_bytes)
    except OSError as error:
        if create:
            path.unlink(missing_ok=True)
        raise RingError(f"cannot map {size_bytes / 1e6:.0f} MB at {path}: {error}") from error


class RingWriter:
    """The one process that fills a ring."""

    def __init__(self, path: Path, record: np.dtype[np.void], *, slots: int) -> None:
        """Make the file and map it.

        Raises:
            RingError: it exists already, or there is no room for it.
        """
        slot = _slot_dtype(record)
        self.path = path
        self._map = _map(path, _HEADER_BYTES + slots * slot.itemsize, create=True)
        self._header = np.frombuffer(self._map, _HEADER, count=1)
        self._slots = np.frombuffer(self._map, slot, count=slots, offset=_HEADER_BYTES)
        self._header[0] = (0, slots, slot.itemsize, 0, 0)
        self._header["magic"][0] = _MAGIC  # last: a reader that finds it finds the rest

    @property
    def count(self) -> int:
        """How many records have been written since the start."""
        return int(self._header["count"][0])

    @property
    def room(self) -> int:
        """How many records can come before one is overwritten that was not yet kept.

        For a writer that has the time to wait; told by the one reader that calls `keep`.
        """
        return len(self._slots) - (self.count - int(self._header["kept"][0]))

    def append(self, *fields: object) -> None:
        """Write one record, given field by field in the order of its dtype."""
        count = int(self._header["count"][0])
        place = count % len(self._slots)
        self._slots["turn"][place] = 2 * count + 1
        self._slots["record"][place] = fields
        self._slots["turn"][place] = 2 * count + 2
        self._header["count"][0] = count + 1

    def close(self) -> None:
        """Unmap and remove the file; readers that have it mapped can still read what is there."""
        del self._header, self._slots
        self._map.close()
        self.path.unlink(missing_ok=True)


class RingReader:
    """One of any number of processes that read a ring."""

    def __init__(self, path: Path, record: np.dtype[np.void]) -> None:
        """Map a ring that exists.

        Raises:
            RingError: it does not, or it holds other records.
        """
        slot = _slot_dtype(record)
        header_map = _map(path, _HEADER_BYTES, create=False)
        magic, slots, itemsize, *_ = np.frombuffer(header_map, _HEADER, count=1)[0].tolist()
        header_map.close()
        if magic != _MAGIC or itemsize != slot.itemsize:
            raise RingError(f"{path} holds records of {itemsize} bytes, not of {slot.itemsize}")
        self._map = _map(path, _HEADER_BYTES + slots * slot.itemsize, create=False)
        self._header = np.frombuffer(self._map, _HEADER, count=1)
        self._slots = np.frombuffer(self._map, slot, count=slots, offset=_HEADER_BYTES)
        self._next = self.count

    @property
    def count(self) -> int:
        """How many records have been written since the start."""
        return int(self._header["count"][0])

    @property
    def record(self) -> np.dtype[np.void]:
        """What its records are."""
        return self._slots["record"].dtype

    @property
    def waiting(self) -> int:
        """How many records `take` would find, overwritten ones included."""
        return self.count - self._next

    def rewind(self) -> None:
        """Let the next `take` begin with the oldest record still held."""
        self._next = 0

    def keep(self, *, everything: bool = False) -> None:
        """Tell the writer that what was taken (or all there is) may be overwritten."""
        self._header["kept"][0] = self.count if everything else self._next

    def newest(self) -> NDArray[np.void] | None:
        """Return a copy of the last record as a one-row array; None if there is none yet."""
        row = np.empty(1, self._slots["record"].dtype)
        while (count := self.count) > 0:
            if self._copy(count - 1, row):
                return row
        return None

    def make_room(self, count: int) -> NDArray[np.void]:
        """Return room for (count,) records, for `take` to use again and again."""
        return np.zeros(count, self._slots["record"].dtype)

    def take(self, *, at_most: int | None = None, room: NDArray[np.void] | None = None) -> Records:
        """Return copies of the records written since the last call, oldest first.

        With `room`, which must hold `at_most`, they lie there until it is used again: fresh
        memory for each large frame costs several times its copy.
        """
        count = self.count
        first = max(self._next, count - len(self._slots))
        lost = first - self._next
        last = count if at_most is None else min(count, first + at_most)
        rows = np.empty(max(0, last - first), self._slots["record"].dtype) if room is None else room
        found = 0
        for number in range(first, last):
            if self._copy(number, rows[found : found + 1]):
                found += 1
            else:
                lost += 1
        self._next = last
        return Records(rows[:found], lost)

    def _copy(self, number: int, into: NDArray[np.void]) -> bool:
        """Copy a record; False where the writer has overwritten it, or did meanwhile."""
        place = number % len(self._slots)
        turn = 2 * number + 2
        if int(self._slots["turn"][place]) != turn:
            return False
        into[:] = self._slots["record"][place : place + 1]
        return int(self._slots["turn"][place]) == turn

    def close(self) -> None:
        """Unmap."""
        del self._header, self._slots
        self._map.close()


def attach_ring(path: Path, record: np.dtype[np.void], *, within_s: float) -> RingReader:
    """Map a ring that another process is about to make.

    Raises:
        RingError: it was not there in time, or it holds other records.
    """
    until_s = time.perf_counter() + within_s
    while True:
        try:
            return RingReader(path, record)
        except RingError:
            if time.perf_counter() > until_s:
                raise
        time.sleep(0.01)


def frame_record(shape: tuple[int, int], *, depth_bits: int = 8) -> np.dtype[np.void]:
    """Return the record in which frames of (rows, columns) pixels of 8 or 16 bits travel."""
    return np.dtype(
        [
            ("index", "<i8"),
            ("t_s", "<f8"),
            ("received_s", "<f8"),
            ("camera_t_s", "<f8"),
            ("camera_counter", "<i8"),
            ("pixels", f"<u{depth_bits // 8}", shape),
        ]
    )

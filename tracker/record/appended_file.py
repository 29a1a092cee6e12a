"""A file that only grows, by whole records, and is never left with half of one by a full disk."""

from __future__ import annotations

import errno
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import IO

from hardware.platform import sync_data
from hardware.platform_files import bypass_cache, hold_file
from tracker.errors import RecordingError

# Larger pieces cost up to four times the CPU: the kernel looks for as large a stretch of memory.
PIECE_BYTES = 1 << 19


class AppendedFile:
    """A new file; what was appended is the operating system's, what was synced is the disk's."""

    def __init__(self, path: Path, *, in_blocks: bool = False) -> None:
        """Make the file; with `in_blocks` it goes past the operating system's memory if it can.

        Then each part appended is whole blocks, in memory that begins with a block.

        Raises:
            RecordingError: it exists, or it cannot be made.
        """
        self.path = path
        self.size_bytes = 0
        self._synced_bytes = 0
        try:
            self._file: IO[bytes] = path.open("xb", buffering=0)
        except OSError as error:
            raise RecordingError(explain(error, path)) from error
        self._is_direct = in_blocks and bypass_cache(self._file.fileno())
        self._thread: ThreadPoolExecutor | None = None
        self._pending: Future[None] | None = None

    def append_later(self, part: memoryview) -> None:
        """Begin to write a record on a thread, as soon as the one before it is written.

        The memory must stay as it is until the next call returns.

        Raises:
            RecordingError: the disk was full, or gone, for the one before; this one is dropped.
        """
        self._settle()
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, thread_name_prefix="write")
        self._pending = self._thread.submit(self.append, part)

    def append(self, *parts: bytes | memoryview) -> None:
        """Write one record, given in parts; all of it or nothing stays.

        Raises:
            RecordingError: the disk is full, or gone.
        """
        try:
            for part in parts:
                self._write(memoryview(part).cast("B"))
        except OSError as error:
            self._take_back()
            raise RecordingError(explain(error, self.path)) from error
        self.size_bytes += sum(len(part) for part in parts)

    def sync(self) -> None:
        """Wait until all that was appended is on the disk. From any thread.

        Raises:
            RecordingError: the disk is full, or gone.
        """
        self._settle()
        size_bytes = self.size_bytes  # it may grow meanwhile: another thread appends
        if size_bytes == self._synced_bytes:
            return
        try:
            sync_data(self._file.fileno())
        except OSError as error:
            raise RecordingError(explain(error, self.path)) from error
        self._synced_bytes = size_bytes

    def hold(self) -> None:
        """Mark the file as being written (`platform_files.is_held`), until it is closed."""
        hold_file(self._file.fileno())

    def close(self) -> None:
        """Close the file. Safe to call twice."""
        if self._thread is not None:
            self._thread.shutdown()
        self._file.close()

    def _settle(self) -> None:
        """Wait for the record that is being written, if there is one; a fault is told once."""
        pending = self._pending
        if pending is not None:
            try:
                pending.result()
            finally:
                if self._pending is pending:
                    self._pending = None

    def _write(self, rest: memoryview) -> None:
        while len(rest):
            try:
                rest = rest[self._file.write(rest if self._is_direct else rest[:PIECE_BYTES]) :]
            except OSError as error:
                if error.errno != errno.EINVAL or not self._is_direct:
                    raise
                # A disk whose blocks are larger than ours.
                self._is_direct = bypass_cache(self._file.fileno(), really=False)

    def _take_back(self) -> None:
        try:
            self._file.truncate(self.size_bytes)
            self._file.seek(self.size_bytes)
        except OSError:
            return  # a reader ignores a record that was cut short


def explain(error: OSError, path: Path) -> str:
    """Say in one line why a file of a recording cannot be written."""
    if error.errno == errno.ENOSPC:
        return f"the disk is full: {path} cannot be written"
    if isinstance(error, FileExistsError):
        return f"{path} exists already, and a recording is never overwritten: name another folder"
    return f"{path} cannot be written: {error.strerror or error}"

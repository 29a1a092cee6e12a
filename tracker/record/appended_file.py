"""A file that only grows, by whole records, and is never left with half of one by a full disk."""

from __future__ import annotations

import errno
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
        """Wait until all that was appended is on the disk.

        Raises:
            RecordingError: the disk is full, or gone.
        """
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
        self._file.close()

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

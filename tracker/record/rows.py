"""Tables on disk: rows of one fixed record after the other, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tracker.errors import RecordingError
from tracker.record.appended_file import AppendedFile
from tracker.record.schema import Rows


class RowLog:
    """Appends rows to a table."""

    def __init__(self, path: Path, row: np.dtype[np.void]) -> None:
        """Make the file.

        Raises:
            RecordingError: it exists, or it cannot be made.
        """
        self.file = AppendedFile(path)
        self.row = row
        self.count = 0

    def append(self, rows: Rows) -> None:
        """Append (n,) rows.

        Raises:
            ValueError: they are not rows of this table.
            RecordingError: the disk is full, or gone.
        """
        if rows.dtype != self.row:
            raise ValueError(f"{self.file.path} holds other rows than these")
        if len(rows):
            self.file.append(np.ascontiguousarray(rows).view(np.uint8).data)
            self.count += len(rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRows:
    """The whole rows of a table (n,), and what stood behind them.

    `torn_bytes` are the beginning of one more row, as a kill leaves it; `unwritten` counts rows
    of zeros: room that a power failure left unfilled. No true row is all zero, for it has its
    time.
    """

    rows: Rows
    torn_bytes: int
    unwritten: int


def read_rows(path: Path, row: np.dtype[np.void]) -> ReadRows:
    """Read a table.

    Raises:
        RecordingError: there is no such file.
    """
    try:
        size_bytes = path.stat().st_size
        rows = np.fromfile(path, row, count=size_bytes // row.itemsize)
    except OSError as error:
        raise RecordingError(f"{path}: this table is missing ({error.strerror})") from error
    is_written = rows.view(np.uint8).reshape(len(rows), row.itemsize).any(axis=1)
    count = int(np.flatnonzero(is_written)[-1]) + 1 if is_written.any() else 0
    return ReadRows(
        rows=rows[:count],
        torn_bytes=size_bytes % row.itemsize,
        unwritten=len(rows) - count,
    )

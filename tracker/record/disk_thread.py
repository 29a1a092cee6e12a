"""Brings growing files to the disk now and then, on a thread that may wait for it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from tracker.errors import RecordingError
from tracker.record.appended_file import AppendedFile, explain

# Kept free, so that a recording that ends for want of room can still say so and be summed up.
MARGIN_BYTES = 32_000_000


class DiskThread:
    """Syncs the files of one recorder about once per `flush_s`."""

    def __init__(
        self, files: Callable[[], Sequence[AppendedFile]], *, flush_s: float, from_s: float
    ) -> None:
        self._files = files
        self._flush_s = flush_s
        self._synced_s = from_s
        self._syncing: Future[None] | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="disk")

    def sync_when_due(self, now_s: float) -> bool:
        """Begin to sync if the last time is `flush_s` ago, and say whether that was so.

        Raises:
            RecordingError: the last sync found the disk full, or gone.
        """
        if now_s - self._synced_s < self._flush_s:
            return False
        self._synced_s = now_s
        if self._syncing is None or self._syncing.done():
            if self._syncing is not None:
                self._syncing.result()
            self._syncing = self._thread.submit(self.sync)
        return True

    def sync(self) -> None:
        """Wait until everything appended is on the disk.

        Raises:
            RecordingError: the disk is full, or gone.
        """
        for file in self._files():
            file.sync()

    def close(self) -> None:
        """End the thread. Safe to call twice."""
        self._thread.shutdown()


def free_bytes(folder: Path) -> int:
    """Return the room that is left on the disk of a folder.

    Raises:
        RecordingError: the folder is gone.
    """
    try:
        return shutil.disk_usage(folder).free
    except OSError as error:
        raise RecordingError(explain(error, folder)) from error


def require_room(free: int, folder: Path) -> None:
    """Make sure that a recording may go on.

    Raises:
        RecordingError: the disk is full (but for a margin).
    """
    if free < MARGIN_BYTES:
        raise RecordingError(
            f"the disk is full: {free / 1e6:.0f} MB are left at {folder}; the recording ends here"
        )

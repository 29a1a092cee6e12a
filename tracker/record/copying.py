"""Copying one file so that it can be trusted: read again from the disk that it went to.

A copy that was cut short is gone on with where it ended, as far as it is the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from hardware.platform import sync_data
from hardware.platform_files import forget_cached
from tracker.errors import RecordingError
from tracker.record.checksums import sha256_of

BLOCK_BYTES = 1 << 23


def copy_file(source: Path, target: Path, *, step: Callable[[int], None]) -> str:
    """Copy a file and return its sha256; `step` hears of every block, copied or read again.

    Raises:
        RecordingError: what was read again is not what was written.
        OSError: a file cannot be read or written.
    """
    digest = hashlib.sha256()
    target.parent.mkdir(parents=True, exist_ok=True)
    target.touch()
    with source.open("rb", buffering=0) as original, target.open("r+b", buffering=0) as copy:
        is_same = True
        while block := original.read(BLOCK_BYTES):
            digest.update(block)
            here = copy.tell()
            is_same = is_same and copy.read(len(block)) == block
            if not is_same:
                copy.seek(here)
                _write(copy.write, block)
            step(len(block))
        copy.truncate()
        sync_data(copy.fileno())
        forget_cached(copy.fileno())
    if sha256_of(target, tell=step) != digest.hexdigest():
        raise RecordingError(
            f"{target} does not read as it was written: is that disk sound? {source} was kept"
        )
    return digest.hexdigest()


def _write(write: Callable[[memoryview], int | None], block: bytes) -> None:
    rest = memoryview(block)
    while rest:
        rest = rest[write(rest) or 0 :]

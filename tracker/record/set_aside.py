"""Taking damaged records out of a file: they go beside it, the sound ones stay as they are.

What is taken out is on the disk before the file is replaced: a kill in between loses nothing.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator
from itertools import count
from pathlib import Path
from typing import IO

from hardware.platform import sync_data
from tracker.errors import RecordingError

_BLOCK_BYTES = 1 << 24


def set_records_aside(path: Path, ends: list[tuple[int, int]]) -> Path:
    """Take records, by where they begin and end, out of a file; return where they are now.

    Raises:
        RecordingError: the disk has no room for the file a second time.
        OSError: it cannot be written.
    """
    size_bytes = path.stat().st_size
    free_bytes = shutil.disk_usage(path.parent).free
    if free_bytes < size_bytes:
        raise RecordingError(
            f"no room to mend {path}: {size_bytes / 1e9:.2f} GB are needed, "
            f"{free_bytes / 1e9:.2f} GB are free"
        )
    return _take_out(path, ends)


def set_lines_aside(path: Path, places: Collection[int]) -> Path:
    """Take the lines at `places`, from 0, out of a text; return where they are now.

    Raises:
        OSError: it cannot be written.
    """
    ends: list[tuple[int, int]] = []
    start = 0
    for place, line in enumerate(path.read_bytes().split(b"\n")):
        after = start + len(line) + 1
        if place in places:
            ends.append((start, after))
        start = after
    return _take_out(path, ends)


def _take_out(path: Path, ends: list[tuple[int, int]]) -> Path:
    aside = _unused(path)
    unfinished = path.with_name(path.name + ".unfinished")
    with path.open("rb") as source:
        with aside.open("xb") as taken:
            for start, end in ends:
                _copy(source, taken, start, end)
            _flush(taken)
        with unfinished.open("wb") as kept:
            for start, end in _between(ends, path.stat().st_size):
                _copy(source, kept, start, end)
            _flush(kept)
    unfinished.replace(path)
    return aside


def _unused(path: Path) -> Path:
    names = (f"{path.name}.damaged{f'-{number}' if number > 1 else ''}" for number in count(1))
    return next(place for name in names if not (place := path.with_name(name)).exists())


def _between(ends: list[tuple[int, int]], size_bytes: int) -> Iterator[tuple[int, int]]:
    start = 0
    for first, last in ends:
        yield start, first
        start = last
    yield start, size_bytes


def _copy(source: IO[bytes], target: IO[bytes], start: int, end: int) -> None:
    source.seek(start)
    while block := source.read(min(_BLOCK_BYTES, end - start)):
        target.write(block)
        start += len(block)


def _flush(file: IO[bytes]) -> None:
    file.flush()
    sync_data(file.fileno())

"""Checksums of a recording's files, as `sha256sum -c checksums.sha256` reads them.

They are written when a recording is closed, over every file but the frames, which have a checksum
each.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path

from tracker.errors import RecordingError
from tracker.record.line_tables import LINE_TABLES
from tracker.record.neural_header import neural_names
from tracker.record.schema import (
    CONFIG_FILE,
    EVENTS_FILE,
    FRAMES,
    HEADER_FILE,
    TABLES,
    neural_events_file,
    neural_header_file,
    neural_truth,
    stream_file,
)
from tracker.record.whole_file import write_whole

CHECKSUMS_FILE = "checksums.sha256"
FRAMES_FILE = stream_file(FRAMES)
_BLOCK_BYTES = 1 << 23


def sha256_of(path: Path, *, tell: Callable[[int], None] = lambda count: None) -> str:
    """Return the checksum of a file in hexadecimal digits; `tell` hears of each block's bytes.

    Raises:
        OSError: it cannot be read.
    """
    digest = hashlib.sha256()
    with path.open("rb", buffering=0) as file:
        while block := file.read(_BLOCK_BYTES):
            digest.update(block)
            tell(len(block))
    return digest.hexdigest()


def sum_files(folder: Path) -> None:
    """Write the checksums of a recording that is closed.

    Raises:
        RecordingError: a file cannot be read, or there is no room.
    """
    names = [HEADER_FILE, CONFIG_FILE, EVENTS_FILE, *map(stream_file, (*TABLES, *LINE_TABLES))]
    for camera in neural_names(folder):
        truth = stream_file(neural_truth(camera))
        names += [neural_header_file(camera), neural_events_file(camera), truth]
    try:
        sums = {name: sha256_of(folder / name) for name in names if (folder / name).is_file()}
    except OSError as error:
        raise RecordingError(f"{folder} cannot be read: {error.strerror or error}") from error
    write_sums(folder, sums)


def write_sums(folder: Path, sums: Mapping[str, str], *, name: str = CHECKSUMS_FILE) -> None:
    """Write checksums by the names of files within the folder.

    Raises:
        RecordingError: there is no room.
    """
    lines = [f"{digest}  {file}\n" for file, digest in sums.items()]
    write_whole(folder / name, "".join(lines))


def read_sums(folder: Path, *, name: str = CHECKSUMS_FILE) -> dict[str, str]:
    """Return checksums by the names of files; none where there are none, or they are damaged."""
    try:
        lines = (folder / name).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return {}
    pairs = [line.split(maxsplit=1) for line in lines]
    return {pair[1].lstrip("*"): pair[0] for pair in pairs if len(pair) == 2}

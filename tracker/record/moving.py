"""Moving a recording to another disk: copied, read again there, and only then removed here.

It goes to DEST/SESSION/NUMBER, named NUMBER.unfinished until it is whole. `moved.sha256` there says
what every file must read as (`sha256sum -c moved.sha256`). Killed at any moment, a move is gone on
with by the same command, and no file is ever without a whole copy of it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from hardware.platform_files import is_held, sync_folder
from tracker.errors import RecordingError, UsageError
from tracker.record.appended_file import explain
from tracker.record.checksums import FRAMES_FILE, read_sums, sha256_of, write_sums
from tracker.record.copying import copy_file
from tracker.record.header import read_header
from tracker.record.reader import check_folder
from tracker.record.schema import HEADER_FILE, NEURAL_FILES
from tracker.record.session_manifest import list_as_moved

MOVED_FILE = "moved.sha256"
_ROOM_BYTES = 16_000_000  # left on the disk that it goes to
_Stamp: TypeAlias = tuple[int, int]  # size, and when it was changed last


@dataclass(frozen=True, slots=True)
class Move:
    """One recording on its way; `target` is where it will be."""

    source: Path
    target: Path

    @property
    def unfinished(self) -> Path:
        """Where it is while it is being copied."""
        return self.target.with_name(self.target.name + ".unfinished")

    def files(self) -> list[Path]:
        """Return what is still to be moved, relative; what says that it is a recording last."""
        found = [path.relative_to(self.source) for path in _files(self.source)]
        found = [file for file in found if file != Path(MOVED_FILE)]  # of a move before this one
        return sorted(found, key=lambda file: (file.name == HEADER_FILE, str(file)))

    def size_bytes(self) -> int:
        """How many bytes will be read or written: each is copied, and read again."""
        return 2 * sum((self.source / file).stat().st_size for file in self.files())


def recordings_in(path: Path) -> list[Path]:
    """Return a recording itself, or those of a session's folder, by number.

    Raises:
        RecordingError: it is neither.
    """
    inside = sorted(found.parent for found in path.glob(f"*/{HEADER_FILE}"))
    if not inside or (path / HEADER_FILE).is_file():
        check_folder(path)
        return [path]
    return inside


def plan_move(source: Path, destination: Path) -> Move:
    """Say where a recording goes, if it may go there.

    Raises:
        UsageError: it is being recorded, is there already, or something else is; or there is
            no room.
        RecordingError: it is not a recording.
    """
    check_folder(source)
    source = source.resolve()
    if not destination.is_dir():
        raise UsageError(f"{destination}: there is no such folder; is the disk there?")
    if any(is_held(path) for path in (source / FRAMES_FILE, *source.glob(NEURAL_FILES))):
        raise UsageError(f"{source} is being recorded: wait until it has ended")
    move = Move(source, destination.resolve() / source.parent.name / source.name)
    if source in (move.target, *move.target.parents):
        raise UsageError(f"{source}: expected another place than its own, got {destination}")
    if move.target.exists() and not _is_copy(move):
        raise UsageError(
            f"{move.target} exists already and is not overwritten: put that elsewhere first"
        )
    _check_room(move, destination)
    return move


def carry_out(move: Move, *, step: Callable[[int], None]) -> list[str]:
    """Move a recording; `step` hears of every block. Return what stayed behind, if anything.

    Raises:
        RecordingError: a file cannot be read or written, or does not read as it was written.
    """
    try:
        header = read_header(move.source)
        copied = {} if move.target.exists() else _copy(move, step)
        list_as_moved(move.source, move.target, header)
        return _prune(move, copied)
    except OSError as error:
        raise RecordingError(explain(error, Path(error.filename or move.target))) from error


def _copy(move: Move, step: Callable[[int], None]) -> dict[Path, _Stamp]:
    """Copy every file; return what each was like here when it was verified there."""
    sums: dict[str, str] = {}
    stamps: dict[Path, _Stamp] = {}
    for file in move.files():
        stamps[file] = _stamp(move.source / file)
        sums[file.as_posix()] = copy_file(move.source / file, move.unfinished / file, step=step)
        shutil.copystat(move.source / file, move.unfinished / file)
    for extra in set(_files(move.unfinished)) - {move.unfinished / file for file in move.files()}:
        extra.unlink()  # of an earlier try, and gone since
    write_sums(move.unfinished, sums, name=MOVED_FILE)
    sync_folder(move.unfinished)
    move.unfinished.rename(move.target)
    sync_folder(move.target.parent)
    return stamps


def _prune(move: Move, copied: Mapping[Path, _Stamp]) -> list[str]:
    """Remove what is whole at the target; return what is not, and was kept.

    What was not copied just now is read again on both sides.
    """
    sums = read_sums(move.target, name=MOVED_FILE)
    kept: list[str] = []
    for file in move.files():
        here, there = move.source / file, move.target / file
        was_verified = file in copied and _stamp(here) == copied[file]
        if was_verified or _is_whole(here, there, sums.get(file.as_posix())):
            here.unlink()
        else:
            kept.append(str(here))
    if kept:
        return kept
    (move.source / MOVED_FILE).unlink(missing_ok=True)  # of a move before this one
    folders = sorted((path for path in move.source.rglob("*") if path.is_dir()), reverse=True)
    for folder in (*folders, move.source):
        if any(folder.iterdir()):  # put there meanwhile
            return [str(path) for path in folder.iterdir()]
        folder.rmdir()
    return []


def _is_whole(here: Path, there: Path, digest: str | None) -> bool:
    return there.is_file() and sha256_of(here) == digest == sha256_of(there)


def _is_copy(move: Move) -> bool:
    """Say whether what is at the target is this recording, moved there before."""
    digest = read_sums(move.target, name=MOVED_FILE).get(HEADER_FILE)
    return digest is not None and sha256_of(move.source / HEADER_FILE) == digest


def _check_room(move: Move, destination: Path) -> None:
    if move.target.exists():
        return
    there = sum(path.stat().st_size for path in _files(move.unfinished))
    needed_bytes = move.size_bytes() // 2 - there + _ROOM_BYTES
    free_bytes = shutil.disk_usage(destination).free
    if needed_bytes > free_bytes:
        raise UsageError(
            f"{destination} has no room for {move.source}: {needed_bytes / 1e9:.2f} GB are needed, "
            f"{free_bytes / 1e9:.2f} GB are free"
        )


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


def _stamp(path: Path) -> _Stamp:
    status = path.stat()
    return status.st_size, status.st_mtime_ns

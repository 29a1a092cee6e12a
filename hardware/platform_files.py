"""Where Linux, macOS and Windows differ about files: who writes one, and when it is on the disk."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

DIRECT_BYTES = 4096
_LOCKED_AT = 1 << 40  # far behind the end: Windows keeps others from what is locked


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk, where folders can be waited for.

    Raises:
        OSError: the disk is gone.
    """
    if sys.platform != "win32":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def forget_cached(descriptor: int) -> None:
    """Let the next read of an open file come from the disk and not from memory, where that goes."""
    if sys.platform == "linux":
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)


def expect_scattered_reads(descriptor: int) -> None:
    """Tell the system that an open file is read here and there, so that it reads no more."""
    if sys.platform == "linux":
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_RANDOM)


def bypass_cache(descriptor: int, *, really: bool = True) -> bool:
    """Let what is written to an open file go straight to the disk, and say whether it will.

    Then memory, sizes and places must all be whole blocks of `DIRECT_BYTES`. It saves the copy
    into the operating system's memory, and all that finding room there costs when it is full.
    """
    if sys.platform != "linux":
        return False
    import fcntl

    flags = fcntl.fcntl(descriptor, fcntl.F_GETFL) & ~os.O_DIRECT
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETFL, flags | os.O_DIRECT if really else flags)
    except OSError:
        return False  # this file system knows no such thing
    return really


def hold_file(descriptor: int) -> None:
    """Mark an open file as being written, until it is closed or the process is gone.

    A file system that knows no locks leaves it unmarked.
    """
    with contextlib.suppress(OSError):
        if sys.platform == "win32":
            import msvcrt

            at = os.lseek(descriptor, 0, os.SEEK_CUR)
            os.lseek(descriptor, _LOCKED_AT, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
            os.lseek(descriptor, at, os.SEEK_SET)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def is_held(path: Path) -> bool:
    """Say whether a process that lives has marked a file by `hold_file`."""
    try:
        with path.open("rb") as file:
            return not _can_hold(file.fileno())
    except OSError:
        return False


def _can_hold(descriptor: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(descriptor, _LOCKED_AT, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
            msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        return True  # no locks on this file system: nothing is known
    return True

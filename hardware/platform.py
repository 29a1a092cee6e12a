"""The one place where Linux, macOS and Windows differ.

Everything POSIX-only that the program needs is called here and nowhere else (but in the
simulation) and, for what concerns files, in `hardware.platform_files`, so that the rest reads the
same on every rig computer.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import IO


def reserve_file(descriptor: int, size_bytes: int) -> None:
    """Give an open file `size_bytes` that are really there.

    Raises:
        OSError: the file system has no room.
    """
    if sys.platform == "linux":
        os.posix_fallocate(descriptor, 0, size_bytes)
    else:
        os.truncate(descriptor, size_bytes)


def map_file(descriptor: int, size_bytes: int) -> mmap.mmap:
    """Map an open file that others map too.

    All its pages come now, where that can be asked for: the first touch of each would otherwise
    cost several times the copy.

    Raises:
        OSError: it cannot be mapped.
    """
    if sys.platform == "linux":
        return mmap.mmap(descriptor, size_bytes, flags=mmap.MAP_SHARED | mmap.MAP_POPULATE)
    return mmap.mmap(descriptor, size_bytes)


def sync_data(descriptor: int) -> None:
    """Wait until what was written to an open file is on the disk.

    Raises:
        OSError: the disk is full, or gone.
    """
    if sys.platform == "linux":
        os.fdatasync(descriptor)
    else:
        os.fsync(descriptor)


def shared_memory_folder() -> Path:
    """Return the folder where mapped files stay in memory (or near it)."""
    memory = Path("/dev/shm")
    if sys.platform == "linux" and memory.is_dir() and os.access(memory, os.W_OK):
        return memory
    return Path(tempfile.gettempdir())


def start_detached(
    command: list[str], *, environment: dict[str, str], output: IO[bytes] | None = None
) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own, so that Ctrl-C at the terminal does not reach it.

    What it prints goes to `output` where that is given.
    """
    if sys.platform == "win32":
        return subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            creationflags=subprocess.CREATE_NEW_PROCESS_GROUP,
        )
    return subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        start_new_session=True,
    )


def ignore_interrupts() -> None:
    """Let Ctrl-C pass this process by: only the supervisor may end a session."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def is_running(pid: int) -> bool:
    """Say whether a process with this number exists."""
    if sys.platform == "win32":
        listing = subprocess.run(
            ["tasklist", "/FI", f"PID eq {pid}", "/NH"], capture_output=True, check=False
        )
        return str(pid).encode() in listing.stdout
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def ending_signals() -> list[signal.Signals]:
    """Return the signals by which an operator, a shell or a service ends a session."""
    if sys.platform == "win32":
        return [signal.SIGINT, signal.SIGTERM, signal.SIGBREAK]
    return [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


class ParentWatch:
    """Knows whether the process that started this one still lives; asking is cheap."""

    def __init__(self, parent: int) -> None:
        """Watch the parent, whose number is told: a parent that died at once is noticed too."""
        self._parent = parent
        self._handle = _open_process(parent)

    def is_gone(self) -> bool:
        """Say whether the parent has died; it may have left this process to another."""
        if sys.platform == "win32":
            import ctypes

            still_running = 0x102  # WAIT_TIMEOUT
            waited = ctypes.windll.kernel32.WaitForSingleObject(self._handle, 0)
            return waited != still_running
        return os.getppid() != self._parent


def _open_process(pid: int) -> int:
    if sys.platform == "win32":
        import ctypes

        synchronize = 0x00100000
        return int(ctypes.windll.kernel32.OpenProcess(synchronize, False, pid))
    return pid


def ask_for_real_time(priority: int) -> bool:
    """Ask to run before all ordinary processes; say whether that was granted."""
    if sys.platform != "linux":
        return False
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(priority))
    except OSError:
        return False
    return True


@contextlib.contextmanager
def single_keys() -> Generator[bool]:
    """Let keys arrive without Enter while this lasts; yields whether there are keys at all.

    There are none where the input is no terminal, or where the terminal belongs to another
    job: a program in the background that touches it would be stopped.
    """
    if sys.platform == "win32":
        yield sys.stdin is not None and sys.stdin.isatty()
        return
    import termios
    import tty

    descriptor = sys.stdin.fileno() if sys.stdin is not None and sys.stdin.isatty() else -1
    if descriptor < 0 or os.tcgetpgrp(descriptor) != os.getpgrp():
        yield False
        return
    before = termios.tcgetattr(descriptor)
    tty.setcbreak(descriptor, termios.TCSANOW)
    try:
        yield True
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


# What terminals and Windows send for an arrow: up, left, down, right are i, j, k, l.
_STARTS_AND_ENDS = (("\x1b[", "ADBC"), ("\x1bO", "ADBC"), ("\x00", "HKPM"), ("\xe0", "HKPM"))
_ARROWS = {
    start + end: key
    for start, ends in _STARTS_AND_ENDS
    for end, key in zip(ends, "ijkl", strict=True)
}
# PageUp and PageDown; on Windows the second ends in a Q, which alone would be another key.
_PAGES = {
    **{f"{start}5~": "+" for start in ("\x1b[", "\x1bO")},
    **{f"{start}6~": "-" for start in ("\x1b[", "\x1bO")},
    **{f"{start}I": "+" for start in ("\x00", "\xe0")},
    **{f"{start}Q": "-" for start in ("\x00", "\xe0")},
}


def arrows_as_letters(keys: str) -> str:
    r"""Return keys with i, j, k and l for the arrows up, left, down and right, + and - for pages.

    >>> arrows_as_letters("t\x1b[A\x1b[Dq"), arrows_as_letters("\x1b[5~\x1b[6~f")
    ('tijq', '+-f')
    """
    for arrow, letter in (*_ARROWS.items(), *_PAGES.items()):
        keys = keys.replace(arrow, letter)
    return keys


def pressed_keys() -> str:
    """Return the keys pressed since the last call, within `single_keys`; never waits.

    Arrows come as the letters that mean the same, PageUp and PageDown as + and -.
    """
    if sys.platform == "win32":
        import msvcrt

        keys = ""
        while msvcrt.kbhit():
            keys += msvcrt.getwch()
        return arrows_as_letters(keys)
    import select

    descriptor = sys.stdin.fileno()
    if not select.select([descriptor], [], [], 0.0)[0]:
        return ""
    return arrows_as_letters(os.read(descriptor, 64).decode("ascii", errors="ignore"))


def owning_group(device: str) -> str:
    """Return the group whose members may open a port; Debian's where it cannot be told.

    >>> owning_group("/dev/no-such-port")
    'dialout'
    """
    if sys.platform == "win32":
        return "dialout"
    try:
        group = Path(device).group()
    except (OSError, KeyError):
        return "dialout"
    return "dialout" if group == "root" else group


def claim_terminal(descriptor: int) -> None:
    """Keep every other program (but root's) from opening a serial port that we hold.

    Pseudo terminals are left alone: there the kernel keeps the mark after the last close, so
    that a program which was killed would lock everybody out until the other end is gone too.
    Windows never lets a port be opened twice.
    """
    if sys.platform == "win32":
        return
    import fcntl
    import termios

    if not os.ttyname(descriptor).startswith(("/dev/pts/", "/dev/ttys")):
        fcntl.ioctl(descriptor, termios.TIOCEXCL)

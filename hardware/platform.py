"""The one place where Linux, macOS and Windows differ.

Everything POSIX-only that the program needs is called here and nowhere else (but in the
simulation), so that the rest reads the same on every rig computer.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path


def reserve_file(descriptor: int, size_bytes: int) -> None:
    """Give an open file `size_bytes` that are really there.

    Raises:
        OSError: the file system has no room.
    """
    if sys.platform == "linux":
        os.posix_fallocate(descriptor, 0, size_bytes)
    else:
        os.truncate(descriptor, size_bytes)


def shared_memory_folder() -> Path:
    """Return the folder where mapped files stay in memory (or near it)."""
    memory = Path("/dev/shm")
    if sys.platform == "linux" and memory.is_dir() and os.access(memory, os.W_OK):
        return memory
    return Path(tempfile.gettempdir())


def start_detached(command: list[str], *, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own, so that Ctrl-C at the terminal does not reach it."""
    if sys.platform == "win32":
        return subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            creationflags=subprocess.CREATE_NEW_PROCESS_GROUP,
        )
    return subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, start_new_session=True
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

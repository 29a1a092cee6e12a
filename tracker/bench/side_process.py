"""A process beside the bench: started, told, heard, and gone at the end whatever happens."""

from __future__ import annotations

import contextlib
import multiprocessing
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import TypeAlias, TypeVar, cast

from hardware.errors import HardwareError
from tracker.errors import SessionError, TrackerError

Door: TypeAlias = "Connection[object, object]"
Job = TypeVar("Job")
Said = TypeVar("Said")

_ENDS_WITHIN_S = 5.0
READY = "ready"
GO = "go"
END = "end"


class SideProcess:
    """Runs `work(job, door)` in a new interpreter; what it sends to the door is heard here."""

    def __init__(self, name: str, work: Callable[[Job, Door], None], job: Job) -> None:
        self._name = name
        processes = multiprocessing.get_context("spawn")
        here, there = processes.Pipe()
        self._door = cast("Door", here)
        self._process = processes.Process(
            target=_work, args=(work, job, there), name=name, daemon=True
        )
        self._process.start()
        there.close()

    def tell(self, word: object) -> None:
        """Send a word.

        Raises:
            SessionError: the process is gone.
        """
        try:
            self._door.send(word)
        except OSError as error:
            raise SessionError(f"the bench's {self._name} ended unasked") from error

    def hear(self, kind: type[Said], *, within_s: float) -> Said:
        """Wait for what it says.

        Raises:
            SessionError: it failed, is gone, or said nothing in time.
        """
        try:
            said = self._door.recv() if self._door.poll(within_s) else None
        except (EOFError, OSError) as error:
            raise SessionError(f"the bench's {self._name} ended unasked") from error
        if not isinstance(said, kind):
            why = said.words if isinstance(said, _Failure) else f"said nothing in {within_s:g} s"
            raise SessionError(f"the bench's {self._name}: {why}")
        return said

    def close(self) -> None:
        """Let it end, or end it."""
        with contextlib.suppress(OSError):
            self._door.close()
        self._process.join(_ENDS_WITHIN_S)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._process.close()


class _Failure:
    """Why a process could not go on."""

    def __init__(self, words: str) -> None:
        self.words = words


def _work(work: Callable[[Job, Door], None], job: Job, door: Door) -> None:
    """Be the process; when the bench is gone, so is this."""
    try:
        work(job, door)
    except (HardwareError, TrackerError) as error:
        door.send(_Failure(str(error)))
    except (EOFError, OSError, KeyboardInterrupt):
        return

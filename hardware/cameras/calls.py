"""How calls to a foreign library are made: at once, or on a thread of their own with a deadline.

A library that waits for ever must not take its caller along. With a deadline, a call that does
not come back leaves its thread behind, and every later call fails at once.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Protocol, TypeVar

from hardware.errors import CameraError

ResultT = TypeVar("ResultT")


class Caller(Protocol):
    """Whoever makes calls to a library."""

    def __call__(self, ask: Callable[[], ResultT], /) -> ResultT:
        """Make a call, and return its answer.

        Raises:
            IndexError: the library said that there is nothing (a queue that is empty).
            CameraError: it refused, or did not answer.
        """
        ...


class DirectCaller:
    """Calls on the caller's own thread: a library in this process that answers at once."""

    def __call__(self, ask: Callable[[], ResultT], /) -> ResultT:
        """Make the call."""
        try:
            return ask()
        except (RuntimeError, ValueError) as error:
            raise CameraError(one_line(error)) from error


class DeadlineCaller:
    """Calls on one thread of its own, each with a deadline."""

    def __init__(
        self,
        *,
        deadline_s: float,
        name: str,
        when_lost: Callable[[], None],
        opens_within_s: float | None = None,
    ) -> None:
        """Name the library for its errors; `when_lost` is called once, when it is given up.

        The first call, which may have to import and to connect, has a deadline of its own.
        """
        self._deadline_s = deadline_s
        self._first_s = opens_within_s
        self._name = name
        self._when_lost = when_lost
        self._is_lost = False
        self._asked: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        # A daemon: Python must be able to end while a call is stuck.
        threading.Thread(target=self._work, name=name, daemon=True).start()

    def __call__(self, ask: Callable[[], ResultT], /) -> ResultT:
        """Make the call, and wait for its answer until the deadline."""
        if self._is_lost:
            raise CameraError(f"{self._name} does not answer any more")
        answers: queue.SimpleQueue[ResultT | Exception] = queue.SimpleQueue()

        def work() -> None:
            try:
                answers.put(ask())
            except Exception as error:  # the library raises bare ones; they go to the caller
                answers.put(error)

        self._asked.put(work)
        deadline_s, self._first_s = self._first_s or self._deadline_s, None
        try:
            answer = answers.get(timeout=deadline_s)
        except queue.Empty:
            self._is_lost = True
            self._when_lost()
            raise CameraError(
                f"{self._name} has not answered for {deadline_s:g} s: it is gone, or stuck"
            ) from None
        if isinstance(answer, (CameraError, IndexError)):
            raise answer
        if isinstance(answer, Exception):
            raise CameraError(one_line(answer)) from answer
        return answer

    def _work(self) -> None:
        while True:
            self._asked.get()()


def one_line(error: Exception) -> str:
    """Return a library's message without its line breaks."""
    return " ".join(str(error).split()) or type(error).__name__

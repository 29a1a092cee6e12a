"""Ctrl-C at a moment of our own: between two frames, never within somebody's library.

Some of them swallow it, or leave their threads in disorder. A second Ctrl-C does not wait.
"""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType


class Interruption:
    """While it is entered, Ctrl-C is kept until the next `check`."""

    def __init__(self) -> None:
        self._was_asked = False
        self._is_listening = False

    def __enter__(self) -> Interruption:
        is_main = threading.current_thread() is threading.main_thread()
        if is_main and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, self._keep)
            self._is_listening = True
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._is_listening:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            self._is_listening = False

    def check(self) -> None:
        """Give way.

        Raises:
            KeyboardInterrupt: Ctrl-C was pressed.
        """
        if self._was_asked:
            raise KeyboardInterrupt

    def _keep(self, number: int, frame: FrameType | None) -> None:
        if self._was_asked:
            signal.default_int_handler(number, frame)
        self._was_asked = True

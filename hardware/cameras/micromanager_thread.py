"""The thread that makes MMCore's calls with a device that moves: they wait for its controller.

The most urgent comes first: a halt, then the newest order, then the question where the device is.
Python lets other threads run meanwhile.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from hardware.cameras.calls import one_line
from hardware.clock import Clock

PlaceT = TypeVar("PlaceT")

_log = logging.getLogger(__name__)

_HALT_TRIES = 5
_HALTS_WITHIN_S = 1.0


class DeviceThread(Generic[PlaceT]):
    """One device's calls. `halt` may come from any thread, the rest from one."""

    def __init__(
        self,
        label: str,
        *,
        stop: Callable[[], None],
        locate: Callable[[], PlaceT],
        let_go: Callable[[], None],
        clock: Clock,
        ring: Callable[[], None] = lambda: None,
    ) -> None:
        """Begin; `stop` and `locate` are calls of MMCore's, `ring` is rung after each."""
        self.well_s = clock.now_s()  # when the device last said where it is
        self._label, self._stop, self._locate, self._let_go = label, stop, locate, let_go
        self._clock, self._ring = clock, ring
        self._changed = threading.Condition()
        self._order: Callable[[], None] | None = None
        self._halts_left = 0
        self._is_standing = False
        self._why_not_halted = ""
        self._asked_s: float | None = None
        self._place: tuple[float, PlaceT] | None = None
        self._trouble = ""
        self._refusals: list[str] = []
        self._is_closed = False
        self._thread = threading.Thread(target=self._work, name=f"MMCore {label}", daemon=True)
        self._thread.start()

    @property
    def is_asked(self) -> bool:
        """Whether MMCore has been asked and has not said."""
        return self._asked_s is not None

    @property
    def is_closed(self) -> bool:
        """Whether the device has been unloaded."""
        return self._is_closed

    def ask(self) -> None:
        """Have MMCore asked where the device is; an older question is given up."""
        with self._changed:
            self._asked_s, self._place, self._trouble = self._clock.now_s(), None, ""
            self._changed.notify_all()

    def answer(self, *, within_s: float) -> tuple[tuple[float, PlaceT] | None, str]:
        """Return when the device was where; or why nothing comes any more: then ask again."""
        with self._changed:
            if self._asked_s is None:
                return None, ""
            place, trouble = self._place, self._trouble
            is_late = self._clock.now_s() - self._asked_s > within_s
            if place is None and not trouble and not is_late:
                return None, ""
            self._asked_s = self._place = None
            if place is not None:
                return place, ""
            return None, trouble or f"no position within {within_s * 1e3:.0f} ms"

    def give(self, order: Callable[[], None]) -> None:
        """Have an order given; the newest that waits is."""
        with self._changed:
            self._order = order
            self._changed.notify_all()

    def refused(self, *, in_a_row: int) -> str:
        """Return what MMCore says against orders, once so many in a row were refused."""
        with self._changed:
            if len(self._refusals) < in_a_row:
                return ""
            said, self._refusals = self._refusals[-1], []
            return said

    def halt(self) -> str:
        """Halt, and wait until MMCore has been told; return why it was not, or nothing."""
        with self._changed:
            if self._is_closed:
                return ""
            self._order, self._halts_left, self._is_standing = None, _HALT_TRIES, False
            self._changed.notify_all()
            self._changed.wait_for(
                lambda: self._is_standing or not self._halts_left, _HALTS_WITHIN_S
            )
            if self._is_standing:
                return ""
            return self._why_not_halted or "MMCore does not come back from a call"

    def close(self) -> None:
        """End the thread, and unload the device; it should stand by now."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        self._thread.join(_HALTS_WITHIN_S)
        if not self._thread.is_alive():  # else a call hangs, and unloading would hang with it
            self._let_go()

    def _work(self) -> None:
        while (errand := self._next()) is not None:
            errand()
            with self._changed:
                self._changed.notify_all()
            self._ring()

    def _next(self) -> Callable[[], None] | None:
        """Wait for the most urgent errand; None when the device is closed."""
        with self._changed:
            self._changed.wait_for(self._has_errand)
            if self._halts_left:
                return self._try_to_halt
            if self._is_closed:
                return None
            if self._order is not None:
                order, self._order = self._order, None
                return lambda: self._obey(order)
            return self._find

    def _has_errand(self) -> bool:
        is_asked = self._asked_s is not None and self._place is None and not self._trouble
        return self._is_closed or self._halts_left > 0 or self._order is not None or is_asked

    def _try_to_halt(self) -> None:
        said = self._tried(self._stop)
        with self._changed:
            self._is_standing = not said
            self._halts_left = self._halts_left - 1 if said else 0
            self._why_not_halted = said

    def _obey(self, order: Callable[[], None]) -> None:
        said = self._tried(order)
        with self._changed:
            self._refusals = [*self._refusals, said] if said else []

    def _find(self) -> None:
        begins_s = self._clock.now_s()
        found: list[PlaceT] = []
        said = self._tried(lambda: found.append(self._locate()))
        ends_s = self._clock.now_s()
        with self._changed:
            self._trouble = said
            if found:
                self.well_s = ends_s
                self._place = ((begins_s + ends_s) / 2.0, found[0])

    def _tried(self, call: Callable[[], None]) -> str:
        """Make a call; return what MMCore says against it, or nothing."""
        try:
            call()
        except RuntimeError as error:
            said = one_line(error)
            _log.warning("Micro-Manager: %s: %s", self._label, said)
            return said
        return ""

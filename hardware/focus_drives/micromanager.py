"""A focus drive of Micro-Manager's: heights and targets by MMCore.

MMCore's calls wait for the controller, so a thread of its own makes them, the most urgent first:
a halt, then the newest target, then a height. Python lets other threads run meanwhile.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable

from hardware.cameras.calls import one_line
from hardware.cameras.micromanager_core import Core
from hardware.clock import Clock
from hardware.errors import LinkLostError, LinkTimeoutError, RefusedError
from hardware.focus import FocusLimits, FocusState
from hardware.focus_config import MicroManagerFocus

_log = logging.getLogger(__name__)

_HALT_TRIES = 5
_HALTS_WITHIN_S = 1.0


class MicroManagerZ:
    """Fulfils `hardware.focus.Focus`."""

    shares_line = False  # what waits is a thread, and never the stage process

    def __init__(
        self,
        core: Core,
        label: str,
        *,
        config: MicroManagerFocus,
        clock: Clock,
        let_go: Callable[[], None],
    ) -> None:
        self._core, self._label, self._config = core, label, config
        self._clock, self._let_go = clock, let_go
        self._changed = threading.Condition()
        self._halts_left = 0
        self._is_standing = False
        self._target_um: float | None = None
        self._asked_s: float | None = None
        self._answer: FocusState | None = None
        self._trouble = ""
        self._refusal = ""
        self._is_closed = False
        self._thread = threading.Thread(target=self._work, name=f"MMCore {label}", daemon=True)
        self._thread.start()

    @property
    def limits(self) -> FocusLimits:
        """The travel and speed that this drive was opened with."""
        return self._config.limits

    @property
    def step_um(self) -> float:
        """The smallest difference between two targets, as configured."""
        return self._config.step_um

    @property
    def awaits_reply(self) -> bool:
        """Whether MMCore has been asked and has not said."""
        return self._asked_s is not None

    def ask(self) -> None:
        """Have MMCore asked where the drive is; an older question is given up."""
        with self._changed:
            self._asked_s, self._answer, self._trouble = self._clock.now_s(), None, ""
            self._changed.notify_all()

    def answer(self) -> FocusState | None:
        """Return the height once MMCore has said it, else None.

        Raises:
            LinkTimeoutError: it took too long, or MMCore could not say it this time.
            RefusedError: a target was refused.
        """
        with self._changed:
            refusal, self._refusal = self._refusal, ""
            if refusal:
                said = refusal.encode(errors="replace")
                raise RefusedError(f"{self._label}: the target was not taken", reply=said)
            if self._asked_s is None:
                return None
            state, trouble = self._answer, self._trouble
            waited_s = self._clock.now_s() - self._asked_s
            if state is None and not trouble and waited_s <= self._config.reply_deadline_s:
                return None
            self._asked_s = self._answer = None
            if state is None:
                raise LinkTimeoutError(f"{self._label}: {trouble or 'no height in time'}")
            return state

    def move_to(self, z_um: float) -> None:
        """Go to a height; the newest target that waits is given to MMCore."""
        with self._changed:
            self._target_um = round(z_um / self.step_um) * self.step_um
            self._changed.notify_all()

    def halt(self) -> None:
        """Stop, and wait until MMCore has been told.

        A device that knows no stop goes to where it says that it is.

        Raises:
            LinkLostError: MMCore did not take it.
        """
        with self._changed:
            if self._is_closed:
                return
            self._target_um, self._halts_left, self._is_standing = None, _HALT_TRIES, False
            self._changed.notify_all()
            self._changed.wait_for(
                lambda: self._is_standing or not self._halts_left, _HALTS_WITHIN_S
            )
            if not self._is_standing:
                raise LinkLostError(f"{self._label}: the focus drive could not be halted")

    def hold_limits(self) -> bool:
        """Hold none: MMCore has no call for it."""
        return False

    def close(self) -> None:
        """Halt, then unload the drive. Safe to call twice."""
        if self._is_closed:
            return
        with contextlib.suppress(LinkLostError):
            self.halt()
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

    def _next(self) -> Callable[[], None] | None:
        """Wait for the most urgent errand; None when the drive is closed."""
        with self._changed:
            self._changed.wait_for(self._has_errand)
            if self._halts_left:
                return self._stop
            if self._is_closed:
                return None
            if self._target_um is not None:
                target_um, self._target_um = self._target_um, None
                return lambda: self._go_to(target_um)
            return self._locate

    def _has_errand(self) -> bool:
        is_asked = self._asked_s is not None and self._answer is None and not self._trouble
        return self._is_closed or self._halts_left > 0 or self._target_um is not None or is_asked

    def _stop(self) -> None:
        said = self._tried(lambda: self._core.stop(self._label))
        if said:  # many piezos know no stop
            said = self._tried(self._stand)
        with self._changed:
            self._is_standing = not said
            self._halts_left = self._halts_left - 1 if said else 0

    def _stand(self) -> None:
        """Take the place for the target, where it may be one."""
        limits, here_um = self.limits, self._core.get_position(self._label)
        if limits.floor_um <= here_um <= limits.ceiling_um:
            self._core.set_position(self._label, here_um)

    def _go_to(self, target_um: float) -> None:
        said = self._tried(lambda: self._core.set_position(self._label, target_um))
        if said:
            with self._changed:
                self._refusal = said

    def _locate(self) -> None:
        begins_s = self._clock.now_s()
        found_um: list[float] = []
        said = self._tried(lambda: found_um.append(float(self._core.get_position(self._label))))
        t_s = (begins_s + self._clock.now_s()) / 2.0
        with self._changed:
            self._trouble = said
            if found_um:
                self._answer = FocusState(t_s=t_s, z_um=found_um[0])

    def _tried(self, call: Callable[[], None]) -> str:
        """Make a call; return what MMCore says against it, or nothing."""
        try:
            call()
        except RuntimeError as error:
            said = one_line(error)
            _log.warning("Micro-Manager: %s: %s", self._label, said)
            return said
        return ""

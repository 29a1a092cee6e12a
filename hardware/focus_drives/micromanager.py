"""A focus drive of Micro-Manager's: heights and targets by MMCore."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from hardware.cameras.micromanager_core import Core
from hardware.cameras.micromanager_thread import DeviceThread
from hardware.clock import Clock
from hardware.errors import LinkLostError, LinkTimeoutError, RefusedError
from hardware.focus import FocusLimits, FocusState
from hardware.focus_config import MicroManagerFocus


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
        self._calls = DeviceThread(
            label,
            stop=self._stop,
            locate=lambda: float(core.get_position(label)),
            let_go=let_go,
            clock=clock,
        )

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
        return self._calls.is_asked

    def ask(self) -> None:
        """Have MMCore asked where the drive is; an older question is given up."""
        self._calls.ask()

    def answer(self) -> FocusState | None:
        """Return the height once MMCore has said it, else None.

        Raises:
            LinkTimeoutError: it took too long, or MMCore could not say it this time.
            RefusedError: a target was refused.
        """
        if refused := self._calls.refused(in_a_row=1):
            reply = refused.encode(errors="replace")
            raise RefusedError(f"{self._label}: the target was not taken", reply=reply)
        place, trouble = self._calls.answer(within_s=self._config.reply_deadline_s)
        if trouble:
            raise LinkTimeoutError(f"{self._label}: {trouble}")
        return None if place is None else FocusState(t_s=place[0], z_um=place[1])

    def move_to(self, z_um: float) -> None:
        """Go to a height; the newest target that waits is given to MMCore."""
        target_um = round(z_um / self.step_um) * self.step_um
        self._calls.give(lambda: self._core.set_position(self._label, target_um))

    def halt(self) -> None:
        """Stop, and wait until MMCore has been told.

        A device that knows no stop goes to where it says that it is.

        Raises:
            LinkLostError: MMCore did not take it.
        """
        if said := self._calls.halt():
            raise LinkLostError(f"{self._label}: the focus drive could not be halted: {said}")

    def hold_limits(self) -> bool:
        """Hold none: MMCore has no call for it."""
        return False

    def close(self) -> None:
        """Halt, then unload the drive. Safe to call twice."""
        if self._calls.is_closed:
            return
        with contextlib.suppress(LinkLostError):
            self.halt()
        self._calls.close()

    def _stop(self) -> None:
        try:
            self._core.stop(self._label)
        except RuntimeError:  # many piezos know no stop: the place is taken for the target
            limits, here_um = self.limits, self._core.get_position(self._label)
            if limits.floor_um <= here_um <= limits.ceiling_um:
                self._core.set_position(self._label, here_um)

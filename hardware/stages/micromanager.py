"""An XY stage of Micro-Manager's: positions by MMCore, velocities by `micromanager_steering`.

MMCore's calls wait for the controller, so a thread of its own makes them, the most urgent first:
a halt, then the newest velocity, then a position. Python lets other threads run meanwhile.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
from collections.abc import Callable

import numpy as np

from hardware.cameras.calls import one_line
from hardware.cameras.micromanager_core import XyCore
from hardware.clock import Clock
from hardware.errors import LinkLostError, LinkTimeoutError, RefusedError
from hardware.stage_config import MicroManagerStage
from hardware.stages.micromanager_steering import Steering
from hardware.types import StageLimits, StageState, Vec2

_log = logging.getLogger(__name__)

_HALT_TRIES = 5
_HALTS_WITHIN_S = 1.0
_REFUSALS = 3  # in a row
_LOST_AFTER_S = 0.5  # without one call that went well


class MicroManagerXy:
    """Fulfils `hardware.stage.Stage`. `stop` may come from any thread, the rest from one."""

    can_interrupt = False  # MMCore finishes one call with a device before it begins the next

    def __init__(
        self,
        core: XyCore,
        label: str,
        *,
        steering: Steering,
        config: MicroManagerStage,
        limits: StageLimits,
        clock: Clock,
        let_go: Callable[[], None],
    ) -> None:
        self._core, self._label, self._steering = core, label, steering
        self._config, self._limits, self._clock, self._let_go = config, limits, clock, let_go
        self._bell, self._ringing = socket.socketpair()
        self._bell.setblocking(False)
        self._ringing.setblocking(False)
        self._changed = threading.Condition()
        self._velocity_um_s: Vec2 | None = None
        self._halts_left = 0
        self._is_standing = False
        self._asked_s: float | None = None
        self._answer: StageState | None = None
        self._trouble = ""
        self._well_s = clock.now_s()
        self._refusals: list[str] = []
        self._why_not_halted = ""
        self._is_closed = False
        self._thread = threading.Thread(target=self._work, name=f"MMCore {label}", daemon=True)
        self._thread.start()

    @property
    def limits(self) -> StageLimits:
        """The travel, speed and acceleration that this stage was opened with."""
        return self._limits

    @property
    def travel_s(self) -> float | None:
        """See `hardware.stage.StandsBySelf`."""
        return self._steering.travel_s

    @property
    def command_delay_s(self) -> float:
        """Seconds from giving a velocity to the stage acting on it, as configured."""
        return self._config.servo_lag_s

    @property
    def wait_handle(self) -> int | None:
        """A socket that becomes readable when a call has come back."""
        return self._bell.fileno()

    def ask(self) -> None:
        """Have MMCore asked where the stage is; an older question is given up."""
        with self._changed:
            self._asked_s, self._answer, self._trouble = self._clock.now_s(), None, ""
            self._changed.notify_all()

    def answer(self) -> StageState | None:
        """Return the position once MMCore has said it, else None.

        Raises:
            LinkTimeoutError: it took too long, or MMCore could not say it this time.
            RefusedError: three velocities in a row were refused.
            LinkLostError: no call has gone well for half a second.
        """
        with contextlib.suppress(BlockingIOError):
            self._bell.recv(64)
        with self._changed:
            if len(self._refusals) >= _REFUSALS:
                said, self._refusals = self._refusals[-1], []
                raise RefusedError(
                    f"{self._label}: no velocity was taken", reply=said.encode(errors="replace")
                )
            if self._asked_s is None:
                return None
            state, trouble = self._answer, self._trouble
            now_s = self._clock.now_s()
            if state is not None:
                self._asked_s = self._answer = None
                return state
            if not trouble and now_s - self._asked_s <= self._config.reply_deadline_s:
                return None
            self._asked_s = None
            said = trouble or f"no position within {self._config.reply_deadline_s * 1e3:.0f} ms"
            if now_s - self._well_s > max(_LOST_AFTER_S, self._config.reply_deadline_s):
                raise LinkLostError(f"{self._label}: Micro-Manager has lost the stage: {said}")
            raise LinkTimeoutError(f"{self._label}: {said}")

    def set_velocity(self, velocity_um_s: Vec2) -> Vec2:
        """Steer, and return the velocity as the device is told it. What is no number stands."""
        finite_um_s = np.where(np.isfinite(velocity_um_s), velocity_um_s, 0.0)
        rounded_um_s = self._steering.rounded(finite_um_s)
        with self._changed:
            self._velocity_um_s = rounded_um_s
            self._changed.notify_all()
        return rounded_um_s

    def stop(self) -> None:
        """Halt both axes, and wait until MMCore has been told. From any thread, at any time.

        Raises:
            LinkLostError: MMCore did not take it.
        """
        with self._changed:
            if self._is_closed:
                return
            self._velocity_um_s, self._halts_left = None, _HALT_TRIES
            self._is_standing = False
            self._changed.notify_all()
            self._changed.wait_for(
                lambda: self._is_standing or not self._halts_left, _HALTS_WITHIN_S
            )
            if not self._is_standing:
                said = self._why_not_halted or "MMCore does not come back from a call"
                raise LinkLostError(f"{self._label}: the stage could not be halted: {said}")

    def close(self) -> None:
        """Halt, then unload the stage. Safe to call twice."""
        if self._is_closed:
            return
        with contextlib.suppress(LinkLostError):
            self.stop()
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        self._thread.join(_HALTS_WITHIN_S)
        if not self._thread.is_alive():  # else a call hangs, and unloading would hang with it
            self._let_go()
        self._bell.close()
        self._ringing.close()

    def _work(self) -> None:
        while (errand := self._next()) is not None:
            errand()
            with self._changed:
                self._changed.notify_all()
            with contextlib.suppress(OSError):
                self._ringing.send(b"!")

    def _next(self) -> Callable[[], None] | None:
        """Wait for the most urgent errand; None when the stage is closed."""
        with self._changed:
            self._changed.wait_for(self._has_errand)
            if self._halts_left:
                return self._halt
            if self._is_closed:
                return None
            if self._velocity_um_s is not None:
                velocity_um_s, self._velocity_um_s = self._velocity_um_s, None
                return lambda: self._steer(velocity_um_s)
            return self._locate

    def _has_errand(self) -> bool:
        is_asked = self._asked_s is not None and self._answer is None and not self._trouble
        return (
            self._is_closed or self._halts_left > 0 or self._velocity_um_s is not None or is_asked
        )

    def _halt(self) -> None:
        said = self._tried(self._steering.halt)
        with self._changed:
            self._is_standing = not said
            self._halts_left = self._halts_left - 1 if said else 0
            self._why_not_halted = said

    def _steer(self, velocity_um_s: Vec2) -> None:
        said = self._tried(lambda: self._steering.give(velocity_um_s, self._clock.now_s()))
        with self._changed:
            self._refusals = [*self._refusals, said] if said else []

    def _locate(self) -> None:
        begins_s = self._clock.now_s()
        found: list[Vec2] = []

        def locate() -> None:
            found.append(np.array(self._core.get_xy_position(self._label), dtype=np.float64))

        said = self._tried(locate)
        ends_s = self._clock.now_s()
        with self._changed:
            self._trouble = said
            if found:
                self._well_s = ends_s
                self._answer = StageState(t_s=(begins_s + ends_s) / 2.0, position_um=found[0])

    def _tried(self, call: Callable[[], None]) -> str:
        """Make a call; return what MMCore says against it, or nothing."""
        try:
            call()
        except RuntimeError as error:
            said = one_line(error)
            _log.warning("Micro-Manager: %s: %s", self._label, said)
            return said
        return ""

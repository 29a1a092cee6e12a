"""An XY stage of Micro-Manager's: positions by MMCore, velocities by `micromanager_steering`."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable

import numpy as np

from hardware.cameras.micromanager_core import XyCore
from hardware.cameras.micromanager_thread import DeviceThread
from hardware.clock import Clock
from hardware.errors import LinkLostError, LinkTimeoutError, RefusedError
from hardware.stage_config import MicroManagerStage
from hardware.stages.micromanager_steering import Steering
from hardware.types import StageLimits, StageState, Vec2

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
        self._core, self._label, self._steering, self._config = core, label, steering, config
        self._limits, self._clock = limits, clock
        self._bell, self._ringing = socket.socketpair()
        self._bell.setblocking(False)
        self._ringing.setblocking(False)
        self._calls = DeviceThread(
            label,
            stop=steering.halt,
            locate=self._locate,
            let_go=let_go,
            clock=clock,
            ring=self._ring,
        )

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
        self._calls.ask()

    def answer(self) -> StageState | None:
        """Return the position once MMCore has said it, else None.

        Raises:
            LinkTimeoutError: it took too long, or MMCore could not say it this time.
            RefusedError: three velocities in a row were refused.
            LinkLostError: no call has gone well for half a second.
        """
        with contextlib.suppress(BlockingIOError):
            self._bell.recv(64)
        if refused := self._calls.refused(in_a_row=_REFUSALS):
            reply = refused.encode(errors="replace")
            raise RefusedError(f"{self._label}: no velocity was taken", reply=reply)
        deadline_s = self._config.reply_deadline_s
        place, trouble = self._calls.answer(within_s=deadline_s)
        if trouble:
            if self._clock.now_s() - self._calls.well_s > max(_LOST_AFTER_S, deadline_s):
                raise LinkLostError(f"{self._label}: Micro-Manager has lost the stage: {trouble}")
            raise LinkTimeoutError(f"{self._label}: {trouble}")
        return None if place is None else StageState(t_s=place[0], position_um=place[1])

    def set_velocity(self, velocity_um_s: Vec2) -> Vec2:
        """Steer, and return the velocity as the device is told it. What is no number stands."""
        finite_um_s = np.where(np.isfinite(velocity_um_s), velocity_um_s, 0.0)
        rounded_um_s = self._steering.rounded(finite_um_s)
        self._calls.give(lambda: self._steering.give(rounded_um_s, self._clock.now_s()))
        return rounded_um_s

    def stop(self) -> None:
        """Halt both axes, and wait until MMCore has been told. From any thread, at any time.

        Raises:
            LinkLostError: MMCore did not take it.
        """
        if said := self._calls.halt():
            raise LinkLostError(f"{self._label}: the stage could not be halted: {said}")

    def close(self) -> None:
        """Halt, then unload the stage. Safe to call twice."""
        if self._calls.is_closed:
            return
        with contextlib.suppress(LinkLostError):
            self.stop()
        self._calls.close()
        self._bell.close()
        self._ringing.close()

    def _locate(self) -> Vec2:
        return np.array(self._core.get_xy_position(self._label), dtype=np.float64)

    def _ring(self) -> None:
        with contextlib.suppress(OSError):
            self._ringing.send(b"!")

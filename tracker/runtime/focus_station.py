"""The focus drive within the stage process: opened, guarded, fed with orders, and told about.

It lives there because its drive often speaks over the stage's own line, and because it follows
where the stage is.
"""

from __future__ import annotations

import contextlib

from hardware.clock import Clock
from hardware.errors import HardwareError
from hardware.registry import open_focus
from hardware.ring import RingWriter
from hardware.stage import Stage
from hardware.types import Vec2
from tracker.messages import FOCUS_ROW, FocusReport, focus_record
from tracker.runtime.focus_duty import FocusDuty
from tracker.runtime.orders import (
    FocusMarked,
    Held,
    JogFocus,
    MarkFocus,
    Notice,
    Order,
    Report,
    StopFocus,
)
from tracker.runtime.rings import make_rows_ring
from tracker.runtime.session_place import Session, SessionPlace
from tracker.safety.focus_guard import FocusGuard, take_charge_of_focus

_SAYS_NOTHING_AFTER_S = 2.0


class FocusStation:
    """A guarded drive at work; whoever has it closes it."""

    def __init__(
        self,
        guard: FocusGuard,
        duty: FocusDuty,
        rows: RingWriter,
        *,
        holds_limits: bool,
        clock: Clock,
    ) -> None:
        self.duty = duty
        self.holds_limits = holds_limits
        self._guard, self._rows, self._clock = guard, rows, clock
        self._told = self._told_refusal = ""
        self._replies, self._heard_s = 0, clock.now_s()
        self._is_mute = False

    @property
    def keeps_stage_held(self) -> bool:
        """Whether the drive stands below its floor: then the stage must not move either."""
        return self._guard.is_below_floor and bool(self._guard.held_because)

    def obey(self, order: Order, stage_um: Vec2 | None) -> Report | None:
        """Carry out an order of the operator's; return what to tell.

        Raises:
            LinkLostError: the stage's own line is gone.
        """
        if isinstance(order, StopFocus):
            with self.duty.losing():
                self._guard.stop()
        elif isinstance(order, JogFocus):
            self.duty.jog(order.delta_um)
            if self._guard.held_because:
                return Notice("focus", self._guard.held_because)
        elif isinstance(order, MarkFocus):
            mark = self.duty.mark(stage_um)
            if mark is None:
                return Notice("focus", "not marked: stage or drive has not said where it is")
            x_um, y_um, z_um = mark.point_um
            return FocusMarked(x_um=x_um, y_um=y_um, z_um=z_um, count=mark.count, told=mark.told)
        return None

    def halt(self) -> None:
        """Stop where it is; the operator may jog it on.

        Raises:
            LinkLostError: the stage's own line is gone.
        """
        with self.duty.losing():
            self._guard.halt()

    def release(self) -> Report | None:
        """Take back what holds the drive, if that may be; return why not, where it may not."""
        self._guard.release()
        self._told = ""
        return self.trouble()

    def trouble(self) -> Report | None:
        """Return what the operator must know now, once."""
        why = self._guard.held_because
        if why != self._told:
            self._told = why
            if why:
                return (Held if self._guard.is_below_floor else Notice)("focus", why)
        refused = self.duty.refused_because
        if refused != self._told_refusal:
            self._told_refusal = refused
            if refused:
                return Notice("focus", f"{refused}; are its own limits narrower than rig.focus?")
        return self._silence()

    def status(self) -> dict[str, float]:
        """Return the figures for the status line."""
        counts = self.duty.counts
        return {
            "focus_um": self.duty.z_um,
            "focus_targets": counts.focus_targets,
            "focus_timeouts": counts.focus_timeouts,
            "focus_refusals": counts.focus_refusals,
        }

    def close(self) -> None:
        """Halt the drive, and let its port go. Safe to call twice."""
        self._guard.close()
        self._rows.close()

    def _silence(self) -> Notice | None:
        now_s = self._clock.now_s()
        if self.duty.counts.focus_replies > self._replies:
            self._replies, self._heard_s = self.duty.counts.focus_replies, now_s
            self._is_mute = False
        elif not self._is_mute and now_s - self._heard_s > _SAYS_NOTHING_AFTER_S:
            self._is_mute = True
            silence_s = now_s - self._heard_s
            why = "its port is gone" if self.duty.is_lost else "nothing came"
            said = f"the drive has not said for {silence_s:.0f} s where it is ({why})"
            return Notice("focus", f"{said}: it is not moved")
        return None


def open_focus_station(
    place: SessionPlace, session: Session, stage: Stage, clock: Clock
) -> FocusStation | None:
    """Open the drive of a session beside its opened stage; None where the rig has none.

    Raises:
        HardwareError: it cannot be opened, or is not what was configured.
        CalibrationError: the points in config.yaml lie on no plane.
    """
    config = session.config
    drive = open_focus(config.rig, stage, clock)
    if drive is None or config.rig.focus.kind == "none":
        return None
    guard = take_charge_of_focus(drive, clock)
    try:
        holds_limits = drive.hold_limits()
        rows = make_rows_ring(place.focus_ring, FOCUS_ROW, ring_s=config.record.held_s)

        def tell(report: FocusReport) -> None:
            rows.append(*focus_record(report))

        duty = FocusDuty(
            guard,
            config.focus,
            tell=tell,
            clock=clock,
            period_s=1.0 / config.rig.focus.poll_hz,
        )
        return FocusStation(guard, duty, rows, holds_limits=holds_limits, clock=clock)
    except BaseException:
        guard.close()
        raise


def halt_focus_anew(session: Session, stage: Stage, clock: Clock) -> None:
    """Halt a drive whose process is gone, by opening it.

    It is led in short ways, and stands by then anyway: what goes wrong here is not told.
    """
    with contextlib.suppress(HardwareError):
        drive = open_focus(session.config.rig, stage, clock)
        if drive is not None:
            drive.close()

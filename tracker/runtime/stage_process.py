"""The stage process: owns the serial port, the guard and the dead-man's switch.

It waits for the first of: a post, a reply, an order, the time of the next question. A post is
written at once, even while a reply is outstanding. Positions and what the guard made of each
command go into rings; the operator's stop comes from the supervisor and passes nobody else.
"""

from __future__ import annotations

import contextlib
import logging
import selectors
from dataclasses import asdict

from hardware.clock import Clock, HostClock
from hardware.config import SimulatedStage
from hardware.controllers import hold_limits, slow_line
from hardware.errors import HardwareError
from hardware.platform import ParentWatch, ask_for_real_time
from hardware.registry import open_stage
from hardware.stage import StandsBySelf
from tracker.errors import SessionError
from tracker.messages import POSITION_ROW, POST_ROW, STAGE_ROW
from tracker.runtime.focus_station import FocusStation, open_focus_station
from tracker.runtime.mailboxes import OrderInbox, ReportOutbox
from tracker.runtime.orders import (
    Doing,
    End,
    Halt,
    Held,
    Notice,
    Ready,
    Release,
    Report,
    Status,
    StopFocus,
)
from tracker.runtime.punctuality import PRIORITY, quiet_garbage_collection
from tracker.runtime.rings import make_rows_ring, wait_for_ring
from tracker.runtime.session_place import Session, SessionPlace
from tracker.runtime.stage_duty import StageDuty
from tracker.runtime.wake import WakePort
from tracker.safety.guard import Guard, stage_limits, take_charge

logger = logging.getLogger(__name__)

_LONGEST_SLEEP_S = 0.01  # the guard wants to be asked this often
_SLICE_S = 0.001  # where a reply cannot be waited for, it is looked for this often
_STATUS_EVERY_S = 0.25
_MUTE_AFTER_S = 1.0
_STAND_WITHIN_S = 0.5
_STANDS_BELOW_UM_S = 20.0
_NO_LIMITS = (
    "the stage's controller ({kind}) holds no travel limits of its own: while it moves, only this "
    "program keeps it within safety.lower_um and safety.upper_um"
)


class _Doors:
    """Whoever may wake or end the stage process.

    A selector and not `select`: the latter asks a terminal anew on each call whether something
    has come, and on Linux that question waits for a kernel thread, which on a busy computer has
    kept posts waiting for 10 ms and more. A selector is told.
    """

    def __init__(
        self,
        wake: WakePort,
        orders: OrderInbox,
        reports: ReportOutbox,
        parent: ParentWatch,
        reply_handle: int | None,
    ) -> None:
        self.orders, self.reports, self.parent = orders, reports, parent
        self.has_orders = True  # a ZeroMQ descriptor speaks up once, so it must be asked at first
        self._wake, self._reply_handle = wake, reply_handle
        self._wake_handle, self._orders_handle = wake.descriptor, orders.descriptor
        self._selector = selectors.DefaultSelector()
        for handle in (self._wake_handle, self._orders_handle, reply_handle):
            if handle is not None:
                self._selector.register(handle, selectors.EVENT_READ)

    def wait(self, timeout_s: float, *, is_asked: bool) -> bool:
        """Wait for anybody; say whether a reply may have come."""
        must_look = is_asked and self._reply_handle is None
        ready = self._selector.select(
            max(0.0, min(timeout_s, _SLICE_S) if must_look else timeout_s)
        )
        callers = {key.fd for key, _ in ready}
        if self._wake_handle in callers:
            self._wake.drain()
        self.has_orders = not callers or self._orders_handle in callers
        return must_look or self._reply_handle in callers


def run_stage(
    place: SessionPlace,
    session: Session,
    orders: OrderInbox,
    reports: ReportOutbox,
    parent: ParentWatch,
) -> None:
    """Be the stage process until told to end or left alone; the stage stands afterwards.

    Raises:
        HardwareError: the port cannot be opened, or was lost.
    """
    clock = HostClock()
    ring_s = session.config.record.held_s
    reports.send(Doing("stage", "opening the stage"))
    guard, focus, facts = _take_charge(place, session, clock)
    try:
        doors = _Doors(WakePort(place.wake_file), orders, reports, parent, guard.wait_handle)
        rows = make_rows_ring(place.stage_rows_ring, STAGE_ROW, ring_s=ring_s)
        positions = make_rows_ring(place.positions_ring, POSITION_ROW, ring_s=ring_s)
        duty = StageDuty(
            guard,
            posts=wait_for_ring(place.posts_ring, POST_ROW, parent),
            rows=rows,
            positions=positions,
            clock=clock,
            period_s=1.0 / session.config.poll_hz,
            focus=focus.duty if focus else None,
        )
        quiet_garbage_collection()
        is_real_time = ask_for_real_time(PRIORITY["stage"])
        reports.send(Ready("stage", facts={"stage_is_real_time": is_real_time, **facts}))
        if told := slow_line(session.config.rig):
            reports.send(Notice("stage", told))
        is_real = not isinstance(session.config.rig.stage, SimulatedStage)
        if is_real and not facts["controller_holds_limits"]:
            reports.send(Notice("stage", _NO_LIMITS.format(kind=session.config.rig.stage.kind)))
        _serve(doors, guard, duty, focus, clock)
    finally:
        if focus is not None:
            with contextlib.suppress(HardwareError):
                focus.close()
        with contextlib.suppress(HardwareError):  # a lost port: the supervisor opens it anew
            guard.close()


def _take_charge(
    place: SessionPlace, session: Session, clock: Clock
) -> tuple[Guard, FocusStation | None, dict[str, bool | float | None]]:
    """Open and halt the stage; say what keeps it in its limits, and whether it stands by itself."""
    config = session.config
    limits = stage_limits(config.safety)
    stage = open_stage(config.rig, session.rig_place(place), limits, clock)
    if stage is None:
        raise SessionError("rig.stage.kind is none: there is nothing for a stage process to do")
    guard = take_charge(stage, config.safety, clock)
    try:
        facts: dict[str, bool | float | None] = {
            "controller_holds_limits": hold_limits(stage),
            "stage_stands_after_s": stage.travel_s if isinstance(stage, StandsBySelf) else None,
        }
        focus = open_focus_station(place, session, stage, clock)
        if focus is not None:
            facts["focus_holds_limits"] = focus.holds_limits
        return guard, focus, facts
    except BaseException:
        guard.close()
        raise


def _serve(
    doors: _Doors, guard: Guard, duty: StageDuty, focus: FocusStation | None, clock: Clock
) -> None:
    """Turn until the end; then turn on until the stage is seen to stand."""
    told_s = clock.now_s()
    is_mute = False
    held_because = ""
    while not doors.parent.is_gone():
        _turn(doors, duty, clock)
        if guard.held_because != held_because:
            held_because = guard.held_because
            if held_because:
                doors.reports.send(Held("stage", held_because))
        if focus is not None and (trouble := focus.trouble()):
            doors.reports.send(trouble)
        if doors.has_orders and _has_ended(doors, guard, duty, focus):
            break
        now_s = clock.now_s()
        if now_s - told_s >= _STATUS_EVERY_S:
            told_s = now_s
            is_mute = _tell(doors.reports, duty, focus, now_s, was_mute=is_mute)
    duty.note(guard.stop())
    if focus is not None:
        focus.obey(StopFocus(), None)
    until_s = clock.now_s() + _STAND_WITHIN_S
    seen = duty.counts.replies
    while clock.now_s() < until_s:
        _turn(doors, duty, clock)
        if duty.counts.replies >= seen + 3 and duty.speed_um_s < _STANDS_BELOW_UM_S:
            break
    _tell(doors.reports, duty, focus, clock.now_s(), was_mute=True)
    logger.info("stage stands: speed_um_s=%.1f %s", duty.speed_um_s, duty.counts)


def _turn(doors: _Doors, duty: StageDuty, clock: Clock) -> None:
    timeout_s = _LONGEST_SLEEP_S
    if not duty.is_asked:
        timeout_s = min(timeout_s, duty.ask_at_s - clock.now_s())
    duty.turn(may_listen=doors.wait(timeout_s, is_asked=duty.is_asked))


def _has_ended(doors: _Doors, guard: Guard, duty: StageDuty, focus: FocusStation | None) -> bool:
    """Carry out the operator's orders; say whether one of them was to end."""
    for order in doors.orders.take():
        report: Report | None = None
        if isinstance(order, Halt):
            duty.note(guard.stop())
            if focus is not None:
                focus.halt()
        elif isinstance(order, Release):
            report = focus.release() if focus is not None else None
            if focus is None or not focus.keeps_stage_held:
                guard.release()
        elif isinstance(order, End):
            return True
        elif focus is not None:
            report = focus.obey(order, duty.stage_um)
        if report is not None:
            doors.reports.send(report)
    return False


def _tell(
    reports: ReportOutbox,
    duty: StageDuty,
    focus: FocusStation | None,
    now_s: float,
    *,
    was_mute: bool,
) -> bool:
    """Report the counts; return whether the controller has been silent for long."""
    values: dict[str, float] = asdict(duty.counts)
    if focus is not None:
        values |= focus.status()
    reports.send(Status("stage", values))
    is_mute = now_s - duty.answered_s > _MUTE_AFTER_S
    if is_mute and not was_mute:
        silence_s = now_s - duty.answered_s
        reports.send(Notice("stage", f"the stage has not answered for {silence_s:.1f} s"))
    return is_mute

"""When the stage process has died: open the port anew, and halt.

Opening a controller writes the halt before anything is asked, so a controller that goes on
moving and says nothing gets it too. Whether it stands is another question, and is answered.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from hardware.clock import Clock, HostClock
from hardware.errors import HardwareError, LinkLostError, LinkTimeoutError, UnreadableError
from hardware.registry import open_stage
from hardware.stage import Stage
from hardware.types import StageLimits, StageState
from tracker.runtime.focus_station import halt_focus_anew
from tracker.runtime.session_place import Session, SessionPlace
from tracker.safety.guard import Guard, stage_limits, take_charge

_TRY_FOR_S = 2.0  # a dying process may hold the port for a moment
_RETURNS_WITHIN_S = 120.0  # a port that is gone: somebody plugs the cable in again
_STAND_WITHIN_S = 0.5
_STANDS_BELOW_UM_S = 20.0
_LOOK_S = 0.002


def halt_anew(
    place: SessionPlace,
    session: Session,
    *,
    tell: Callable[[str], None],
    gives_up: Callable[[], bool],
) -> None:
    """Halt the stage without its process, and see that it stands.

    A port that is gone is waited for, and the stage halted as soon as it is back, until the
    operator gives up; `tell` is called once, when there is something to do for somebody's hands.

    Raises:
        LinkLostError: the port could not be opened, so nothing was written.
        LinkTimeoutError: the halt was written, but nobody confirmed that the stage stands.
    """
    safety, clock = session.config.safety, HostClock()
    limits = stage_limits(safety)
    stage = _open_and_halt(place, session, limits, clock, tell=tell, gives_up=gives_up)
    if stage is None:
        return
    # a guard halts the stage that it takes in charge, and when it closes
    guard = take_charge(stage, safety, clock)
    try:
        _see_it_stand(guard, clock)
    finally:
        halt_focus_anew(session, stage, clock)
        guard.close()


def _open_and_halt(
    place: SessionPlace,
    session: Session,
    limits: StageLimits,
    clock: Clock,
    *,
    tell: Callable[[str], None],
    gives_up: Callable[[], bool],
) -> Stage | None:
    """Open the stage, which halts it; again and again where nobody answers, for a while."""
    begins_s = clock.now_s()
    halts = 0
    has_told = False
    while True:
        try:
            return open_stage(session.config.rig, session.rig_place(place), limits, clock)
        except HardwareError as error:
            passed_s = clock.now_s() - begins_s
            if not isinstance(error, LinkLostError):
                halts += 1  # it was written before anybody was asked
            if halts and passed_s > _TRY_FOR_S:
                raise LinkTimeoutError(
                    f"halt was written {halts} times, but nobody confirmed it: {error}"
                ) from error
            if passed_s > _RETURNS_WITHIN_S or (has_told and gives_up()):
                raise
            if passed_s > _TRY_FOR_S and not has_told:
                has_told = True
                tell(
                    f"THE STAGE MAY STILL MOVE: {error}. It is halted as soon as its port is back; "
                    "Ctrl-C gives up"
                )
        time.sleep(0.02)


def _see_it_stand(guard: Guard, clock: Clock) -> None:
    before: StageState | None = None
    speed_um_s = math.nan
    until_s = clock.now_s() + _STAND_WITHIN_S
    while clock.now_s() < until_s:
        after = _position(guard, clock, until_s)
        if before is not None and after is not None and after.t_s > before.t_s:
            way_um = math.hypot(*(after.position_um - before.position_um))
            speed_um_s = way_um / (after.t_s - before.t_s)
            if speed_um_s < _STANDS_BELOW_UM_S:
                return
        before = after or before
    said = "it no longer says where it is"
    if not math.isnan(speed_um_s):
        said = f"it still moves at {speed_um_s:.0f} um/s"
    raise LinkTimeoutError(f"halt was written, but the stage is not seen to stand: {said}")


def _position(guard: Guard, clock: Clock, until_s: float) -> StageState | None:
    try:
        guard.ask()
        while clock.now_s() < until_s:
            state = guard.answer()
            if state is not None:
                return state
            time.sleep(_LOOK_S)
    except (LinkTimeoutError, UnreadableError):
        pass
    return None

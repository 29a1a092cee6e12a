"""When the stage process has died: open the port anew, and halt."""

from __future__ import annotations

import time

from hardware.clock import HostClock
from hardware.errors import HardwareError
from hardware.registry import open_stage
from tracker.runtime.session_place import Session, SessionPlace
from tracker.safety.guard import Guard, stage_limits

_TRY_FOR_S = 2.0  # a dying process may hold the port for a moment


def halt_anew(place: SessionPlace, session: Session) -> None:
    """Halt the stage without its process.

    Raises:
        HardwareError: the port could not be opened: the stage may still move.
    """
    safety = session.config.safety
    limits, clock = stage_limits(safety), HostClock()
    until_s = clock.now_s() + _TRY_FOR_S
    while True:
        try:
            stage = open_stage(session.config.rig, session.rig_place(place), limits, clock)
            break
        except HardwareError:
            if clock.now_s() > until_s:
                raise
        time.sleep(0.02)
    if stage is not None:  # a guard halts the stage that it takes in charge, and when it closes
        Guard(
            stage, limits, deadman_s=safety.deadman_s, coast_s=safety.coast_s, clock=clock
        ).close()

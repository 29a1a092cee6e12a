"""The simulated parts of a rig, running as in a session but without one."""

from __future__ import annotations

import os
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from hardware.clock import HostClock
from hardware.errors import HardwareError
from hardware.registry import RigChild
from hardware.rig_place import RigPlace
from tracker.config import Config
from tracker.runtime.children import Child
from tracker.runtime.launch import calibration_of
from tracker.runtime.mailboxes import ReportInbox
from tracker.runtime.orders import Failed
from tracker.runtime.session_place import Session, make_place, remove_place

_WORLD_WAITS_S = 2.0  # to draw its first frames
_ENDS_WITHIN_S = 3.0


@contextmanager
def simulated_rig(config: Config, children: Sequence[RigChild]) -> Generator[RigPlace]:
    """Start the processes that play the rig, and end them afterwards.

    Raises:
        HardwareError: they cannot be started; or, in place of what went wrong meanwhile, what
            one of them has reported.
    """
    inbox = ReportInbox()
    crew = [Child(child) for child in children]
    session = Session(
        config=config,
        config_source="doctor",
        epoch_s=HostClock().now_s() + _WORLD_WAITS_S,
        calibration=calibration_of(config),
        folder=config.record.folder,
        supervisor=os.getpid(),
        reports_address=inbox.address,
        order_addresses={child.role: child.address for child in crew},
    )
    place = make_place(session)
    try:
        with Path(os.devnull).open("wb") as nobody:
            for child in crew:
                child.start(place, nobody)
            try:
                yield session.rig_place(place)
            except HardwareError as error:
                reported = [one for one in inbox.take(0.5) if isinstance(one, Failed)]
                raise HardwareError(reported[0].message if reported else str(error)) from error
    finally:
        for child in reversed(crew):
            child.terminate(within_s=_ENDS_WITHIN_S)
            child.close()
        inbox.close()
        remove_place(place)

"""What every child process does around its own work: be told, report, end, tidy up.

A child ends when it is told to, when it is asked to by signal, or when its supervisor has died:
the stage halts then as it does at any other end, and the last child to go removes the place.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from types import FrameType
from typing import cast

from hardware.errors import HardwareError
from hardware.opencv import explain_import_error
from hardware.platform import ParentWatch, ask_for_real_time, ignore_interrupts, is_running
from hardware.registry import RigChild, run_rig_child
from models.errors import ModelError
from tracker.errors import TrackerError
from tracker.runtime.line_place import LINES
from tracker.runtime.mailboxes import OrderInbox, ReportOutbox
from tracker.runtime.neural_place import is_neural_recorder, is_of_neural_camera, neural_name
from tracker.runtime.orders import Failed
from tracker.runtime.punctuality import PRIORITY
from tracker.runtime.session_log import LOG_FORMAT
from tracker.runtime.session_place import Role, Session, SessionPlace, read_session, remove_place

logger = logging.getLogger(__name__)

# After the supervisor's death the simulated world stays long enough for the stage to halt in it.
_RIG_OUTLIVES_BY_S = 3.0
_LOOK_EVERY_S = 0.25


def run_child(role: Role, place: SessionPlace) -> int:
    """Be one process of a session; return its exit status: 0 if it ended as it should."""
    ignore_interrupts()
    signal.signal(signal.SIGTERM, _end)
    logging.basicConfig(level=logging.INFO, format=LOG_FORMAT.format(role=role))
    session = read_session(place)
    reports = ReportOutbox(session.reports_address)
    parent = ParentWatch(session.supervisor)
    mark = place.folder / f"{role}.pid"
    mark.write_text(str(os.getpid()), encoding="ascii")
    try:
        _work(role, place, session, reports, parent)
    except (HardwareError, ModelError, TrackerError) as error:
        logger.error("%s", error)
        reports.send(Failed(role, str(error)))
        return 1
    except ImportError as error:
        advice = explain_import_error(error)
        if advice is None:
            logger.exception("import")
        reports.send(Failed(role, advice or str(error)))
        return 1
    except Exception as error:
        logger.exception("unforeseen")
        reports.send(Failed(role, f"{type(error).__name__}: {error} (a fault of the program)"))
        return 1
    finally:
        logger.info("used cpu_s=%.2f", time.process_time())
        reports.close()
        mark.unlink(missing_ok=True)
        if parent.is_gone() and not _is_anybody_left(place):
            remove_place(place)
    return 0


def _work(
    role: Role,
    place: SessionPlace,
    session: Session,
    reports: ReportOutbox,
    parent: ParentWatch,
) -> None:
    if role in {"emulator", "world"}:
        _end_after(parent)
        ask_for_real_time(PRIORITY[role])
        rig_child = cast(RigChild, role)
        run_rig_child(rig_child, session.config.rig, session.rig_place(place))
        return
    orders = OrderInbox(session.order_addresses[role])
    if role == "stage":
        from tracker.runtime.stage_process import run_stage

        run_stage(place, session, orders, reports, parent)
    elif role == "control":
        from tracker.runtime.control_process import run_control

        run_control(place, session, orders, reports, parent)
    elif role == LINES:
        from tracker.runtime.line_process import run_lines

        run_lines(place, session, orders, reports, parent)
    elif is_neural_recorder(role):
        from tracker.runtime.stream_process import run_stream_recorder

        run_stream_recorder(place, session, orders, reports, parent, name=neural_name(role))
    elif is_of_neural_camera(role):
        from tracker.runtime.neural_process import run_neural_camera

        run_neural_camera(place, session, orders, reports, parent, name=neural_name(role))
    else:
        from tracker.runtime.recorder_process import run_recorder

        run_recorder(place, session, orders, reports, parent)


def _end(number: int, frame: FrameType | None) -> None:
    """Leave by way of every `finally`, as at any other end."""
    raise SystemExit(0)


def _end_after(parent: ParentWatch) -> None:
    """End this process some time after its supervisor has died."""

    def watch() -> None:
        while not parent.is_gone():
            time.sleep(_LOOK_EVERY_S)
        time.sleep(_RIG_OUTLIVES_BY_S)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True, name="orphan").start()


def _is_anybody_left(place: SessionPlace) -> bool:
    """Say whether another child of the session still runs."""
    for mark in place.folder.glob("*.pid"):
        try:
            number = int(mark.read_text(encoding="ascii"))
        except (OSError, ValueError):  # it has just gone, or has just come
            continue
        if is_running(number):
            return True
    return False

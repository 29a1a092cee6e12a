"""Start a tracking session from config.yaml; the default is the simulated rig."""

from __future__ import annotations

import argparse
import math
import sys
from datetime import datetime
from pathlib import Path

from tracker.runtime.launch import Launch


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the configuration, how long to run, and where to record."""
    parser.add_argument(
        "config",
        metavar="CONFIG",
        type=Path,
        nargs="?",
        help="config.yaml (default: the one in this folder, else the simulated rig's)",
    )
    parser.add_argument("--duration", help="end after 30s, 5m or 1h (default: on q)")
    parser.add_argument("--out", metavar="DIR", type=Path, help="session folder; must not exist")
    parser.add_argument(
        "--no-view",
        action="store_true",
        help="accepted, and changes nothing: there is no operator's page yet",
    )


def run(arguments: argparse.Namespace) -> int:
    """Run a session and print its table; return the exit status.

    Raises:
        HardwareError, TrackerError: it cannot start; nothing was moved or recorded.
    """
    from tracker.doctor.session_room import session_room
    from tracker.runtime.launch import parse_duration, prepare

    duration: str | None = arguments.duration
    launch = prepare(
        arguments.config or default_config(),
        out=arguments.out,
        duration_s=math.inf if duration is None else parse_duration(duration),
        now=datetime.now(),
    )
    return _run_session(launch, room=session_room(launch))


def default_config() -> Path:
    """Return ./config.yaml, or the packaged one where there is none."""
    from wormlock import ROOMS

    here = Path("config.yaml")
    return here if here.is_file() else ROOMS / "config.yaml"


def _run_session(launch: Launch, *, room: str) -> int:
    from hardware.clock import HostClock
    from hardware.platform import single_keys
    from tracker.record.summary import read_summary, summary_table
    from tracker.runtime.crew import Crew
    from tracker.runtime.ending import Asked
    from tracker.runtime.nudging import KEYS as FIELD_KEYS
    from tracker.runtime.operating import ARM_KEYS, BEFORE_KEYS, FOCUS_KEYS, KEYS
    from tracker.runtime.session_log import session_log
    from tracker.runtime.status_line import Screen
    from tracker.runtime.supervisor import Supervisor

    asked = Asked()
    asked.listen()
    clock, screen = HostClock(), Screen(sys.stdout)
    screen.say(f"wormlock: {launch.config_source} -> {launch.folder}")
    screen.say(room)
    with session_log(launch.folder) as log, single_keys() as has_keys:
        supervisor = Supervisor(launch, Crew(launch, clock), screen, asked, clock)
        if has_keys:
            screen.say(KEYS)
            screen.say(FIELD_KEYS)
            if keep_s := launch.config.record.keep_s:
                screen.say(BEFORE_KEYS.format(keep_s=keep_s))
            if launch.config.arm is not None:
                screen.say(ARM_KEYS.format(line=launch.config.arm.line))
            if launch.has_focus:
                screen.say(FOCUS_KEYS)
        status = supervisor.run(log, has_keys=has_keys)
    for closed in supervisor.closed:
        screen.say(f"\n{closed.folder} ({closed.reason})\n")
        if Path(closed.summary).is_file():
            screen.say(summary_table(read_summary(Path(closed.folder))))
    return status

"""Test how the stage obeys velocities, and whether pictures and positions tell the same time."""

from __future__ import annotations

import argparse
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from tracker.commands.calibrate_rig import (
    at_the_rig,
    hand_over,
    measured_with,
    positive,
    read_config,
    speed_or,
    tell,
    today,
)

if TYPE_CHECKING:
    from tracker.calibrate.drive import Standing, Trace
    from tracker.calibrate.lateness import LatenessFit
    from tracker.calibrate.motion import MotionFit
    from tracker.config import Config, MeasuredWith
    from tracker.runtime.live_feed import LiveFeed

_TEST_UM_S, _BETWEEN_UM_S = 800.0, 300.0
_SWAY_S, _SWAY_REACH_UM, _STILL_FRAMES = 2.5, 60.0, 6


@dataclass(frozen=True, slots=True, kw_only=True)
class _Measured:
    test: Trace
    still: Standing
    sway: Trace
    believed_s: float  # the driver's own idea of command to motion
    settings: MeasuredWith


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take how far, how fast and for how long it is tested."""
    parser.add_argument("--size", type=float, default=500.0, help="of the test, um across (500)")
    parser.add_argument("--speed", type=float, help="fastest velocity of the test, um/s (800)")
    parser.add_argument("--seconds", type=float, default=5.0, help="how long it is tested (5)")


def run(arguments: argparse.Namespace) -> int:
    """Measure, say what was found, and hand the config's keys over.

    Raises:
        CalibrationError: the stage does not move as a stage does; the message says how.
    """
    from tracker.calibrate.lateness import fit_lateness, seen_shifts
    from tracker.calibrate.motion import fit_motion
    from tracker.calibrate.telling import motion_text

    config, source = read_config(arguments)
    speed_um_s = speed_or(arguments.speed, _TEST_UM_S, config)
    size_um = positive(arguments.size, "--size")
    seconds = positive(arguments.seconds, "--seconds")

    def measure(feed: LiveFeed) -> _Measured:
        return _measure(feed, config, size_um=size_um, speed_um_s=speed_um_s, seconds=seconds)

    measured = at_the_rig(config, source, measure)
    motion = fit_motion(measured.test.sent, measured.test.states)
    seen = seen_shifts(measured.still.images, measured.sway.frames)
    lateness = fit_lateness(seen, measured.sway.states)
    in_hand_s = _in_hand_s(measured.sway, lateness)
    print(motion_text(motion, lateness, believed_s=measured.believed_s, in_hand_s=in_hand_s))
    keys = _stage_keys(config, motion, measured.believed_s)
    if arguments.out is None:
        if keys:
            return hand_over(arguments, {"rig": {"stage": keys}})
        print(f"\nrig.stage.kind is {config.rig.stage.kind}: it has no keys for what was found")
        return 0
    found: dict[str, object] = {"measured_on": today(), **asdict(motion)}
    found |= {f"picture_{name}": value for name, value in asdict(lateness).items()}
    found |= {"picture_in_hand_s": in_hand_s, "measured_with": measured.settings.model_dump()}
    return hand_over(arguments, {"delay": found, "rig": {"stage": keys} if keys else None})


def _measure(
    feed: LiveFeed, config: Config, *, size_um: float, speed_um_s: float, seconds: float
) -> _Measured:
    from tracker.calibrate.drive import Drive
    from tracker.calibrate.trial import creep, pseudo_random, run_trial, sway

    period_s = feed.period_s
    test = pseudo_random(
        seconds=seconds, period_s=period_s, speed_um_s=speed_um_s, reach_um=size_um / 2.0
    )
    drive = Drive(feed, speed_um_s=min(_BETWEEN_UM_S, speed_um_s), tell=tell)
    drive.check_room(max(size_um / 2.0, _SWAY_REACH_UM))
    tell("creeping, to see the velocity's unit")
    creep(drive, period_s=period_s)
    drive.go(drive.start_um)
    tell(f"short velocities for {seconds:.0f} s")
    tested = run_trial(drive, test, is_seen=False)
    believed_s = feed.command_delay_s
    tell("swaying before the camera")
    still = drive.look(_STILL_FRAMES)
    reach_um = min(_SWAY_REACH_UM, size_um / 2.0)
    swayed = run_trial(
        drive, sway(seconds=_SWAY_S, period_s=period_s, reach_um=reach_um), is_seen=True
    )
    return _Measured(
        test=tested,
        still=still,
        sway=swayed,
        believed_s=believed_s,
        settings=measured_with(config, feed.shape),
    )


def _in_hand_s(sway: Trace, lateness: LatenessFit) -> float:
    """Return seconds from the true mid-exposure to the picture in our hands."""
    import numpy as np

    waits_s = [frame.received_s - frame.t_s for frame in sway.frames]
    return float(np.median(waits_s)) - lateness.lateness_s


def _stage_keys(config: Config, motion: MotionFit, believed_s: float) -> dict[str, float]:
    """Return the keys of the stage's section that were measured, if it has them."""
    stage = config.rig.stage
    keys: dict[str, float] = {}
    unit_um_s: object = getattr(stage, "velocity_unit_um_s", None)
    if isinstance(unit_um_s, float):
        keys["velocity_unit_um_s"] = float(f"{unit_um_s * motion.unit_ratio:.5g}")
    lag_s: object = getattr(stage, "servo_lag_s", None)
    if isinstance(lag_s, float):
        keys["servo_lag_s"] = round(max(0.0, lag_s + motion.delay_s - believed_s), 5)
    return keys

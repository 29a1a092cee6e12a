"""Drive a small pattern, see by how much the picture shifts, and fit the matrix of the two."""

from __future__ import annotations

import argparse
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
    from tracker.calibrate.stage import Places
    from tracker.config import MeasuredWith
    from tracker.runtime.live_feed import LiveFeed

_HARMLESS_UM_S = 300.0
_USABLE_AS = ": name it in config.yaml as `calibration: {{kind: file, path: {out}}}`"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take how far, how fast and how often it is looked."""
    parser.add_argument("--size", type=float, default=120.0, help="of the pattern, um across (120)")
    parser.add_argument("--speed", type=float, help="between its places, um/s (300)")
    parser.add_argument("--frames", type=int, default=6, help="pictures at each place (6)")


def run(arguments: argparse.Namespace) -> int:
    """Measure, and hand the `calibration` section over.

    Raises:
        CalibrationError: the fit is not to be trusted; the message says why.
    """
    from tracker.calibrate.drive import Drive
    from tracker.calibrate.sections import with_matrix
    from tracker.calibrate.stage import matrix_from, visit
    from tracker.calibrate.telling import matrix_text
    from tracker.runtime.launch import calibration_or_guess

    size_um = positive(arguments.size, "--size")
    frames = int(positive(arguments.frames, "--frames"))
    config, source = read_config(arguments)
    speed_um_s = speed_or(arguments.speed, _HARMLESS_UM_S, config)

    def measure(feed: LiveFeed) -> tuple[Places, MeasuredWith]:
        drive = Drive(feed, speed_um_s=speed_um_s, tell=tell)
        return visit(drive, size_um=size_um, frames=frames), measured_with(config, feed.shape)

    places, settings = at_the_rig(config, source, measure)
    known = calibration_or_guess(config, (settings.rows, settings.columns))
    fit = matrix_from(places, size_um=size_um)
    print(matrix_text(fit, known))
    section = with_matrix(known, fit, today=today(), measured_with=settings)
    return hand_over(arguments, {"calibration": section.model_dump()}, usable_as=_USABLE_AS)

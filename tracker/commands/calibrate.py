"""Measure how picture, stage, plate and confocal belong together, and how quick the stage is."""

from __future__ import annotations

import argparse
import sys

from tracker.commands import (
    calibrate_delay,
    calibrate_field,
    calibrate_plane,
    calibrate_plate,
    calibrate_stage,
)
from tracker.commands.calibrate_rig import add_common_arguments
from tracker.errors import CalibrationError

_PARTS = {
    "stage": (
        calibrate_stage,
        "the 2x2 matrix of picture and stage, from a small pattern of moves",
    ),
    "delay": (calibrate_delay, "velocity unit, acceleration and delays, from short test moves"),
    "field": (calibrate_field, "where the confocal looks, from points that both cameras see"),
    "plane": (calibrate_plane, "the tilt of the agar, from points that are in focus"),
    "plate": (calibrate_plate, "travel limits, from points on the plate's rim"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take what to calibrate, and each one's options."""
    parts = parser.add_subparsers(dest="part", required=True, metavar="PART")
    for name, (module, title) in _PARTS.items():
        part = parts.add_parser(name, help=title, description=module.__doc__)
        add_common_arguments(part)
        module.add_arguments(part)


def run(arguments: argparse.Namespace) -> int:
    """Measure, print what was found, and return the exit status: 1 where it is not to be trusted.

    Raises:
        HardwareError, TrackerError: it cannot be measured.
    """
    from tracker.calibrate.sections import check_out

    check_out(arguments.out, may_replace=arguments.replace)
    module, _ = _PARTS[arguments.part]
    try:
        return module.run(arguments)
    except CalibrationError as error:
        print(f"wormlock calibrate {arguments.part}: refused: {error}", file=sys.stderr)
        return 1

"""Find the confocal's field in the tracking picture from points that both cameras see."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tracker.commands.calibrate_rig import hand_over, read_config, today
from tracker.errors import UsageError

if TYPE_CHECKING:
    from tracker.calibrate.points import Table
    from tracker.config import Config, MeasuredCalibration

_CONFOCAL = ("confocal_x_px", "confocal_y_px")
_OTHERS = ("tracking_x_px", "tracking_y_px", "stage_x_um", "stage_y_um")
_USABLE_AS = ": name it in config.yaml as `calibration: {{kind: file, path: {out}}}`"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take points, in a file or one by one, and the size of the confocal's picture."""
    parser.add_argument(
        "--points", type=Path, metavar="CSV",
        help="columns tracking_x_px, tracking_y_px, confocal_x_px, confocal_y_px; for one bead "
        "that the stage moves also stage_x_um, stage_y_um, and then tracking_* once suffices",
    )  # fmt: skip
    parser.add_argument(
        "--point", action="append", default=[], nargs=4, type=float,
        metavar=("TX", "TY", "CX", "CY"),
        help="a point, in px of the tracking picture and of the confocal's; repeatable",
    )  # fmt: skip
    parser.add_argument(
        "--confocal", nargs=2, type=int, metavar=("COLUMNS", "ROWS"),
        help="size of the confocal's picture, px",
    )  # fmt: skip
    parser.add_argument(
        "--centre", nargs=2, type=float, metavar=("TX", "TY"),
        help="instead: where the tracking camera sees a bead that stands in the confocal's "
        "centre; size and rotation of the field stay as they are",
    )  # fmt: skip


def run(arguments: argparse.Namespace) -> int:
    """Fit, say what was found, and hand the `calibration` section over.

    Raises:
        CalibrationError: the points do not tell where the field is; the message says why.
    """
    from tracker.calibrate.field import fit_field, tracking_from_stage
    from tracker.calibrate.points import finite
    from tracker.calibrate.sections import with_field
    from tracker.calibrate.telling import field_text

    config, _ = read_config(arguments)
    known = _known(config)
    if arguments.centre is not None:
        x, y = finite(arguments.centre, option="--centre")
        return _hand_over_centre(arguments, known, (x, y))
    if arguments.confocal is None:
        raise UsageError("--confocal COLUMNS ROWS is needed: the size of the confocal's picture")
    columns, rows = arguments.confocal
    if columns < 1 or rows < 1:
        raise UsageError(f"--confocal: expected two sizes in px, got {columns} {rows}")
    table = _table(arguments)
    matrix = np.array(known.stage_from_image_um_per_px)
    tracking_px = table[:, 2:4]
    if np.isfinite(table[:, 4:6]).all() and len(table):
        tracking_px = tracking_from_stage(table[:, 4:6], tracking_px, matrix)
    elif not np.isfinite(tracking_px).all():
        raise UsageError(
            "a point has no place in the tracking picture: give all of them, or stage_x_um and "
            "stage_y_um of every point"
        )
    fit = fit_field(
        tracking_px,
        table[:, :2],
        confocal_shape=(rows, columns),
        stage_from_image=matrix,
    )
    print(field_text(fit, np.array(known.target_px), matrix))
    section = with_field(known, fit, today=today())
    return hand_over(arguments, {"calibration": section.model_dump()}, usable_as=_USABLE_AS)


def _known(config: Config) -> MeasuredCalibration:
    from tracker.calibrate.sections import as_measured
    from tracker.config import MeasuredCalibration
    from tracker.runtime.launch import calibration_of

    if isinstance(config.calibration, MeasuredCalibration):
        return config.calibration
    return as_measured(calibration_of(config), today=today())


def _table(arguments: argparse.Namespace) -> Table:
    """Return rows of confocal, tracking and stage coordinates, (n, 6); NaN where not given."""
    from tracker.calibrate.points import finite, read_points

    given: list[list[float]] = arguments.point
    if (arguments.points is None) == (not given):
        raise UsageError("give points by --points CSV or by --point TX TY CX CY, or --centre TX TY")
    if arguments.points is not None:
        return read_points(arguments.points, needed=_CONFOCAL, optional=_OTHERS)
    places = np.array([finite(point, option="--point") for point in given])
    return np.column_stack([places[:, 2:], places[:, :2], np.full((len(places), 2), np.nan)])


def _hand_over_centre(
    arguments: argparse.Namespace, known: MeasuredCalibration, centre_px: tuple[float, float]
) -> int:
    moved_px = np.array(centre_px) - np.array(known.target_px)
    moved_um = np.array(known.stage_from_image_um_per_px) @ moved_px
    x, y = centre_px
    print(
        f"  centre           ({x:.1f}, {y:.1f}) px, {np.hypot(*moved_um):.1f} um from "
        "where it was; size and rotation stay"
    )
    section = known.model_copy(update={"target_px": centre_px, "field_measured_on": today()})
    return hand_over(arguments, {"calibration": section.model_dump()}, usable_as=_USABLE_AS)

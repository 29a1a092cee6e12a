"""Find today's travel limits from points on the plate's rim."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tracker.commands.calibrate_rig import (
    at_the_rig,
    given_points,
    hand_over,
    positive,
    read_config,
    tell,
    today,
)
from tracker.errors import UsageError

if TYPE_CHECKING:
    from hardware.types import Vec2
    from tracker.runtime.live_feed import LiveFeed

_KEYS = "r: a rim point here  l: the load position here  u: take the last rim point back  q: done"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take rim points: given, from a file, or marked at the stage."""
    parser.add_argument(
        "--rim", action="append", default=[], nargs=2, type=float, metavar=("X", "Y"),
        help="a point on the rim, in stage um; three or more, all around",
    )  # fmt: skip
    parser.add_argument("--points", type=Path, metavar="CSV", help="columns x_um, y_um instead")
    parser.add_argument(
        "--live", action="store_true", help="mark them at the stage instead, by keys"
    )
    parser.add_argument(
        "--load", nargs=2, type=float, metavar=("X", "Y"),
        help="where the plate is loaded, in stage um",
    )  # fmt: skip
    parser.add_argument("--margin", type=float, default=1000.0, help="inside the rim, um (1000)")


def run(arguments: argparse.Namespace) -> int:
    """Fit, say what was found, and hand the `safety` section over.

    Raises:
        CalibrationError: the points tell no rim; the message says why.
    """
    from tracker.calibrate.plate import fit_plate
    from tracker.calibrate.points import finite
    from tracker.calibrate.telling import plate_text

    margin_um = positive(arguments.margin, "--margin")
    load_um = None
    if arguments.load is not None:
        load_um = np.array(finite(arguments.load, option="--load"))
    config, source = read_config(arguments)
    rim_um = given_points(
        arguments, arguments.rim, option="--rim X Y", columns=("x_um", "y_um"), what="rim points"
    )
    if rim_um is None:
        rim_um, marked_um = at_the_rig(config, source, _mark)
        load_um = marked_um if marked_um is not None else load_um
    fit = fit_plate(rim_um, margin_um=margin_um)
    print(plate_text(fit, load_um))
    section = config.safety.model_dump() | {
        "lower_um": np.ceil(fit.lower_um).tolist(),
        "upper_um": np.floor(fit.upper_um).tolist(),
    }
    words: dict[str, object] = {"safety": section}
    if arguments.out is not None:
        words["plate"] = {
            "measured_on": today(),
            "centre_um": np.round(fit.centre_um, 1).tolist(),
            "radius_um": round(fit.radius_um, 1),
            "residual_um": round(fit.residual_um, 1),
            "load_um": None if load_um is None else np.round(load_um, 1).tolist(),
        }
    return hand_over(arguments, words)


def _mark(feed: LiveFeed) -> tuple[NDArray[np.float64], Vec2 | None]:
    """Let the operator drive by joystick and mark places by keys; nothing is moved by us."""
    from hardware.platform import pressed_keys, single_keys
    from tracker.calibrate.marking import Marks

    marks = Marks()
    with single_keys() as has_keys:
        if not has_keys:
            raise UsageError("--live needs a terminal to press keys in; else give --rim X Y")
        tell(_KEYS)
        while not marks.is_done:
            feed.next_frame(is_wanted=False)
            for state in feed.positions():
                marks.see(state.position_um)
            for line in marks.press(pressed_keys()):
                tell(line)
    return np.array(marks.rim_um).reshape(-1, 2), marks.load_um

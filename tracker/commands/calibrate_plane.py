"""Find the tilt of the agar from points that were marked in focus."""

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
    from tracker.config import Config
    from tracker.focus_config import Point
    from tracker.runtime.live_feed import LiveFeed

_KEYS = "PageUp or +, PageDown or -: focus  f: in focus here  u: take the last point back  q: done"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take points in focus: given, from a file, or marked at the rig."""
    parser.add_argument(
        "--at", action="append", default=[], nargs=3, type=float, metavar=("X", "Y", "Z"),
        help="a point in focus: x and y of the stage, z of the focus drive, um; three or more",
    )  # fmt: skip
    parser.add_argument(
        "--points", type=Path, metavar="CSV",
        help="columns x_um, y_um, z_um instead: focus_points.csv of a session",
    )  # fmt: skip
    parser.add_argument("--live", action="store_true", help="mark them at the rig instead, by keys")
    parser.add_argument(
        "--most-residual", type=float, metavar="UM",
        help="how far a point may lie off the plane (focus.most_residual_um)",
    )  # fmt: skip


def run(arguments: argparse.Namespace) -> int:
    """Fit, say what was found, and hand the section `focus` over.

    Raises:
        CalibrationError: the points are on no plane; the message says why.
    """
    from tracker.calibrate.focus_plane import fit_plane
    from tracker.calibrate.telling import plane_text

    config, source = read_config(arguments)
    given_um = given_points(
        arguments,
        arguments.at,
        option="--at X Y Z",
        columns=("x_um", "y_um", "z_um"),
        what="points",
    )
    most_um = config.focus.most_residual_um
    if arguments.most_residual is not None:
        most_um = positive(arguments.most_residual, "--most-residual")
    points_um = _at_the_rig(config, source) if given_um is None else given_um
    fit = fit_plane(points_um, most_residual_um=most_um)
    print(plane_text(fit))
    points = [[round(x, 1), round(y, 1), round(z, 2)] for x, y, z in points_um.tolist()]
    if arguments.out is None:
        return hand_over(arguments, {"focus": {"follow": "plane", "points_um": points}})
    words = {"focus_plane": {"points_um": points, "measured_on": today()}}
    return hand_over(
        arguments, words, usable_as=": used by `focus: {{follow: plane, file: {out}}}`"
    )


def _at_the_rig(config: Config, source: str) -> NDArray[np.float64]:
    if config.rig.focus.kind == "none":
        raise UsageError(f"{source}: rig.focus names no drive: give points by --at X Y Z")
    jog_um = config.focus.jog_um
    return np.array(at_the_rig(config, source, lambda feed: _mark(feed, jog_um)))


def _mark(feed: LiveFeed, jog_um: float) -> list[Point]:
    """Let the operator drive by joystick, focus and mark; only the focus is moved by us."""
    from hardware.platform import pressed_keys, single_keys
    from tracker.runtime.orders import JogFocus, MarkFocus

    with single_keys() as has_keys:
        if not has_keys:
            raise UsageError("--live needs a terminal to press keys in; else give --at X Y Z")
        tell(_KEYS)
        while True:
            feed.next_frame(is_wanted=False)
            for key in pressed_keys().lower():
                if key == "q":
                    return [(mark.x_um, mark.y_um, mark.z_um) for mark in feed.marked]
                if key == "u" and feed.marked:
                    feed.marked.pop()
                    tell(f"{len(feed.marked)} points are left")
                if key == "f":
                    feed.order(MarkFocus())
                if key in "+=-_":
                    feed.order(JogFocus(jog_um if key in "+=" else -jog_um))

"""Write frames of a scenario as pictures, the stage riding with the head, with their keypoints."""

from __future__ import annotations

import argparse
import csv
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hardware.types import Calibration, GreyImage, Vec2
from tracker.errors import RecordingError, UsageError
from tracker.export.picture_folder import TABLE_FILE
from tracker.geometry import field_corners_px

if TYPE_CHECKING:
    from hardware.sim.view import ScenarioView

_COLUMNS = (
    "file",
    "t_s",
    "stage_x_um",
    "stage_y_um",
    "nose_x_px",
    "nose_y_px",
    "metacorpus_x_px",
    "metacorpus_y_px",
    "terminal_bulb_x_px",
    "terminal_bulb_y_px",
    "head_x_px",
    "head_y_px",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the scenario and where its frames go."""
    parser.add_argument("scenario", help="the name of a shipped scenario, or a scenario file")
    parser.add_argument("--out", type=Path, required=True, help="folder for the pictures")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--frames", type=int, default=8, help="how many (default 8)")
    parser.add_argument("--every", type=float, default=1.0, help="seconds between (default 1)")
    parser.add_argument("--from", dest="from_s", type=float, default=1.0, help="first time in s")
    parser.add_argument(
        "--overlay", action="store_true", help="draw keypoints, head and the confocal's field"
    )
    parser.add_argument(
        "--overwrite",
        action="store_true",
        help="replace the pictures that an earlier run wrote into that folder",
    )


def _check(arguments: argparse.Namespace) -> None:
    """Refuse what cannot be drawn, before anything is written."""
    every_s: float = arguments.every
    if arguments.frames < 1:
        raise UsageError(f"--frames {arguments.frames}: expected 1 or more")
    if arguments.seed < 0:
        raise UsageError(f"--seed {arguments.seed}: expected 0 or more")
    if not (math.isfinite(every_s) and every_s > 0.0 and math.isfinite(arguments.from_s)):
        raise UsageError(
            f"--every {every_s:g} --from {arguments.from_s:g}: expected seconds, --every above 0"
        )


def run(arguments: argparse.Namespace) -> int:
    """Write PNG files and keypoints.csv."""
    from hardware.sim.scenario import load_scenario
    from hardware.sim.view import ScenarioView
    from hardware.strict_yaml import named_by
    from tracker.export.picture_folder import picture_folder

    _check(arguments)
    out: Path = arguments.out
    scenario = load_scenario(arguments.scenario)
    with named_by(arguments.scenario):
        view = ScenarioView(scenario, arguments.seed)
    names = [f"{index:05d}.png" for index in range(arguments.frames)]
    with picture_folder(out, names, _COLUMNS, overwrite=arguments.overwrite) as aside:
        _draw(view, names, aside, arguments)
    print(f"{len(names)} frames and {TABLE_FILE} in {out}")
    return 0


def _draw(
    view: ScenarioView, names: Sequence[str], folder: Path, arguments: argparse.Namespace
) -> None:
    import cv2

    with (folder / TABLE_FILE).open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(_COLUMNS)
        for index, name in enumerate(names):
            t_s = arguments.from_s + index * arguments.every
            stage_um = np.nan_to_num(view.head_um(t_s))
            image = view.frame(t_s, stage_um, frame_index=index)
            points_px = view.to_image_px(view.keypoints_um(t_s), stage_um)
            head_px = view.to_image_px(view.head_um(t_s), stage_um)
            places = [*stage_um, *points_px.ravel(), *head_px]
            table.writerow([name, f"{t_s:.6f}", *(f"{place:.3f}" for place in places)])
            if arguments.overlay:
                picture = _overlaid(image, points_px, head_px, view.calibration)
            else:
                picture = image
            if not cv2.imwrite(str(folder / name), picture):
                raise RecordingError(f"{arguments.out / name} cannot be written: is the disk full?")


def _overlaid(
    image: GreyImage, points_px: NDArray[np.float64], head_px: Vec2, calibration: Calibration
) -> NDArray[np.uint8]:
    """Draw nose, metacorpus and bulb (red, green, blue), the head (cross), the field (yellow)."""
    import cv2

    picture = np.asarray(cv2.cvtColor(image, cv2.COLOR_GRAY2BGR), np.uint8)
    corners = field_corners_px(calibration)
    cv2.polylines(picture, [_sixteenths(corners)], True, (0, 210, 230), 1, cv2.LINE_AA, 4)
    if not np.isfinite(points_px).all():
        return picture
    for point, colour in zip(
        points_px, ((60, 60, 240), (60, 200, 60), (240, 110, 60)), strict=True
    ):
        x, y = _sixteenths(point).tolist()
        cv2.circle(picture, (x, y), 6 * 16, colour, 1, cv2.LINE_AA, 4)
    x, y = np.rint(head_px).astype(int).tolist()
    cv2.drawMarker(picture, (x, y), (0, 210, 230), cv2.MARKER_CROSS, 11, 1, cv2.LINE_AA)
    return picture


def _sixteenths(points_px: NDArray[np.float64]) -> NDArray[np.int32]:
    """Return places in OpenCV's fixed point."""
    return np.rint(points_px * 16.0).astype(np.int32)

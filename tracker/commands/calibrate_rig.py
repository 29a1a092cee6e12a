"""What the parts of `wormlock calibrate` share: config, rig, and handing the result over."""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from tracker.errors import UsageError

if TYPE_CHECKING:
    from tracker.calibrate.sections import Words
    from tracker.config import Config, MeasuredWith
    from tracker.runtime.live_feed import LiveFeed

_Result = TypeVar("_Result")


def add_common_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the configuration, and where what was found is written."""
    parser.add_argument(
        "config", metavar="CONFIG", type=Path, nargs="?",
        help="config.yaml (default: as for `run`)",
    )  # fmt: skip
    parser.add_argument("--out", type=Path, metavar="FILE", help="write what was found here")
    parser.add_argument("--replace", action="store_true", help="write over an older FILE")
    parser.add_argument(
        "--scenario", metavar="NAME", help="a simulated rig's world, instead of the config's"
    )


def read_config(arguments: argparse.Namespace) -> tuple[Config, str]:
    """Return the configuration and its name.

    Raises:
        ConfigError: it cannot mean anything.
        UsageError: a scenario was named for a rig that is not simulated.
    """
    from tracker.commands.run import default_config
    from tracker.config import load_config
    from tracker.named_files import load_whole_config

    file: Path = arguments.config or default_config()
    if arguments.scenario is None:
        return load_whole_config(file), str(file)
    config = load_config(file)
    if config.rig.simulation is None:
        raise UsageError(f"--scenario {arguments.scenario}: {file} describes no simulated rig")
    world = config.rig.simulation.model_copy(update={"scenario": arguments.scenario})
    rig = config.rig.model_copy(update={"simulation": world})
    return config.model_copy(update={"rig": rig}), str(file)


def positive(value: float, option: str) -> float:
    """Return a number that must be positive.

    Raises:
        UsageError: it is not.
    """
    if not (value > 0.0 and math.isfinite(value)):
        raise UsageError(f"{option}: expected more than 0, got {value:g}")
    return value


def given_points(
    arguments: argparse.Namespace,
    points: Sequence[Sequence[float]],
    *,
    option: str,
    columns: tuple[str, ...],
    what: str,
) -> NDArray[np.float64] | None:
    """Return the points of an option or of the file of `--points`; None: marked by `--live`.

    Raises:
        UsageError: it is none of the three, several of them, or a number that is none.
        CalibrationError: the file does not hold them.
    """
    from tracker.calibrate.points import finite, read_points

    if sum((bool(points), arguments.points is not None, arguments.live)) != 1:
        raise UsageError(f"give {what} by {option} (repeated), by --points CSV, or by --live")
    if arguments.live:
        return None
    if arguments.points is not None:
        return read_points(arguments.points, needed=columns)
    return np.array([finite(point, option=option.split(maxsplit=1)[0]) for point in points])


def speed_or(asked_um_s: float | None, harmless_um_s: float, config: Config) -> float:
    """Return the speed that was asked for; else a harmless one that the limits allow.

    Raises:
        UsageError: more was asked for than the limits allow.
    """
    most_um_s = config.safety.max_speed_um_s
    if asked_um_s is None:
        return min(harmless_um_s, most_um_s)
    if not 0.0 < asked_um_s <= most_um_s:
        raise UsageError(
            f"--speed: expected more than 0 and at most {most_um_s:g} um/s "
            f"(safety.max_speed_um_s), got {asked_um_s:g}"
        )
    return asked_um_s


def at_the_rig(config: Config, source: str, measure: Callable[[LiveFeed], _Result]) -> _Result:
    """Open the rig, measure, and close it; the stage stands afterwards, whatever happens.

    Raises:
        HardwareError, TrackerError: it cannot be opened, or not measured.
    """
    from tracker.runtime.ending import Asked
    from tracker.runtime.live_feed import calibration_launch, live_feed

    asked = Asked()
    launch = calibration_launch(config, source)
    asked.listen()
    with live_feed(launch, asked, tell) as feed:
        return measure(feed)


def measured_with(config: Config, shape: tuple[int, int]) -> MeasuredWith:
    """Return the camera settings that a calibration holds for."""
    from tracker.config import MeasuredWith

    camera = config.rig.camera
    exposure_s: object = getattr(camera, "exposure_s", None)
    rows, columns = shape
    return MeasuredWith(
        camera=camera.kind,
        rows=rows,
        columns=columns,
        exposure_s=exposure_s if isinstance(exposure_s, float) else None,
    )


def hand_over(arguments: argparse.Namespace, words: Words, *, usable_as: str = "") -> int:
    """Print what was found as YAML to paste, or write it to `--out`; return the exit status."""
    from tracker.calibrate.sections import as_yaml, write_yaml

    text = as_yaml(words)
    out: Path | None = arguments.out
    if out is None:
        print(f"\n{text}", end="")
        return 0
    write_yaml(out, text)
    print(f"\n{out}{usable_as.format(out=out)}")
    return 0


def tell(line: str) -> None:
    """Say on the side how far it is."""
    print(f"  {line}", file=sys.stderr)


def today() -> date:
    """Return today's date, for the record."""
    return datetime.now().date()

"""Say what more labelled frames would bring: train on some, on more, on most, and compare.

Each time once from a trained network and once from nothing but those frames, judged on frames
held out. The table grows while it works: a call that was broken off goes on.
"""

from __future__ import annotations

import argparse
import importlib.util
import math
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.errors import MissingExtraError, UsageError

if TYPE_CHECKING:
    from models.train.curve import Material, Point

_COUNTS = [10, 30, 100, 300]
_MOST_FOLDS = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    from tracker.commands.label_files import FILES_HELP, add_reading_options

    parser.add_argument("labels", nargs="+", metavar="LABELS", help=FILES_HELP)
    add_reading_options(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument(
        "--counts",
        type=int,
        nargs="+",
        default=_COUNTS,
        metavar="N",
        help="how many frames to train on (default: 10 30 100 300)",
    )
    parser.add_argument("--folds", type=int, default=3, metavar="K", help="parts held out in turn")
    parser.add_argument(
        "--minutes", type=float, default=5.0, help="of the processor, each training (default: 5)"
    )
    parser.add_argument(
        "--from", dest="start", default="shipped", metavar="MODEL", help="begin with it"
    )
    parser.add_argument(
        "--frames", type=int, default=400, metavar="N", help="rendered ones mixed in (default: 400)"
    )
    parser.add_argument("--seed", type=int, default=1)


def run(arguments: argparse.Namespace) -> int:
    """Train, compare, write, and return 0.

    Raises:
        UsageError: an option cannot mean anything.
        MissingExtraError: PyTorch or matplotlib is not installed.
        ModelError: labels are faulty, or too few for what was asked.
    """
    _check(arguments)
    from models.train.curve import CurvePlan, trace_curve
    from models.train.curve_table import (
        PLOT_FILE,
        TABLE_FILE,
        lines,
        meaning,
        read_points,
        write_plot,
        write_points,
    )

    plan = CurvePlan(
        counts=sorted(set(arguments.counts)),
        folds=arguments.folds,
        minutes=arguments.minutes,
        seed=arguments.seed,
    )
    table: Path = arguments.out / TABLE_FILE
    points = read_points(table, plan)

    def tell(point: Point) -> None:
        points.append(point)
        write_points(table, plan, points)
        print(
            f"{point.way.value}, {point.frames} frames, part {point.fold + 1}: found "
            f"{point.found:.1%}, {point.steps} steps",
            flush=True,
        )

    trace_curve(_material(arguments), plan, known=tuple(points), tell=tell)
    write_plot(arguments.out / PLOT_FILE, points)
    print(*lines(points), "", meaning(points), arguments.out / PLOT_FILE, sep="\n")
    return 0


def _check(arguments: argparse.Namespace) -> None:
    if arguments.images is None:
        raise UsageError("--images: name the folder of the labelled pictures")
    if not 0.0 < arguments.minutes < math.inf:
        raise UsageError(f"--minutes {arguments.minutes:g}: expected more than 0")
    if not 2 <= arguments.folds <= _MOST_FOLDS:
        raise UsageError(f"--folds {arguments.folds}: expected 2 to {_MOST_FOLDS}")
    if min(arguments.counts) < 5:
        raise UsageError(f"--counts {min(arguments.counts)}: expected 5 frames or more")
    if arguments.frames < 1 or arguments.seed < 0:
        raise UsageError("--frames: expected 1 or more, and --seed 0 or more")
    for package, extra in (("torch", "train"), ("matplotlib", "report")):
        if importlib.util.find_spec(package) is None:
            raise MissingExtraError(f"this needs {package}: pip install 'wormlock[{extra}]'")
    try:
        arguments.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"--out {arguments.out}: cannot be made: {error.strerror}") from error


def _material(arguments: argparse.Namespace) -> Material:
    """Read labels and pictures, and draw what is mixed in."""
    import cv2
    import torch

    from hardware.sim.training_frames import training_frames
    from models.labels.consensus import find_consensus
    from models.train.checkpoint import read_network
    from models.train.curve import Material
    from models.train.frames import collect_frames
    from models.train.lab_frames import read_every_frame
    from tracker.commands.label_files import read_labels

    torch.set_num_threads(1)  # so that a minute of the processor is one
    cv2.setNumThreads(1)
    start = read_network(arguments.start)
    labels = find_consensus(read_labels(arguments.labels, arguments)).labels()
    frames, recordings = read_every_frame(labels, arguments.images)
    rendered = collect_frames(
        training_frames(arguments.seed, hard=True),
        arguments.frames,
        arguments.out / "frames",
        recipe=f"rendered, other looks, seed {arguments.seed}",
        tell=lambda done: None,
    )
    return Material(frames=frames, recordings=recordings, rendered=rendered, start=start)

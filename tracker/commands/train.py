"""Train the head detector on rendered frames or on your own, and say how good it has become.

Frames, state, model and figures are kept in --out: a training that was stopped (Ctrl-C keeps
what was learned) goes on when the same command is given again with more minutes.
"""

from __future__ import annotations

import argparse
import importlib.util
import math
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.errors import MissingExtraError, UsageError

if TYPE_CHECKING:
    from models.detection import Detector
    from models.train.course import Plan, Sources
    from models.train.frames import LabelledFrame
    from models.train.lab_frames import LabFrames
    from models.train.network import HeadNetwork
    from models.train.report import Report

_NEEDED = ("torch", "onnx", "onnxscript")
_LINE_EVERY_S = 15.0
_BAR_CELLS = 24
_LEAST_SIZE, _MOST_SIZE = 0.75, 1.35  # scales at which the network is shown its frames
_UM_PER_PX = (0.95, 1.7)  # rendered at 1.26
_MOST_NETWORKS = 20
_FRAMES, _MINUTES = (3000, 400), (20.0, 10.0)  # without labels, with them


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    from tracker.commands.label_files import FILES_HELP, add_reading_options

    parser.add_argument("labels", nargs="*", metavar="LABELS", help=FILES_HELP)
    add_reading_options(parser)
    parser.add_argument("--out", type=Path, default=Path("trained"), metavar="DIR")
    parser.add_argument(
        "--from", dest="start", metavar="MODEL", help="begin with it: shipped, or a trained one"
    )
    parser.add_argument(
        "--um-per-px", type=float, help="of the labelled pictures; without it adults are assumed"
    )
    parser.add_argument(
        "--frames", type=int, help="frames to draw and learn from: 3000, or 400 beside LABELS"
    )
    parser.add_argument(
        "--minutes", type=float, help="of training, of each network: 20, or 10 on LABELS"
    )
    parser.add_argument(
        "--ensemble",
        type=int,
        default=1,
        metavar="K",
        help="train K networks, see where they disagree, and teach one by all of them",
    )
    parser.add_argument(
        "--unlabelled",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="pictures without labels, of the scale of the labelled ones, to teach that one by",
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1, help="processor cores to use")


def run(arguments: argparse.Namespace) -> int:
    """Train, export and judge.

    Raises:
        UsageError: an option cannot mean anything.
        MissingExtraError: PyTorch or the exporter is not installed.
        ModelError: labels are faulty, the training cannot be had, or its outcome is not sound.
    """
    _check(arguments)
    from models.train.checkpoint import read_network
    from models.train.course import Listener, Plan, open_beginning, run_course

    has_labels = bool(arguments.labels)
    plan = Plan(
        frames=arguments.frames or _FRAMES[has_labels],
        minutes=arguments.minutes or _MINUTES[has_labels],
        seed=arguments.seed,
        threads=arguments.threads,
    )
    start = read_network(arguments.start) if arguments.start else None
    began = open_beginning(arguments.start) if arguments.start else None
    if start is not None and began is None:
        print(f"note: {arguments.start}: no manifest beside it, so it is not judged with the new")
    sources = _sources(arguments.seed, _lab(arguments) if has_labels else None, arguments)
    if arguments.ensemble > 1:
        return _train_ensemble(sources, plan, start, began, arguments)
    listener = Listener(tell=_Teller().tell)
    reports = run_course(sources, arguments.out, plan, listener=listener, start=start, began=began)
    print()
    for kind, report in reports.items():
        print(f"held-out {kind} frames:", *report.lines(), sep="\n  ")
        _explain(report)
        print(f"pictures of the worst of them: {arguments.out / f'worst_{kind}.png'}")
    print(f"model: {arguments.out / sources.name}.yaml")
    return 0


def _explain(report: Report) -> None:
    """Say in plain words what a report means, and what to do next."""
    from models.train.report_words import statements

    for said in statements(report):
        print(f"\n{said.title}: {said.figure}")
        print(textwrap.fill(said.meaning, 88, initial_indent="  ", subsequent_indent="  "))
        if said.todo:
            print(textwrap.fill(said.todo, 88, initial_indent="  -> ", subsequent_indent="     "))
    print()


def _train_ensemble(
    sources: Sources,
    plan: Plan,
    start: HeadNetwork | None,
    began: Detector | None,
    arguments: argparse.Namespace,
) -> int:
    """Train several networks and the one that they teach, and tell how they compare."""
    from models.train.course import Listener
    from models.train.ensemble_course import Crowd, run_ensemble_course
    from models.train.side_by_side_words import lines
    from models.train.unlabelled import read_unlabelled

    unlabelled = None
    if arguments.unlabelled:
        magnification = 1.0 if sources.lab is None else sources.lab.magnification
        unlabelled = read_unlabelled(arguments.unlabelled, magnification=magnification)
        print(f"{len(unlabelled)} pictures without labels")
    listener = Listener(tell=_Teller().tell)
    crowd = Crowd(size=arguments.ensemble, unlabelled=unlabelled)
    try:
        sides = run_ensemble_course(
            sources, arguments.out, plan, crowd, listener=listener, start=start, began=began
        )
    except KeyboardInterrupt:
        print("\nwhat was learned is kept: the same command goes on from there")
        raise
    print()
    model = arguments.out / f"{sources.name}.yaml"
    for kind, side in sides.items():
        print(f"held-out {kind} frames:", *lines(side, model, start=arguments.start), sep="\n  ")
        print(f"pictures of the worst of them: {arguments.out / f'worst_{kind}.png'}")
    print(f"model: {arguments.out / sources.name}.yaml")
    return 0


def _check(arguments: argparse.Namespace) -> None:
    """Refuse what cannot be meant, and what is not installed, before anything is read."""
    _check_ensemble(arguments)
    for name in ("frames", "minutes", "threads", "um_per_px"):
        given = getattr(arguments, name)
        if given is not None and not 0 < given < math.inf:
            option = name.replace("_", "-")
            raise UsageError(f"--{option}: expected more than 0, got {given}")
    if arguments.seed < 0:
        raise UsageError(f"--seed: expected 0 or more, got {arguments.seed}")
    try:
        arguments.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"--out {arguments.out}: cannot be made: {error.strerror}") from error
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise MissingExtraError(
            f"training needs {', '.join(missing)}: pip install 'wormlock[train]'"
        )


def _check_ensemble(arguments: argparse.Namespace) -> None:
    if not 1 <= arguments.ensemble <= _MOST_NETWORKS:
        raise UsageError(
            f"--ensemble: expected 2 to {_MOST_NETWORKS} networks, got {arguments.ensemble}"
        )
    if arguments.unlabelled and arguments.ensemble == 1:
        raise UsageError("--unlabelled: only an ensemble can teach on them: add --ensemble 5")
    for folder in arguments.unlabelled:
        if not folder.is_dir():
            raise UsageError(f"--unlabelled {folder}: is no folder")


def _lab(arguments: argparse.Namespace) -> LabFrames:
    """Read the lab's labels, make one of what several people said, and fetch the pictures."""
    from models.labels.consensus import find_consensus
    from models.train.lab_frames import read_lab_frames
    from tracker.commands.label_files import read_labels

    if arguments.images is None:
        raise UsageError("--images: name the folder of the labelled pictures")
    labels = find_consensus(read_labels(arguments.labels, arguments)).labels()
    lab = read_lab_frames(labels, arguments.images, seed=arguments.seed)
    for note in lab.notes:
        print(f"note: {note}")
    counts = f"{len(lab.learn)} frames to learn from, {len(lab.watch)} to watch it by"
    print(f"{counts}, {len(lab.judge)} to judge it by")
    return lab


def _sources(seed: int, lab: LabFrames | None, arguments: argparse.Namespace) -> Sources:
    """Join the renderer to the training: the rig as it is, any lab's look, other animals there."""
    from hardware.sim.training_frames import training_frames
    from models.train.course import Sources

    def both(own_seed: int) -> Iterator[LabelledFrame]:
        return _by_turns(
            training_frames(own_seed, hard=False),
            training_frames(own_seed, hard=True),
            training_frames(own_seed, hard=True, strange=True),
            training_frames(own_seed, hard=False, crossed=True),
        )

    judged = {
        "typical": training_frames(seed + 1000, hard=False),
        "hard": training_frames(seed + 1000, hard=True),
    }
    um_per_px = _UM_PER_PX
    if lab is not None and arguments.um_per_px is not None:
        shown_um_per_px = arguments.um_per_px / lab.magnification
        um_per_px = shown_um_per_px * _LEAST_SIZE, shown_um_per_px * _MOST_SIZE
    return Sources(
        learn=both(seed),
        calibrate=both(seed + 2000),
        judge={} if lab is not None else judged,
        recipe=f"rendered, the rig, other looks, other builds and crossings by turns, seed {seed}",
        um_per_px=um_per_px,
        lab=lab,
        name="shipped" if lab is None else "own",
    )


def _by_turns(*sources: Iterator[LabelledFrame]) -> Iterator[LabelledFrame]:
    while True:
        for source in sources:
            yield next(source)


class _Teller:
    """A bar that moves on a terminal; in a log, a line now and then."""

    def __init__(self) -> None:
        self._is_terminal = sys.stdout.isatty()
        self._stage = ""
        self._told_s = -_LINE_EVERY_S

    def tell(self, stage: str, done: float, words: str) -> None:
        """Show how far a stage has come."""
        is_new, self._stage = stage != self._stage, stage
        now_s = time.perf_counter()
        pause_s = 0.2 if self._is_terminal else _LINE_EVERY_S
        if now_s - self._told_s < pause_s and not is_new and done < 1.0:
            return
        self._told_s = now_s
        if self._is_terminal:
            filled = round(done * _BAR_CELLS)
            bar = "#" * filled + "." * (_BAR_CELLS - filled)
            end = "\n" if done >= 1.0 else ""
            print(f"\r{stage} [{bar}] {done:4.0%} {words}\x1b[K", end=end, flush=True)
        else:
            print(f"{stage}: {done:.0%} {words}".rstrip(), flush=True)

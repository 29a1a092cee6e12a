"""Train the head detector on rendered frames, and say how good it has become.

Frames, state, model and figures are kept in --out: a training that was stopped (Ctrl-C keeps
what was learned) goes on when the same command is given again with more minutes.
"""

from __future__ import annotations

import argparse
import importlib.util
import math
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.errors import MissingExtraError, UsageError

if TYPE_CHECKING:
    from models.train.course import Sources
    from models.train.frames import LabelledFrame

_NEEDED = ("torch", "onnx", "onnxscript")
_LINE_EVERY_S = 15.0
_BAR_CELLS = 24
_UM_PER_PX = (0.95, 1.7)  # rendered at 1.26, shown to the network 0.74 to 1.35 times as large


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.add_argument("--out", type=Path, default=Path("trained"), metavar="DIR")
    parser.add_argument("--frames", type=int, default=3000, help="frames to draw and learn from")
    parser.add_argument("--minutes", type=float, default=20.0, help="of training, in all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1, help="processor cores to use")


def run(arguments: argparse.Namespace) -> int:
    """Train, export and judge.

    Raises:
        UsageError: an option cannot mean anything.
        MissingExtraError: PyTorch or the exporter is not installed.
        ModelError: the training cannot be had, or its outcome is not sound.
    """
    for name in ("frames", "minutes", "threads"):
        if not 0 < getattr(arguments, name) < math.inf:
            raise UsageError(f"--{name}: expected more than 0, got {getattr(arguments, name)}")
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
    from models.train.course import Listener, Plan, run_course

    plan = Plan(
        frames=arguments.frames,
        minutes=arguments.minutes,
        seed=arguments.seed,
        threads=arguments.threads,
    )
    reports = run_course(
        _sources(arguments.seed), arguments.out, plan, listener=Listener(tell=_Teller().tell)
    )
    print()
    for kind, report in reports.items():
        print(f"held-out {kind} frames:", *report.lines(), sep="\n  ")
    print(f"model: {arguments.out / 'shipped.yaml'}")
    return 0


def _sources(seed: int) -> Sources:
    """Join the renderer to the training: half the rig as it is, half any lab's look."""
    from hardware.sim.training_frames import training_frames
    from models.train.course import Sources

    return Sources(
        learn=_alternating(training_frames(seed, hard=False), training_frames(seed, hard=True)),
        calibrate=_alternating(
            training_frames(seed + 2000, hard=False), training_frames(seed + 2000, hard=True)
        ),
        judge={
            "typical": training_frames(seed + 1000, hard=False),
            "hard": training_frames(seed + 1000, hard=True),
        },
        recipe=f"rendered, near-infrared rig and other looks by turns, seed {seed}",
        um_per_px=_UM_PER_PX,
    )


def _alternating(
    one: Iterator[LabelledFrame], other: Iterator[LabelledFrame]
) -> Iterator[LabelledFrame]:
    while True:
        yield next(one)
        yield next(other)


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

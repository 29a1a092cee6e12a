"""A whole course: collect frames, train, export, judge. What `wormlock train` runs."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch

from models.detector import open_detector
from models.train.export import export_model
from models.train.frames import FrameSet, LabelledFrame, collect_frames
from models.train.loop import Moment, Schedule, Training
from models.train.report import Report, judge

_logger = logging.getLogger(__name__)

JUDGED_FRAMES = 200  # of each kind
_MIN_CONFIDENCE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where labelled frames come from: to learn from, and (by kind) to be judged by.

    `recipe` says in words what they draw, for the folder's records and the manifest.
    """

    learn: Iterable[LabelledFrame]
    judge: Mapping[str, Iterable[LabelledFrame]]
    recipe: str
    um_per_px: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """Who is told how it goes on: the stage's name, the share done, and a few words."""

    tell: Callable[[str, float, str], None]

    def of(self, stage: str) -> Callable[[float], None]:
        """Return what a stage that knows only its share can tell."""
        return lambda done: self.tell(stage, done, "")


def run_course(
    sources: Sources,
    folder: Path,
    *,
    frames: int,
    minutes: float,
    seed: int,
    threads: int,
    listener: Listener,
    judged_frames: int = JUDGED_FRAMES,
) -> dict[str, Report]:
    """Train a model into `folder` and return how it did on each kind of held-out frames.

    Frames and the training's state are kept in the folder, so that a course that was broken
    off goes on. The model is `shipped.yaml` with its graphs, the figures `report_<kind>.json`.

    Raises:
        TrainingError: there are too few frames, the folder belongs to another training, or
            the exported graphs do not answer as the network does.
    """
    torch.set_num_threads(threads)
    cv2.setNumThreads(1)
    folder.mkdir(parents=True, exist_ok=True)
    learn = collect_frames(
        sources.learn,
        frames,
        folder / "frames" / "learn",
        recipe=sources.recipe,
        tell=listener.of("drawing frames"),
    )
    held_out = {
        kind: collect_frames(
            source,
            judged_frames,
            folder / "frames" / kind,
            recipe=sources.recipe,
            tell=listener.of(f"drawing {kind} frames to be judged by"),
        )
        for kind, source in sources.judge.items()
    }
    training = Training(learn, Schedule(minutes=minutes), seed=seed, folder=folder)
    training.run(lambda moment: listener.tell("training", moment.done, _words(moment)))
    manifest = export_model(
        training.learned(),
        folder,
        stem="shipped",
        version=f"{training.step}.{seed}",
        trained_on=f"{frames} frames, {training.step} steps; {sources.recipe}",
        um_per_px=sources.um_per_px,
        probe=np.array(learn.images[0]),
    )
    return _judged(manifest, held_out, seed=seed, listener=listener)


def _judged(
    manifest: Path, held_out: Mapping[str, FrameSet], *, seed: int, listener: Listener
) -> dict[str, Report]:
    detector = open_detector(str(manifest), "cpu", _MIN_CONFIDENCE)
    reports: dict[str, Report] = {}
    for kind, frames in held_out.items():
        report = judge(detector, frames, seed=seed, tell=listener.of(f"judging {kind} frames"))
        report.write(manifest.parent / f"report_{kind}.json")
        reports[kind] = report
    return reports


def _words(moment: Moment) -> str:
    return (
        f"step {moment.step}, {moment.left_s / 60.0:.1f} min left,"
        f" loss {moment.heat_loss:.3f} + {moment.keypoint_loss:.3f}"
    )

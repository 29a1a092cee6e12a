"""A whole course: frames, training, doubts, export, judgement. What `wormlock train` runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch

from models.detector import open_detector
from models.train.calibration import calibrated
from models.train.checkpoint import SUFFIX, write_checkpoint
from models.train.export import export_model
from models.train.frames import FrameSet, LabelledFrame, collect_frames, joined
from models.train.lab_frames import LabFrames
from models.train.loop import Moment, Schedule, Training
from models.train.network import HeadNetwork
from models.train.pictures import write_sheet
from models.train.report import Report, judge
from models.train.watch import Watch

_JUDGED_FRAMES, _CALIBRATED_FRAMES = 200, 600  # of each kind; fewer where fewer are learned from
_MIN_CONFIDENCE = 0.5
_LEARN, _CALIBRATE, _OWN = "learn", "calibrate", "your"  # names of kinds of frames
_LAB_SHARE = 0.6  # of what is learned from, where a lab's own frames are there
_TUNING_RATE = 2e-3  # of a network that knows much already


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where labelled frames come from: to learn from, to fit doubts to, and to be judged by.

    `recipe` says in words what they draw, for the folder's records and the manifest. With `lab`,
    a lab's own frames are learned from beside them, and it alone is judged by.
    """

    learn: Iterable[LabelledFrame]
    calibrate: Iterable[LabelledFrame]
    judge: Mapping[str, Iterable[LabelledFrame]]
    recipe: str
    um_per_px: tuple[float, float]
    lab: LabFrames | None = None
    name: str = "shipped"  # of the model


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much is drawn, and for how long is trained."""

    frames: int
    minutes: float
    seed: int
    threads: int

    @property
    def judged_frames(self) -> int:
        """How many frames of each kind are judged by."""
        return min(_JUDGED_FRAMES, max(20, self.frames // 10))

    @property
    def calibrated_frames(self) -> int:
        """How many frames doubts are fitted to."""
        return min(_CALIBRATED_FRAMES, max(60, self.frames // 4))


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
    plan: Plan,
    *,
    listener: Listener,
    start: HeadNetwork | None = None,
) -> dict[str, Report]:
    """Train a model into `folder` and return how it did on each kind of held-out frames.

    Frames and the training's state are kept in the folder, so that a course that was broken
    off goes on. The model is `<name>.yaml` with its graph and checkpoint; the figures are
    `report_<kind>.json`, and pictures of the worst frames `worst_<kind>.png`.

    Raises:
        TrainingError: there are too few frames, the folder belongs to another training, or
            the exported graphs do not answer as the network does.
    """
    torch.set_num_threads(plan.threads)
    cv2.setNumThreads(1)
    folder.mkdir(parents=True, exist_ok=True)
    drawn = _drawn(sources, folder, plan, listener)
    training = _training(sources.lab, drawn[_LEARN], folder, plan, start)
    training.run(lambda moment: listener.tell("training", moment.done, _words(moment)))
    calibrate, held_out = [drawn[_CALIBRATE]], {kind: drawn[kind] for kind in sources.judge}
    if sources.lab is not None:
        calibrate.append(sources.lab.watch)
        held_out = {_OWN: sources.lab.judge}
    graph = calibrated(
        training.learned(), calibrate, seed=plan.seed, tell=listener.of("fitting doubts")
    )
    write_checkpoint(graph, folder / f"{sources.name}{SUFFIX}")
    manifest = export_model(
        graph,
        folder,
        stem=sources.name,
        version=f"{training.step}.{plan.seed}",
        trained_on=_words_of_origin(sources, plan, training.step),
        um_per_px=sources.um_per_px,
        probe=np.array(drawn[_LEARN].images[0]),
    )
    return _judged(manifest, held_out, seed=plan.seed, listener=listener)


def _drawn(sources: Sources, folder: Path, plan: Plan, listener: Listener) -> dict[str, FrameSet]:
    """Draw all frames that are needed, or take those that the folder holds."""
    wanted: dict[str, tuple[Iterable[LabelledFrame], int, str]] = {
        _LEARN: (sources.learn, plan.frames, "drawing frames"),
        _CALIBRATE: (sources.calibrate, plan.calibrated_frames, "drawing frames to doubt by"),
    }
    for kind, source in sources.judge.items():
        wanted[kind] = source, plan.judged_frames, f"drawing {kind} frames to be judged by"
    return {
        name: collect_frames(
            source,
            count,
            folder / "frames" / name,
            recipe=sources.recipe,
            tell=listener.of(stage),
        )
        for name, (source, count, stage) in wanted.items()
    }


def _training(
    lab: LabFrames | None, drawn: FrameSet, folder: Path, plan: Plan, start: HeadNetwork | None
) -> Training:
    rate = Schedule(minutes=plan.minutes).peak_rate if start is None else _TUNING_RATE
    return Training(
        drawn if lab is None else joined([lab.learn, drawn], [_LAB_SHARE, 1.0 - _LAB_SHARE]),
        Schedule(minutes=plan.minutes, peak_rate=rate),
        seed=plan.seed,
        folder=folder,
        start=start,
        watch=None if lab is None else Watch(lab.watch, plan.seed),
    )


def _judged(
    manifest: Path, held_out: Mapping[str, FrameSet], *, seed: int, listener: Listener
) -> dict[str, Report]:
    detector = open_detector(str(manifest), "cpu", _MIN_CONFIDENCE)
    reports: dict[str, Report] = {}
    for kind, frames in held_out.items():
        report = judge(detector, frames, seed=seed, tell=listener.of(f"judging {kind} frames"))
        report.write(manifest.parent / f"report_{kind}.json")
        write_sheet(manifest.parent / f"worst_{kind}.png", detector, frames)
        reports[kind] = report
    return reports


def _words_of_origin(sources: Sources, plan: Plan, steps: int) -> str:
    rendered = f"{plan.frames} frames, {steps} steps; {sources.recipe}"
    return rendered if sources.lab is None else f"{len(sources.lab.learn)} labelled + {rendered}"


def _words(moment: Moment) -> str:
    return (
        f"step {moment.step}, {moment.left_s / 60.0:.1f} min left,"
        f" loss {moment.heat_loss:.3f} + {moment.keypoint_loss:.3f}"
    )

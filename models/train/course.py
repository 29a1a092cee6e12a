"""A whole course: frames, training, doubts, export, judgement. What `wormlock train` runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import torch

from models.contract import SeenFrames
from models.detection import Detector
from models.detector import open_detector
from models.train.calibration import calibrated
from models.train.candidates import CandidateGraph
from models.train.checkpoint import SUFFIX, write_checkpoint
from models.train.closer_training import CloserTraining
from models.train.ensemble import Eye
from models.train.export import export_model
from models.train.frames import FrameSet, LabelledFrame, collect_frames, joined
from models.train.lab_frames import LabFrames
from models.train.lesson import Lesson, by_labels
from models.train.loop import Moment, Schedule, Training
from models.train.network import HeadNetwork
from models.train.pictures import write_sheet
from models.train.report import Report, judge
from models.train.resampling import resampled
from models.train.seen_frames import seen_frames
from models.train.watch import Watch

_JUDGED_FRAMES, _CALIBRATED_FRAMES = 200, 600  # of each kind; fewer where fewer are learned from
_MIN_CONFIDENCE = 0.5
LEARN, _CALIBRATE, _OWN = "learn", "calibrate", "your"  # names of kinds of frames
CLOSER_SHARE = 0.3  # of the minutes, for the closer look, once the map is learned
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
    began: Detector | None = None,
) -> dict[str, Report]:
    """Train a model into `folder` and return how it did on each kind of held-out frames.

    `began` is the model of the `start`: it is judged beside the new one.

    Frames and the training's state are kept in the folder, so that a course that was broken
    off goes on. The model is `<name>.yaml` with its graph and checkpoint; the figures are
    `report_<kind>.json`, and pictures of the worst frames `worst_<kind>.png`.

    Raises:
        TrainingError: there are too few frames, the folder belongs to another training, or
            the exported graphs do not answer as the network does.
    """
    drawn = draw_all(sources, folder, plan, listener)
    learn = learned_from(sources.lab, drawn)
    map_plan = replace(plan, minutes=(1.0 - CLOSER_SHARE) * plan.minutes)
    training = training_on(learn, sources.lab, folder, map_plan, start=start)
    training.run(lambda moment: listener.tell("training", moment.done, words_of(moment)))
    network = looked_closer(training.learned(), learn, folder, plan, listener)
    manifest = finish(
        network, sources, drawn, folder, plan,
        stem=sources.name, steps=training.step, listener=listener,
    )  # fmt: skip
    reports = _judged(manifest, held_out(sources, drawn), began, plan.seed, listener)
    return {kind: replace(report, steps=training.step) for kind, report in reports.items()}


def finish(
    network: Eye,
    sources: Sources,
    drawn: Mapping[str, FrameSet],
    folder: Path,
    plan: Plan,
    *,
    stem: str,
    steps: int,
    listener: Listener,
) -> Path:
    """Fit a network's doubts, write it as checkpoint and model, and return the manifest."""
    calibrate = [drawn[_CALIBRATE]] + ([sources.lab.watch] if sources.lab is not None else [])
    graph = calibrated(
        network, calibrate, seed=plan.seed, tell=listener.of(f"fitting doubts of {stem}")
    )
    listener.tell(f"exporting {stem}", 0.0, "")
    if isinstance(network, HeadNetwork):
        write_checkpoint(graph, folder / f"{stem}{SUFFIX}")
    return export_model(
        graph,
        folder,
        stem=stem,
        version=f"{steps}.{plan.seed}",
        trained_on=_words_of_origin(sources, plan, steps),
        um_per_px=sources.um_per_px,
        probe=np.array(drawn[LEARN].images[0]),
        seen=_seen(graph, sources, drawn),
    )


def _seen(
    graph: CandidateGraph, sources: Sources, drawn: Mapping[str, FrameSet]
) -> SeenFrames | None:
    """Return how the frames look; a lab's own alone count, where there are any."""
    if sources.lab is not None:
        return seen_frames(graph, sources.lab.learn, [sources.lab.watch])
    return seen_frames(graph, drawn[LEARN], [drawn[_CALIBRATE]])


def draw_all(sources: Sources, folder: Path, plan: Plan, listener: Listener) -> dict[str, FrameSet]:
    """Draw all frames that are needed, or take those that the folder holds."""
    torch.set_num_threads(plan.threads)
    cv2.setNumThreads(1)
    folder.mkdir(parents=True, exist_ok=True)
    wanted: dict[str, tuple[Iterable[LabelledFrame], int, str]] = {
        LEARN: (sources.learn, plan.frames, "drawing frames"),
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


def learned_from(
    lab: LabFrames | None, drawn: Mapping[str, FrameSet], *, seed: int | None = None
) -> FrameSet:
    """Return what is learned from; with a `seed` a bootstrap sample of it."""
    parts = [drawn[LEARN]] if lab is None else [lab.learn, drawn[LEARN]]
    if seed is not None:
        parts = [resampled(part, seed=seed) for part in parts]
    return parts[0] if lab is None else joined(parts, [_LAB_SHARE, 1.0 - _LAB_SHARE])


def held_out(sources: Sources, drawn: Mapping[str, FrameSet]) -> dict[str, FrameSet]:
    """Return the frames to be judged by, by their kind."""
    if sources.lab is not None:
        return {_OWN: sources.lab.judge}
    return {kind: drawn[kind] for kind in sources.judge}


def training_on(
    learn: FrameSet,
    lab: LabFrames | None,
    folder: Path,
    plan: Plan,
    *,
    start: HeadNetwork | None,
    lesson: Lesson = by_labels,
) -> Training:
    """Return a training that is ready to run, or to be gone on with."""
    rate = Schedule(minutes=plan.minutes).peak_rate if start is None else _TUNING_RATE
    return Training(
        learn,
        Schedule(minutes=plan.minutes, peak_rate=rate),
        seed=plan.seed,
        folder=folder,
        start=start,
        watch=None if lab is None else Watch(lab.watch, plan.seed),
        lesson=lesson,
    )


def open_beginning(name: str) -> Detector | None:
    """Open the model that a training begins from; None if only its checkpoint is there."""
    manifest = Path(name).with_suffix(".yaml")
    if name != "shipped" and not manifest.is_file():
        return None
    return open_detector("shipped" if name == "shipped" else str(manifest), "cpu", _MIN_CONFIDENCE)


def _judged(
    manifest: Path,
    held_out: Mapping[str, FrameSet],
    began: Detector | None,
    seed: int,
    listener: Listener,
) -> dict[str, Report]:
    detector = open_detector(str(manifest), "cpu", _MIN_CONFIDENCE)
    reports: dict[str, Report] = {}
    for kind, frames in held_out.items():
        report = judge(detector, frames, seed=seed, tell=listener.of(f"judging {kind} frames"))
        if began is not None:
            tell = listener.of(f"judging {kind} frames by the model begun from")
            report = replace(report, began=judge(began, frames, seed=seed, tell=tell))
        report.write(manifest.parent / f"report_{kind}.json")
        write_sheet(manifest.parent / f"worst_{kind}.png", detector, frames)
        reports[kind] = report
    return reports


def _words_of_origin(sources: Sources, plan: Plan, steps: int) -> str:
    rendered = f"{plan.frames} frames, {steps} steps; {sources.recipe}"
    return rendered if sources.lab is None else f"{len(sources.lab.learn)} labelled + {rendered}"


def looked_closer(
    network: HeadNetwork, learn: FrameSet, folder: Path, plan: Plan, listener: Listener
) -> HeadNetwork:
    """Return a trained network that has learned to look at its candidates closer."""
    training = CloserTraining(
        network, learn, minutes=CLOSER_SHARE * plan.minutes, seed=plan.seed, folder=folder
    )
    stage = "training the closer look"
    training.run(lambda moment: listener.tell(stage, moment.done, words_of(moment)))
    return training.learned()


def words_of(moment: Moment) -> str:
    """Say how a training goes on."""
    return (
        f"step {moment.step}, {moment.left_s / 60.0:.1f} min left,"
        f" loss {moment.heat_loss:.3f} + {moment.keypoint_loss:.3f}"
    )

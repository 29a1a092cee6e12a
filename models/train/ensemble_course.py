"""A course with several networks: each trained, all asked together, and one taught by them all.

In the folder lie, when it is done, `single.yaml` (the first network, which learned from all frames
as they are), `ensemble.yaml` (all of them as one graph) and `<name>.yaml`, the distilled one: as
small and quick as any single one. Networks and their states are in `network_1`, `network_2`, ...;
a course that was broken off goes on where it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from models.detection import Detector
from models.detector import open_detector
from models.train.candidates import CandidateGraph
from models.train.closer_training import CloserTraining
from models.train.course import (
    CLOSER_SHARE,
    LEARN,
    Listener,
    Plan,
    Sources,
    draw_all,
    finish,
    held_out,
    learned_from,
    training_on,
    words_of,
)
from models.train.doubt import Doubt
from models.train.ensemble import EnsembleNetwork
from models.train.frames import FrameSet, joined
from models.train.lab_frames import LabFrames
from models.train.lesson import by_labels
from models.train.loop import Moment, Training
from models.train.network import HeadNetwork
from models.train.pictures import write_sheet
from models.train.side_by_side import (
    BEGAN,
    DISTILLED,
    ENSEMBLE,
    SINGLE,
    SideBySide,
    look_side_by_side,
)
from models.train.teaching import Teacher, labelled_by

_MIN_CONFIDENCE = 0.5
_SHARES = {"lab": 0.5, "unlabelled": 0.25, "drawn": 0.25}  # of what the distilled one learns from


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """How many networks there are, and pictures without labels that teach the distilled one."""

    size: int
    unlabelled: FrameSet | None = None


def run_ensemble_course(
    sources: Sources,
    folder: Path,
    plan: Plan,
    crowd: Crowd,
    *,
    listener: Listener,
    start: HeadNetwork | None = None,
    began: Detector | None = None,
) -> dict[str, SideBySide]:
    """Train all networks, teach one by them, and return how they do side by side.

    `plan.minutes` are those of each network; `began` is the model of the `start`. The
    figures are also `side_by_side_<kind>.json`.

    Raises:
        TrainingError: as `run_course`.
        KeyboardInterrupt: Ctrl-C; what was learned is kept, and the same call goes on.
    """
    drawn = draw_all(sources, folder, plan, listener)
    school = _School(folder, plan, listener, trainings=crowd.size + 1)
    members = _taught_alone(school, sources, drawn, crowd, start=start)
    ensemble = EnsembleNetwork(members).eval()
    taught = _taught_by_all(
        school, ensemble, _parts(sources, drawn, crowd), sources.lab, start=members[0]
    )
    manifests = {
        name: finish(
            network, sources, drawn, folder, plan, stem=stem, steps=school.steps, listener=listener
        )
        for name, network, stem in (
            (SINGLE, members[0], SINGLE),
            (ENSEMBLE, ensemble, ENSEMBLE),
            (DISTILLED, taught, sources.name),
        )
    }
    detectors: dict[str, Detector] = {} if began is None else {BEGAN: began}
    detectors |= {
        name: open_detector(str(manifest), "cpu", _MIN_CONFIDENCE)
        for name, manifest in manifests.items()
    }
    reports = _judged(detectors, members, held_out(sources, drawn), folder, listener)
    return {kind: replace(one, steps=school.steps) for kind, one in reports.items()}


def _taught_alone(
    school: _School,
    sources: Sources,
    drawn: Mapping[str, FrameSet],
    crowd: Crowd,
    *,
    start: HeadNetwork | None,
) -> list[HeadNetwork]:
    """Return the networks of the crowd, each taught by its own draw of the labels."""
    members: list[HeadNetwork] = []
    for number in range(crowd.size):
        # The first learns from every frame as it is: it is the single network, too.
        seed = school.seed + number
        learn = learned_from(sources.lab, drawn, seed=seed if number else None)
        lesson = _Lesson(f"network {number + 1} of {crowd.size}", f"network_{number + 1}", seed)
        members.append(school.teach(lesson, learn, learn, sources.lab, start=start))
    return members


def _taught_by_all(
    school: _School,
    ensemble: EnsembleNetwork,
    parts: Mapping[str, FrameSet],
    lab: LabFrames | None,
    *,
    start: HeadNetwork,
) -> HeadNetwork:
    """Return the one network that learns from the mean of all; it begins as one of them."""
    is_labelled = [np.full(len(frames), name != "unlabelled") for name, frames in parts.items()]
    return school.teach(
        _Lesson("the one that all of them teach", DISTILLED, school.seed),
        _joined(parts),
        _joined(_seen_by(ensemble, parts)),
        lab,
        start=start,
        teacher=Teacher(ensemble, np.concatenate(is_labelled)),
    )


def _parts(sources: Sources, drawn: Mapping[str, FrameSet], crowd: Crowd) -> dict[str, FrameSet]:
    """Return what the distilled network learns from."""
    named = {
        "lab": None if sources.lab is None else sources.lab.learn,
        "unlabelled": crowd.unlabelled,
        "drawn": drawn[LEARN],
    }
    return {name: frames for name, frames in named.items() if frames is not None}


def _seen_by(ensemble: EnsembleNetwork, parts: Mapping[str, FrameSet]) -> dict[str, FrameSet]:
    """Return the same with the ensemble's own answers as labels, where there were none."""
    seen = dict(parts)
    if "unlabelled" in seen:
        seen["unlabelled"] = labelled_by(
            CandidateGraph(ensemble, Doubt()).eval(), seen["unlabelled"]
        )
    return {name: frames for name, frames in seen.items() if len(frames)}


def _joined(parts: Mapping[str, FrameSet]) -> FrameSet:
    return joined(list(parts.values()), [_SHARES[name] for name in parts])


def _judged(
    detectors: Mapping[str, Detector],
    members: Sequence[HeadNetwork],
    kinds: Mapping[str, FrameSet],
    folder: Path,
    listener: Listener,
) -> dict[str, SideBySide]:
    reports: dict[str, SideBySide] = {}
    for kind, frames in kinds.items():
        report = look_side_by_side(
            detectors, members, frames, tell=listener.of(f"judging by {kind} frames")
        )
        report.write(folder / f"side_by_side_{kind}.json")
        write_sheet(folder / f"worst_{kind}.png", detectors[DISTILLED], frames)
        reports[kind] = report
    return reports


@dataclass(frozen=True, slots=True)
class _Lesson:
    """A network to be trained: its name for the operator, its folder's name, its seed."""

    stage: str
    folder: str
    seed: int


class _School:
    """Trains networks one after the other, and tells how long all of them will take."""

    def __init__(self, folder: Path, plan: Plan, listener: Listener, *, trainings: int) -> None:
        self._folder, self._plan, self._listener = folder, plan, listener
        self._left_min = trainings * plan.minutes
        self.seed = plan.seed
        self.steps = 0  # of the last one

    def teach(
        self,
        lesson: _Lesson,
        learn: FrameSet,
        closer: FrameSet,
        lab: LabFrames | None,
        *,
        start: HeadNetwork | None,
        teacher: Teacher | None = None,
    ) -> HeadNetwork:
        """Train a network's map on the frames of `learn`, its closer look on those of `closer`.

        Raises:
            KeyboardInterrupt: it was stopped.
        """
        folder = self._folder / lesson.folder
        folder.mkdir(parents=True, exist_ok=True)
        minutes = (1.0 - CLOSER_SHARE) * self._plan.minutes
        plan = replace(self._plan, seed=lesson.seed, minutes=minutes)
        training = training_on(learn, lab, folder, plan, start=start, lesson=teacher or by_labels)
        self._run(training, lesson.stage, minutes)
        self.steps = training.step
        looks = CloserTraining(
            training.learned(),
            closer,
            minutes=self._plan.minutes - minutes,
            seed=lesson.seed,
            folder=folder,
        )
        self._run(looks, f"{lesson.stage}, its closer look", self._plan.minutes - minutes)
        return looks.learned()

    def _run(self, training: Training | CloserTraining, stage: str, minutes: float) -> None:
        self._left_min -= minutes

        def tell(moment: Moment) -> None:
            left = moment.left_s / 60.0 + self._left_min
            self._listener.tell(stage, moment.done, f"{words_of(moment)}; {left:.0f} min in all")

        training.run(tell)
        if training.was_stopped:
            raise KeyboardInterrupt

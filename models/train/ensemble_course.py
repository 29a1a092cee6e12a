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
from numpy.typing import NDArray

from models.detector import open_detector
from models.train.course import (
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
from models.train.ensemble import EnsembleNetwork
from models.train.frames import FrameSet, joined
from models.train.loop import Moment, Training
from models.train.network import HeadNetwork
from models.train.pictures import write_sheet
from models.train.side_by_side import DISTILLED, ENSEMBLE, SINGLE, SideBySide, look_side_by_side
from models.train.teaching import Teacher

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
) -> dict[str, SideBySide]:
    """Train all networks, teach one by them, and return how they do side by side.

    `plan.minutes` are those of each network. The figures are also `side_by_side_<kind>.json`.

    Raises:
        TrainingError: as `run_course`.
        KeyboardInterrupt: Ctrl-C; what was learned is kept, and the same call goes on.
    """
    drawn = draw_all(sources, folder, plan, listener)
    countdown = _Countdown(listener, trainings=crowd.size + 1, minutes=plan.minutes)
    members: list[HeadNetwork] = []
    for number in range(crowd.size):
        # The first learns from every frame as it is: it is the single network, too.
        seed = plan.seed + number
        learn = learned_from(sources.lab, drawn, seed=seed if number else None)
        training = training_on(
            learn,
            sources.lab,
            _made(folder / f"network_{number + 1}"),
            replace(plan, seed=seed),
            start=start,
        )
        countdown.run(training, f"network {number + 1} of {crowd.size}")
        members.append(training.learned())
    ensemble = EnsembleNetwork(members).eval()
    learn, is_labelled = _lessons(sources, drawn, crowd)
    taught = training_on(
        learn,
        sources.lab,
        _made(folder / DISTILLED),
        plan,
        start=members[0],  # it begins as one of its teachers
        lesson=Teacher(ensemble, is_labelled),
    )
    countdown.run(taught, "the one that all of them teach")
    manifests = {
        name: finish(
            network, sources, drawn, folder, plan, stem=stem, steps=taught.step, listener=listener
        )
        for name, network, stem in (
            (SINGLE, members[0], SINGLE),
            (ENSEMBLE, ensemble, ENSEMBLE),
            (DISTILLED, taught.learned(), sources.name),
        )
    }
    return _judged(manifests, members, held_out(sources, drawn), listener)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _lessons(
    sources: Sources, drawn: Mapping[str, FrameSet], crowd: Crowd
) -> tuple[FrameSet, NDArray[np.bool_]]:
    """Return what the distilled network learns from, and which of these frames are labelled."""
    named = {
        "lab": None if sources.lab is None else sources.lab.learn,
        "unlabelled": crowd.unlabelled,
        "drawn": drawn[LEARN],
    }
    parts = {name: frames for name, frames in named.items() if frames is not None}
    is_labelled = [np.full(len(frames), name != "unlabelled") for name, frames in parts.items()]
    shares = [_SHARES[name] for name in parts]
    return joined(list(parts.values()), shares), np.concatenate(is_labelled)


def _judged(
    manifests: Mapping[str, Path],
    members: Sequence[HeadNetwork],
    kinds: Mapping[str, FrameSet],
    listener: Listener,
) -> dict[str, SideBySide]:
    detectors = {
        name: open_detector(str(manifest), "cpu", _MIN_CONFIDENCE)
        for name, manifest in manifests.items()
    }
    folder = manifests[DISTILLED].parent
    reports: dict[str, SideBySide] = {}
    for kind, frames in kinds.items():
        report = look_side_by_side(
            detectors, members, frames, tell=listener.of(f"judging by {kind} frames")
        )
        report.write(folder / f"side_by_side_{kind}.json")
        write_sheet(folder / f"worst_{kind}.png", detectors[DISTILLED], frames)
        reports[kind] = report
    return reports


class _Countdown:
    """Runs trainings one after the other, and tells how long all of them will take."""

    def __init__(self, listener: Listener, *, trainings: int, minutes: float) -> None:
        self._listener, self._minutes = listener, minutes
        self._left = trainings

    def run(self, training: Training, stage: str) -> None:
        """Run one of them to its end.

        Raises:
            KeyboardInterrupt: it was stopped.
        """
        self._left -= 1

        def tell(moment: Moment) -> None:
            left = moment.left_s / 60.0 + self._left * self._minutes
            self._listener.tell(stage, moment.done, f"{words_of(moment)}; {left:.0f} min in all")

        training.run(tell)
        if training.was_stopped:
            raise KeyboardInterrupt

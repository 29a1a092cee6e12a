"""Rendered frames, and what three invented people and an expert marked in them."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from hardware.sim.training_frames import training_frames
from models.labels.coco import write_coco
from models.labels.invented import Habit, invent_pass
from models.labels.label import NO_POINTS, Frame, Label, LabelSet, Point, Presence, State
from models.labels.plain_csv import write_csv
from tracker.errors import UsageError

_SHAPE = (366, 484)
_GOLD_SHARE = 0.25
# Anna is careful; Ben sets his points too far back; Cleo is hasty and sometimes takes the tail.
_ANNA = Habit(annotator="anna", scatter_px=0.7, wrong_presence=0.01)
_BEN = Habit(annotator="ben", share=0.8, scatter_px=1.0, bias_along_px=1.6, not_visible=0.02)
_CLEO = Habit(annotator="cleo", share=0.8, scatter_px=1.8, swaps=0.07, wrong_presence=0.05)


def write_example(out: Path, *, frames: int, seed: int) -> list[Path]:
    """Write the pictures and the label files, and return the files.

    Raises:
        UsageError: the folder cannot be written.
        LabelError: a label file cannot be written.
    """
    pictures = out / "frames"
    try:
        pictures.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"--out {out}: cannot be made: {error.strerror}") from error
    truth: list[Label] = []
    for image, keypoints_px in training_frames(seed, hard=False, shape=_SHAPE):
        if len(truth) == frames:
            break
        if len(keypoints_px) > 1 or not _is_inside(keypoints_px):
            continue
        name = f"{len(truth):04}.png"
        cv2.imwrite(str(pictures / name), image)
        truth.append(_label(name, keypoints_px))
    return _write_passes(out, LabelSet(tuple(truth)), seed)


def _is_inside(keypoints_px: NDArray[np.float64]) -> bool:
    limits_px = (_SHAPE[1] - 1, _SHAPE[0] - 1)
    return bool(((keypoints_px >= 0.0) & (keypoints_px <= limits_px)).all())


def _label(name: str, keypoints_px: NDArray[np.float64]) -> Label:
    points = NO_POINTS
    if len(keypoints_px):
        points = tuple(Point(State.MARKED, (float(x), float(y))) for x, y in keypoints_px[0])
    return Label(
        frame=Frame(name, 0, (_SHAPE[1], _SHAPE[0])),
        annotator="expert",
        presence=Presence.PRESENT if len(keypoints_px) else Presence.ABSENT,
        points=points,
    )


def _write_passes(out: Path, truth: LabelSet, seed: int) -> list[Path]:
    some = LabelSet(truth.labels[: max(1, round(_GOLD_SHARE * len(truth)))])
    anna = LabelSet(
        (*invent_pass(truth, _ANNA, seed=seed), *invent_pass(some, _ANNA, seed=seed + 1, repeat=1))
    )
    files = [out / name for name in ("anna.csv", "ben.json", "cleo.json", "expert.csv")]
    write_csv(files[0], anna)
    write_coco(files[1], invent_pass(truth, _BEN, seed=seed + 2))
    write_coco(files[2], invent_pass(truth, _CLEO, seed=seed + 3))
    write_csv(files[3], some)
    return files

"""SLEAP projects (.slp, .pkg.slp), read by sleap-io, which the extra `labels` brings.

SLEAP keeps neither who nor when. Predicted instances are no labels and are left out; a frame
that was declared negative is one without a head. This is the one module that imports sleap-io.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, cast

from models.labels.assembly import Reading, Said, assemble, placed, take_mark
from models.labels.faults import Fault, Findings, LabelError
from models.labels.label import Frame, Point, Presence
from models.labels.words import IGNORED, unknown_keypoint


class _Video(Protocol):
    filename: str | list[str]
    shape: tuple[int, int, int, int] | None  # frames, rows, columns, channels
    source_video: _Video | None


class _Points(Protocol):
    def __getitem__(self, key: str) -> Sequence[object]: ...


class _Instance(Protocol):
    points: _Points


class _LabeledFrame(Protocol):
    video: _Video
    frame_idx: int
    instances: list[_Instance]
    user_instances: list[_Instance]
    is_negative: bool


class _Labels(Protocol):
    labeled_frames: list[_LabeledFrame]


class _SleapIo(Protocol):
    def load_slp(self, filename: str, open_videos: bool) -> _Labels: ...


def read_sleap(file: Path, reading: Reading) -> Findings:
    """Read a project.

    Raises:
        LabelError: sleap-io is missing, or cannot read the file.
    """
    try:
        sleap_io = cast(_SleapIo, importlib.import_module("sleap_io"))
    except ImportError:
        raise LabelError(
            f"{file}: reading SLEAP's projects needs sleap-io, which is not installed: "
            "pip install 'wormlock[labels]'"
        ) from None
    try:
        labels = sleap_io.load_slp(str(file), open_videos=False)
    except (OSError, KeyError, ValueError, TypeError, IndexError, AttributeError) as error:
        says = f"cannot be read as a SLEAP project: {error}"
        raise LabelError([Fault(str(file), "", says)]) from error
    findings = Findings(str(file))
    if not labels.labeled_frames:
        findings.fault("", "holds no labelled frames")
    unknown: dict[str, None] = {}
    for place, labelled in enumerate(labels.labeled_frames):
        where = f"labelled frame {place} (frame {labelled.frame_idx})"
        _take(findings, where, labelled, reading, unknown)
    for name in unknown:
        findings.fault("skeleton", unknown_keypoint(name))
    return findings


def _take(
    findings: Findings,
    where: str,
    labelled: _LabeledFrame,
    reading: Reading,
    unknown: dict[str, None],
) -> None:
    frame = _frame(labelled)
    predicted = len(labelled.instances) - len(labelled.user_instances)
    for _ in range(predicted):
        findings.count("predicted instances are left out: they are no person's labels")
    if predicted and not labelled.user_instances:
        return
    if not labelled.user_instances:
        absent = Presence.ABSENT if labelled.is_negative else None
        said = Said(frame=frame, marks={}, presence=absent, tool="SLEAP")
        assemble(findings, where, said, reading)
    for animal, instance in enumerate(labelled.user_instances):
        marks = _marks(findings, where, instance, reading, unknown)
        said = Said(frame=frame, marks=marks, animal=animal, tool="SLEAP")
        assemble(findings, where, said, reading)


def _frame(labelled: _LabeledFrame) -> Frame:
    """Return the frame under the name of the video that it was taken from."""
    video = labelled.video
    shape = video.shape
    size_px = (int(shape[2]), int(shape[1])) if shape is not None and shape[1] else None
    while video.source_video is not None:
        video = video.source_video
    if isinstance(video.filename, list):
        return Frame(_slashes(video.filename[labelled.frame_idx]), 0, size_px)
    return Frame(_slashes(video.filename), int(labelled.frame_idx), size_px)


def _slashes(path: object) -> str:
    return str(path).replace("\\", "/")


def _marks(
    findings: Findings,
    where: str,
    instance: _Instance,
    reading: Reading,
    unknown: dict[str, None],
) -> dict[str, Point]:
    marks: dict[str, Point] = {}
    points = instance.points
    for name, at, is_visible in zip(points["name"], points["xy"], points["visible"], strict=True):
        x_px, y_px = (float(value) for value in cast("Sequence[float]", at))
        keypoint = reading.words.keypoint(str(name))
        if keypoint is None:
            unknown[str(name)] = None
        elif keypoint != IGNORED and math.isfinite(x_px) and math.isfinite(y_px):
            point = placed(x_px, y_px, is_hidden=not is_visible)
            take_mark(findings, where, marks, keypoint, point)
    return marks

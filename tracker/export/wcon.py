"""WCON, the worm trackers' common format: JSON with the head's midline on the plate.

A record holds some thousand frames in which the head was seen: `t`, and in `x` and `y` three
points of the midline, the nose first (`head` is L). The tracked point, the stage and the
confidence of the eye stand below `@wormlock`. Frames without a head are left out, as the format
asks for.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tracker.export.job import Job
from tracker.record.header import Header
from tracker.record.opened import HeadPath

_BLOCK = 4096  # frames a record
_HEAD_CHARACTERS = 1 << 20
_TRACKER = "wormlock"
_TAG = "@wormlock"
_UNITS = {
    "t": "s",
    **dict.fromkeys(("x", "y", "head_x", "head_y", "stage_x", "stage_y"), "mm"),
    "confidence": "1",
    "frame": "1",
}
_SEXES = {"xx": "hermaphrodite", "xo": "male", "hermaphrodite": "hermaphrodite", "male": "male"}
_STAGES = ("L1", "L2", "L3", "L4", "adult", "dauer")


def write(path: Path, job: Job) -> None:
    """Write a .wcon file."""
    header = job.recording.header
    seen = job.recording.head_path()
    ticks = job.recording.table("ticks")
    confidence = ticks["confidence"][ticks["is_found"]].astype(np.float64)
    job.progress.start(len(seen.t_s), "frames")
    with path.open("w", encoding="utf-8") as file:
        head = {"units": _UNITS, "metadata": _metadata(header)}
        file.write(json.dumps(head, indent=1).removesuffix("\n}") + ',\n "data": [')
        for start in range(0, len(seen.t_s), _BLOCK):
            block = slice(start, start + _BLOCK)
            record = _record(seen, confidence, block, header)
            file.write((",\n" if start else "\n") + json.dumps(record, allow_nan=False))
            job.step(len(seen.t_s[block]))
        file.write("\n ]\n}\n")
    job.progress.finish()


def is_export(path: Path) -> bool:
    """Say whether a file's head names us as the software; its data are not looked at."""
    try:
        with path.open(encoding="utf-8") as file:
            head, _, _ = file.read(_HEAD_CHARACTERS).partition('"data": [')
        software = json.loads(head.rstrip().rstrip(",") + "}")["metadata"]["software"]
        return software["tracker"]["name"] == _TRACKER
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _record(
    seen: HeadPath, confidence: NDArray[np.float64], block: slice, header: Header
) -> Mapping[str, object]:
    midline_mm = seen.keypoints_um[block] / 1000.0
    head_mm, stage_mm = seen.head_um[block] / 1000.0, seen.stage_um[block] / 1000.0
    return {
        "id": "1",
        "t": (seen.t_s[block] - header.started_s).tolist(),
        "x": midline_mm[..., 0].tolist(),
        "y": midline_mm[..., 1].tolist(),
        "head": "L",
        _TAG: {
            "frame": seen.frame_index[block].tolist(),
            "head_x": head_mm[:, 0].tolist(),
            "head_y": head_mm[:, 1].tolist(),
            "stage_x": stage_mm[:, 0].tolist(),
            "stage_y": stage_mm[:, 1].tolist(),
            "confidence": confidence[block].tolist(),
        },
    }


def _metadata(header: Header) -> Mapping[str, object]:
    began = datetime.fromisoformat(header.wall_time)
    began += timedelta(seconds=header.started_s - header.wall_time_at_s)
    return {
        "id": header.session,
        "timestamp": began.isoformat(),  # when t is 0
        **_animal(header.animal),
        "software": {
            "tracker": {"name": _TRACKER, "version": header.software_version},
            "featureID": _TAG,
        },
        _TAG: {"animal": dict(header.animal), "facts": dict(header.facts)},
    }


def _animal(animal: Mapping[str, str | int | float | bool | None]) -> Mapping[str, object]:
    """Return what WCON has words for."""
    words: dict[str, object] = {}
    for ours, theirs in (("strain", "strain"), ("experimenter", "who"), ("food", "food")):
        if animal.get(ours):
            words[theirs] = str(animal[ours])
    sex = _SEXES.get(str(animal.get("sex")).lower())
    if sex is not None:
        words["sex"] = sex
    if animal.get("stage") in _STAGES:
        words["stage"] = animal["stage"]
    age_h = animal.get("age_h")
    if isinstance(age_h, int | float):
        words["age"] = age_h
    return words

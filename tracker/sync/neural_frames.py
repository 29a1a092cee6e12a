"""One row a neural frame: when, which volume and plane, and where stage and head were then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tracker.errors import CalibrationError
from tracker.record.opened import OpenedRecording
from tracker.record.schema import Rows
from tracker.sync.edges import Train, number_edges
from tracker.sync.volumes import Volumes

Times = NDArray[np.float64]

NEURAL_ROW = np.dtype(
    [
        ("neural_frame", "<i8"),
        ("t_s", "<f8"),  # the host's clock, as everything in the recording
        ("volume", "<i8"),  # -1: none
        ("plane", "<i8"),  # from the lowest z; -1: none
        ("z_um", "<f8"),
        ("direction", "<i8"),  # +1 z grows, -1 z falls, 0 not known
        ("stage_um", "<f8", 2),
        ("head_um", "<f8", 2),  # on the plate
        ("error_um", "<f8", 2),  # of the head, off the centre of the confocal's field
        (
            "stage_moved_um",
            "<f8",
        ),  # along the stage's path, from the volume's first frame to its last
        ("tracking_frame", "<i8"),  # the nearest in time; -1: none
        ("tracking_t_s", "<f8"),
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NeuralEdges:
    """When each neural frame (n,) was, on the logger's clock, and what was odd about its edges."""

    t_s: Times
    notes: tuple[str, ...]


def frames_from_edges(edges_s: Times, count: int | None) -> NeuralEdges:
    """Give every neural frame its edge; `count` is how many frames the microscope's file holds.

    Edges at a regular pace are numbered, so that a frame whose edge did not come is placed between
    its neighbours and a spike is left out. Of others, each is a frame. Where edges outnumber the
    frames the last ones are taken to have none; where they are too few the last frames are NaN.
    """
    notes: list[str] = []
    t_s = edges_s
    try:
        train = number_edges(edges_s)
    except CalibrationError:
        train = None
    if train is not None and (len(train.missing) or len(train.extra_s)):
        t_s = _filled(train)
        notes += told("neural frames without an edge (placed between)", train.missing)
        notes += told("edges off the pace (left out), at", np.round(train.extra_s, 4))
    if count is not None and len(t_s) > count:
        notes.append(f"{len(t_s) - count} edges after the last of {count} neural frames")
    if count is not None and len(t_s) < count:
        notes.append(f"{count - len(t_s)} of {count} neural frames have no edge: the last ones")
        t_s = np.append(t_s, np.full(count - len(t_s), np.nan))
    return NeuralEdges(t_s=t_s[:count], notes=tuple(notes))


def _filled(train: Train) -> Times:
    is_numbered = train.numbers >= 0
    return np.interp(np.arange(train.count), train.numbers[is_numbered], train.t_s[is_numbered])


def told(what: str, values: Sequence[object] | NDArray[np.generic]) -> list[str]:
    """Say how many there are and which, if any; ten at the most are shown."""
    if not len(values):
        return []
    shown = ", ".join(str(value) for value in values[:10])
    return [f"{len(values)} {what}: {shown}{', ...' if len(values) > 10 else ''}"]


def neural_rows(recording: OpenedRecording, t_s: Times, volumes: Volumes) -> Rows:
    """Return the rows (n,) of `NEURAL_ROW` for neural frames at the host's times (n,)."""
    placed = recording.at(t_s)
    rows = np.zeros(len(t_s), NEURAL_ROW)
    rows["neural_frame"] = np.arange(len(t_s))
    rows["t_s"] = t_s
    rows["volume"], rows["plane"] = volumes.volume, volumes.plane
    rows["z_um"], rows["direction"] = volumes.z_um, volumes.direction
    rows["stage_um"], rows["head_um"] = placed.stage_um, placed.head_um
    rows["error_um"] = placed.head_um - placed.stage_um - recording.nudges_um(t_s)
    rows["stage_moved_um"] = _moved_um(placed.stage_um, volumes.volume)
    nearest, frame_s = _nearest(recording.frames.t_s, t_s)
    is_beside = nearest >= 0
    rows["tracking_frame"] = np.where(is_beside, recording.frames.index[nearest], -1)
    rows["tracking_t_s"] = frame_s
    return rows


def _moved_um(stage_um: Times, volume: NDArray[np.int64]) -> Times:
    steps_um = np.hypot(*np.diff(stage_um, axis=0, prepend=stage_um[:1]).T)
    steps_um[1:][volume[1:] != volume[:-1]] = 0.0
    moved_um = np.full(len(volume), np.nan)
    is_of_one = volume >= 0
    if is_of_one.any():
        moved_um[is_of_one] = np.bincount(volume[is_of_one], steps_um[is_of_one])[volume[is_of_one]]
    return moved_um


def _nearest(frames_s: Times, t_s: Times) -> tuple[NDArray[np.int64], Times]:
    """Return the place of the frame next to each time, -1 where it is more than two periods off."""
    after = np.clip(np.searchsorted(frames_s, t_s), 1, len(frames_s) - 1)
    is_before = t_s - frames_s[after - 1] <= frames_s[after] - t_s
    place = np.where(is_before, after - 1, after)
    off_s = np.abs(frames_s[place] - t_s)
    is_beside = off_s <= 2.0 * float(np.median(np.diff(frames_s)))
    return np.where(is_beside, place, -1), np.where(is_beside, frames_s[place], np.nan)

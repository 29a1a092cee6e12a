"""From a recording and a logger's edges, or flashes, to the rows of its neural frames."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from hardware.strict_yaml import read_yaml
from tracker.errors import CalibrationError, UsageError
from tracker.record.opened import OpenedRecording
from tracker.record.schema import CONFIG_FILE, Rows
from tracker.sync.clock_fit import ClockFit, Times
from tracker.sync.edge_file import EdgeFile
from tracker.sync.edges import number_edges
from tracker.sync.flash import find_flashes, match_flashes
from tracker.sync.matching import match_frames, number_by_time
from tracker.sync.neural_frames import frames_from_edges, neural_rows, told
from tracker.sync.volumes import Pattern, Volumes, volumes_from_pattern, volumes_from_piezo


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """How the microscope scans: its pattern of planes, if it is told, its exposure, its count."""

    planes: int | None
    flyback: int
    is_bidirectional: bool
    step_um: float
    exposure_s: float
    count: int | None
    has_edge_per_volume: bool

    def volumes(self, count: int) -> Volumes:
        """Number frames by the pattern; without one each frame is a volume of its own."""
        return volumes_from_pattern(
            count,
            Pattern(
                planes=self.planes or 1,
                flyback=self.flyback,
                is_bidirectional=self.is_bidirectional,
                step_um=self.step_um,
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Which columns of the logger's file are what; `um_per_unit` is the piezo's scale."""

    camera: str
    neural: str | None
    piezo: str | None
    um_per_unit: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncJob:
    """The rows (`neural_frames.NEURAL_ROW`), figures for a file, words for a person."""

    rows: Rows
    clock: ClockFit
    figures: Mapping[str, object]
    words: tuple[str, ...]


def sync_by_edges(
    recording: OpenedRecording,
    edges: EdgeFile,
    scan: Scan,
    *,
    columns: Columns,
    first_number: int | None,
    camera_exposure_s: float | None,
) -> SyncJob:
    """Fit the logger's clock to the tracking frames, and lay the neural frames onto it.

    Raises:
        UsageError: a column or a figure is missing.
        CalibrationError: edges and frames do not fit; the message says why.
    """
    if columns.neural is None:
        raise UsageError(f"say --neural, the neural exposures' column: {', '.join(edges.lines)}")
    exposure_s = _exposure_s(recording) if camera_exposure_s is None else camera_exposure_s
    neural_s = _each_frame_s(edges.edges_of(columns.neural), scan)
    starts_s = recording.frames.t_s - 0.5 * exposure_s
    train = number_edges(edges.edges_of(columns.camera))
    if first_number is None and columns.camera in edges.host_s:
        host_s = edges.host_s[columns.camera]
        first_number = number_by_time(train, host_s, recording.frames.index, starts_s)
    matched = match_frames(train, recording.frames.index, starts_s, first_number=first_number)
    neural = frames_from_edges(neural_s, scan.count)
    at_s = neural.t_s + 0.5 * scan.exposure_s
    volumes = scan.volumes(len(at_s))
    if columns.piezo is not None:
        z_um = columns.um_per_unit * edges.level(columns.piezo)
        volumes = volumes_from_piezo(at_s, edges.t_s, z_um)
    notes = [
        *told("frames without an edge", matched.frames_without_edge),
        *told("edges without a frame, of frames", matched.edges_without_frame),
        *told("edges off the camera's pace, at", np.round(train.extra_s, 4)),
        *(f"{count} edges of {line} never came" for line, count in edges.lost.items() if count),
        *neural.notes,
    ]
    by = f"{matched.matched} exposures, the first edge is exposure {matched.first_number}"
    rows = neural_rows(recording, matched.clock.host_from(at_s), volumes)
    return _job(rows, matched.clock, notes, by=f"{by}, drift {matched.clock.drift_ppm:.1f} ppm")


def sync_by_flash(
    recording: OpenedRecording,
    brightness: NDArray[np.float64],
    scan: Scan,
    *,
    neural_hz: float | None,
) -> SyncJob:
    """Lay neural frames, of which only the mean brightness (n,) is known, by flashes.

    Raises:
        CalibrationError: the flashes are too few, or their patterns do not agree.
    """
    frames_s = recording.frames.t_s
    seen = np.array([float(picture.mean()) for picture in recording.frames])
    matched = match_flashes(
        find_flashes(frames_s, seen),
        find_flashes(np.arange(len(brightness), dtype=np.float64), brightness),
        frame_s=float(np.median(np.diff(frames_s))),
        neural_hz=neural_hz,
    )
    at_s = matched.clock.host_from(np.arange(len(brightness)))
    notes = [f"{matched.unpaired} flashes were seen in one recording only"] * bool(matched.unpaired)
    by = f"{len(matched.host_s)} flashes, {1.0 / matched.clock.rate:.4f} neural frames a second"
    return _job(neural_rows(recording, at_s, scan.volumes(len(at_s))), matched.clock, notes, by=by)


def _each_frame_s(edges_s: Times, scan: Scan) -> Times:
    """Return a time a frame, from edges a frame or, spread evenly, from edges a volume."""
    if not scan.has_edge_per_volume:
        return edges_s
    if scan.planes is None:
        raise UsageError("--edge-per-volume needs --planes: how many frames a volume has")
    if len(edges_s) < 2:
        raise CalibrationError(f"{len(edges_s)} volumes: two at least are needed")
    steps = scan.planes + scan.flyback
    lasts_s = np.append(np.diff(edges_s), np.median(np.diff(edges_s)))
    return (edges_s[:, None] + lasts_s[:, None] * np.arange(steps) / steps).ravel()


def _exposure_s(recording: OpenedRecording) -> float:
    found: object = read_yaml(recording.folder / CONFIG_FILE)
    for key in ("rig", "camera", "exposure_s"):
        found = cast("Mapping[str, object]", found).get(key) if isinstance(found, Mapping) else None
    if isinstance(found, float | int):
        return float(found)
    raise UsageError(
        f"{recording.folder} does not say how long its camera exposed: say --camera-exposure-ms "
        "(0 where the edges mark the middle of an exposure)"
    )


def _job(rows: Rows, clock: ClockFit, notes: list[str], *, by: str) -> SyncJob:
    volumes = len(np.unique(rows["volume"][rows["volume"] >= 0]))
    inside = int(np.isfinite(rows["stage_um"]).all(axis=1).sum())
    words = (
        f"aligned by {by}",
        f"residual {1e3 * clock.residual_s:.3f} ms, worst {1e3 * clock.worst_s:.3f} ms",
        f"{len(rows)} neural frames in {volumes} volumes, {inside} of them while it recorded",
        *(f"note: {note}" for note in notes),
    )
    figures = {
        "neural_frames": len(rows),
        "neural_frames_inside_recording": inside,
        "volumes": volumes,
        "clock": {
            "device_s": clock.device_s,
            "host_s": clock.host_s,
            "rate": clock.rate,
            "residual_s": clock.residual_s,
            "worst_s": clock.worst_s,
            "pairs": len(clock.is_used),
            "pairs_left_out": int((~clock.is_used).sum()),
        },
        "notes": notes,
        "words": words,
    }
    return SyncJob(rows=rows, clock=clock, figures=figures, words=words)

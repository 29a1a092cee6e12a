"""Which volume and plane each frame of a neural camera is of, where a sync has told it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tracker.record.neural import NeuralStream
from tracker.record.opened import OpenedRecording
from tracker.sync.sync_folder import ROWS_FILE

Numbers = NDArray[np.int64]

_NEAR = 0.25  # of a frame's time: so near is the same exposure
_MOST = 0.9  # of the frames must be known, else the sync is of another microscope


@dataclass(frozen=True, slots=True, kw_only=True)
class NeuralLayout:
    """Of every frame (n,) its volume and its plane, from 0; -1 is of none.

    `step_um` is NaN where the distance of planes is not known.
    """

    volume: Numbers
    plane: Numbers
    planes: int
    period_s: float  # of a volume
    step_um: float


def neural_layout(recording: OpenedRecording, stream: NeuralStream) -> NeuralLayout | None:
    """Return the layout that `wormlock sync` found; None where it found none for this camera."""
    path = recording.folder / "sync" / ROWS_FILE
    if not path.is_file() or len(stream.frames) < 2:
        return None
    rows = np.genfromtxt(path, delimiter=",", names=True, ndmin=1)
    rows = rows[np.isfinite(rows["t_s"])]
    t_s = stream.frames.t_s
    if len(rows) < 2 or rows["plane"].max() < 1:
        return None
    place = _nearest(rows["t_s"], t_s)
    is_same = np.abs(rows["t_s"][place] - t_s) < _NEAR * stream.header.period_s
    is_covered = (t_s >= rows["t_s"][0]) & (t_s <= rows["t_s"][-1])
    if is_same[is_covered].sum() < _MOST * max(1, is_covered.sum()):
        return None
    is_kept = is_same & (rows["volume"][place] >= 0)
    volume = np.where(is_kept, rows["volume"][place], -1).astype(np.int64)
    first = int(volume[is_kept].min()) if is_kept.any() else 0
    return NeuralLayout(
        volume=np.where(is_kept, volume - first, -1),
        plane=np.where(is_kept, rows["plane"][place], -1).astype(np.int64),
        planes=int(rows["plane"].max()) + 1,
        period_s=_period_s(rows["t_s"], rows["volume"]),
        step_um=_step_um(rows["plane"], rows["z_um"]),
    )


def _nearest(known_s: NDArray[np.float64], t_s: NDArray[np.float64]) -> Numbers:
    after = np.clip(np.searchsorted(known_s, t_s), 1, len(known_s) - 1)
    is_before = t_s - known_s[after - 1] <= known_s[after] - t_s
    return np.where(is_before, after - 1, after)


def _period_s(t_s: NDArray[np.float64], volume: NDArray[np.float64]) -> float:
    _, firsts = np.unique(volume[volume >= 0], return_index=True)
    starts_s = t_s[volume >= 0][firsts]
    return float(np.median(np.diff(starts_s))) if len(starts_s) > 1 else 1.0


def _step_um(plane: NDArray[np.float64], z_um: NDArray[np.float64]) -> float:
    is_known = (plane >= 0) & np.isfinite(z_um)
    if not is_known.any() or not np.ptp(plane[is_known]):
        return float("nan")
    return float(abs(np.polyfit(plane[is_known], z_um[is_known], 1)[0]))

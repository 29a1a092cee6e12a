"""How well neural cameras were served: what was kept of their frames, and what was seen in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NotRequired, TypedDict

import numpy as np
from numpy.typing import NDArray

from tracker.errors import RecordingError
from tracker.record.frame_log import compression
from tracker.record.gaps import FRAMES_LOST
from tracker.record.neural import NeuralStream, open_neural_stream
from tracker.record.neural_header import neural_names
from tracker.statistics import Spread, spread


class StreamFigures(TypedDict):
    """What became of a neural camera's frames, and what the tracking was worth to them.

    `exposed` by their numbers, first to last; `dropped` never came from the camera, `lost` came
    but the disk could not follow. `compression`: how many times smaller they are on the disk, where
    they are compressed. Where the neurons are simulated: `in_field` is the share of
    judged frames in which all of them were in the picture, `motion_um` how far each of them moved
    in the picture from one judged frame to the next.
    """

    exposed: int
    recorded: int
    dropped: int
    lost: int
    rate_hz: float
    compression: NotRequired[float]
    in_field: NotRequired[float]
    motion_um: NotRequired[Spread]


@dataclass(frozen=True, slots=True, kw_only=True)
class NeuralRows:
    """What a neural camera's stream left behind, by arrays of its frames (n,) or of its truth (k,).

    `truth_index` and `truth_t_s` (k,), `in_field` (k,), `neurons_um` (k, m, 2) in the picture's own
    axes; without rows where the truth is not known.
    """

    index: NDArray[np.int64]
    t_s: NDArray[np.float64]
    lost: int
    compression: float = 1.0
    truth_index: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    truth_t_s: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    in_field: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, np.bool_))
    neurons_um: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 0, 2)))


def neural_rows(folder: Path) -> tuple[dict[str, NeuralRows], list[str]]:
    """Return the rows of every neural stream of a recording, and why some cannot be read."""
    rows: dict[str, NeuralRows] = {}
    notes: list[str] = []
    for name in neural_names(folder):
        try:
            rows[name] = _rows_of(open_neural_stream(folder, name))
        except RecordingError as error:
            notes.append(f"neural camera {name}: {error}")
    return rows, notes


def stream_figures(rows: NeuralRows, is_judged: NDArray[np.bool_]) -> StreamFigures:
    """Return the figures of a stream; `is_judged` (k,) are the rows of truth that count."""
    exposed = int(rows.index.max() - rows.index.min()) + 1 if rows.index.size else 0
    recorded = len(np.unique(rows.index))
    lost = min(rows.lost, exposed - recorded)
    figures = StreamFigures(
        exposed=exposed,
        recorded=recorded,
        dropped=exposed - recorded - lost,
        lost=lost,
        rate_hz=_rate_hz(rows),
    )
    if rows.compression != 1.0:
        figures["compression"] = rows.compression
    if len(rows.truth_index):
        judged = rows.in_field[is_judged]
        figures["in_field"] = float(judged.mean()) if judged.size else float("nan")
        figures["motion_um"] = spread(_motions_um(rows, is_judged))
    return figures


def stream_lines(streams: Mapping[str, StreamFigures]) -> list[str]:
    """Return the lines of the table that a run ends with."""
    lines: list[str] = []
    for name, figures in streams.items():
        lines += [
            f"  {name:<16} {figures['exposed']} exposed, {figures['recorded']} recorded, "
            f"{figures['rate_hz']:.4g} Hz",
            f"  {'':16} {figures['dropped']} dropped by the camera, "
            f"{figures['lost']} lost on the way to the disk",
            *compression_lines(figures),
        ]
        if "in_field" in figures and "motion_um" in figures:
            motion = figures["motion_um"]
            lines += [
                f"  {'':16} all neurons in its field in {_percent(figures['in_field'])} of them",
                f"  {'':16} they moved in it by {motion['p50']:.1f} um a frame, "
                f"p95 {motion['p95']:.1f} um",
            ]
    return lines


def compression_lines(figures: Mapping[str, object]) -> list[str]:
    """Return the line about compression of a summary or of a stream, if they are compressed."""
    ratio = figures.get("compression")
    return [f"  {'':16} compressed to 1/{ratio:.2f} of their size"] if ratio else []


def _percent(fraction: float) -> str:
    return "-" if np.isnan(fraction) else f"{100.0 * fraction:.2f} %"


def _rows_of(stream: NeuralStream) -> NeuralRows:
    stamps = stream.frames.stamps
    losses = [
        event.values.get("count", 1.0) for event in stream.events if event.kind == FRAMES_LOST
    ]
    lost, truth = round(sum(losses)), stream.truth
    kept = NeuralRows(
        index=np.array(stamps["index"]),
        t_s=np.array(stamps["t_s"]),
        lost=lost,
        compression=compression(stream.frames.records),
    )
    if truth is None:
        return kept
    return replace(
        kept,
        truth_index=np.array(truth["index"]),
        truth_t_s=np.array(truth["t_s"]),
        in_field=stream.in_field(),
        neurons_um=truth["neurons_px"] * stream.um_per_px,
    )


def _rate_hz(rows: NeuralRows) -> float:
    """Return how often the camera exposed, frames that are missing counted in."""
    if len(rows.index) < 2 or rows.t_s[-1] <= rows.t_s[0]:
        return float("nan")
    return float((rows.index[-1] - rows.index[0]) / (rows.t_s[-1] - rows.t_s[0]))


def _motions_um(rows: NeuralRows, is_judged: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return how far each neuron moved between judged frames that follow each other, (p, m)."""
    follows = (np.diff(rows.truth_index) == 1) & is_judged[1:] & is_judged[:-1]
    steps_um = np.diff(rows.neurons_um, axis=0)[follows]
    return np.hypot(steps_um[..., 0], steps_um[..., 1])

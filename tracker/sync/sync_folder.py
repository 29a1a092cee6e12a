"""What a sync leaves: `neural_frames.csv`, `sync.json`, and a picture of how well it fits."""

from __future__ import annotations

import csv
import math
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from models.plot_style import INK, STYLE
from tracker.errors import RecordingError, UsageError
from tracker.record.appended_file import explain
from tracker.record.columns import columns_of
from tracker.record.figures_file import read_figures, write_figures
from tracker.record.schema import Rows
from tracker.sync.clock_fit import ClockFit

ROWS_FILE, FIGURES_FILE, PICTURE_FILE = "neural_frames.csv", "sync.json", "sync.png"


def check_place(folder: Path, *, overwrite: bool) -> None:
    """Make sure that a sync may be put into `folder`.

    Raises:
        UsageError: something is there that may not go.
    """
    if not folder.parent.is_dir():
        raise UsageError(f"--out {folder}: there is no folder {folder.parent}")
    if not folder.exists():
        return
    if not (folder / FIGURES_FILE).is_file():
        raise UsageError(f"{folder} was not made by an earlier sync: name another with --out")
    if not overwrite:
        raise UsageError(f"{folder} exists already: name another with --out, or give --overwrite")


def write_sync(folder: Path, rows: Rows, figures: Mapping[str, object]) -> None:
    """Write the rows and the figures; an earlier sync there is replaced once these are whole.

    Raises:
        RecordingError: they cannot be written; nothing half-written is left.
    """
    aside = folder.with_name(f"unfinished-{folder.name}")
    try:
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir()
        _write_rows(aside / ROWS_FILE, rows)
        write_figures(aside / FIGURES_FILE, figures)
        shutil.rmtree(folder, ignore_errors=True)
        aside.rename(folder)
    except OSError as error:
        shutil.rmtree(aside, ignore_errors=True)
        raise RecordingError(explain(error, folder)) from error


def sync_words(folder: Path) -> Sequence[str]:
    """Return what was said when the sync in `folder` was made.

    Raises:
        RecordingError: its file is missing or damaged.
    """
    figures = read_figures(folder / FIGURES_FILE)
    if not isinstance(figures, Mapping) or "words" not in figures:
        raise RecordingError(f"{folder / FIGURES_FILE} is damaged: sync again with --overwrite")
    return [str(line) for line in cast("Mapping[str, Sequence[str]]", figures)["words"]]


def _write_rows(path: Path, rows: Rows) -> None:
    columns = columns_of(rows)
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(columns)
        spelled = [_spelled(column) for column in columns.values()]
        table.writerows(zip(*spelled, strict=True))


def _spelled(column: NDArray[np.generic]) -> list[str]:
    """Spell a column: a time to the microsecond, for fewer digits lose a frame at 200 Hz."""
    if column.dtype.kind == "i":
        return [str(value) for value in column.tolist()]
    return ["" if math.isnan(value) else f"{value:.6f}" for value in column.tolist()]


def draw_sync(folder: Path, clock: ClockFit) -> bool:
    """Draw how far each pair of times lies off the clock's line; False without matplotlib."""
    try:
        from matplotlib import rc_context
        from matplotlib.figure import Figure
    except ImportError:
        return False
    device_s, host_s = clock.pairs_s.T
    off_ms = 1e3 * (host_s - clock.host_from(device_s))
    with rc_context(STYLE):
        figure = Figure(figsize=(9.0, 3.2), dpi=110, layout="constrained")
        axes, count = figure.subplots(1, 2, width_ratios=(3.0, 1.0), sharey=True)
        axes.plot(device_s - device_s[0], off_ms, ".", color="#3b6fb5", ms=2.5, alpha=0.6)
        axes.axhline(0.0, color=INK, lw=0.8)
        axes.set_title(f"scatter about the line {1e3 * clock.residual_s:.3f} ms")
        axes.set_xlabel("logger's time, or neural frame")
        axes.set_ylabel("host's time off the line (ms)")
        count.hist(off_ms, bins=60, orientation="horizontal", color="#3b6fb5")
        count.set_xlabel("exposures")
        figure.savefig(folder / PICTURE_FILE)
    return True

"""report.png: one recording at a glance, for the lab book.

Needs matplotlib, which is the extra `report`; nothing else of the program does.
"""

from __future__ import annotations

import contextlib
import importlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.plot_style import INK, STYLE
from tracker.errors import MissingExtraError, RecordingError
from tracker.record.header import Header
from tracker.record.score import RunRows, is_judged, nudges_um, total_delays_s, true_errors_um
from tracker.record.summary import Summary, summary_table
from tracker.statistics import distances_um

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WORM, _STAGE, _GOOD, _BAD = "#d1495b", "#2b3a42", "#3d8b5f", "#d99a2b"


def load_drawing() -> None:
    """Load what draws, where it is there: a third of a second that nobody need wait for later."""
    with contextlib.suppress(ImportError):
        importlib.import_module("matplotlib.figure")
        importlib.import_module("matplotlib.backends.backend_agg")


def draw_report(path: Path, run: RunRows, summary: Summary, header: Header) -> None:
    """Write the picture of a run.

    Raises:
        MissingExtraError: matplotlib is not installed.
        RecordingError: the picture cannot be written.
    """
    try:
        from matplotlib import rc_context
        from matplotlib.figure import Figure
    except ImportError:
        raise MissingExtraError(
            "report.png needs matplotlib, which is not installed: pip install 'wormlock[report]'; "
            "the recording itself is whole"
        ) from None
    with rc_context(STYLE):
        figure = Figure(figsize=(13.0, 9.0), dpi=110, layout="constrained")
        grid = figure.add_gridspec(3, 2, width_ratios=(1.0, 1.2), height_ratios=(1.1, 1.0, 1.2))
        figure.suptitle(_title(header), x=0.01, ha="left", fontsize=12, fontweight="bold")
        draw_path(figure.add_subplot(grid[:2, 0]), run)
        _draw_table(figure.add_subplot(grid[2, 0]), summary)
        draw_error(figure.add_subplot(grid[0, 1]), run, header)
        draw_errors(figure.add_subplot(grid[1, 1]), run)
        draw_delays(figure.add_subplot(grid[2, 1]), run)
        try:
            figure.savefig(path)
        except OSError as error:
            raise RecordingError(f"{path} cannot be written: {error.strerror}") from error


def _title(header: Header) -> str:
    began = header.wall_time[:19].replace("T", " ")
    animal = ", ".join(f"{key} {value}" for key, value in header.animal.items())
    return "   ".join(filter(None, [header.session, began, animal]))


def _head_um(run: RunRows) -> NDArray[np.float64]:
    """Return the head's path: the truth where it is known, else what was detected."""
    return run.truth["head_um"] if len(run.truth) else run.ticks["head_um"]


def draw_path(axes: Axes, run: RunRows) -> None:
    """Draw head and stage on the plate."""
    axes.set_title("path on the plate")
    head_mm = _head_um(run) / 1000.0
    stage_mm = run.positions["position_um"] / 1000.0
    axes.plot(head_mm[:, 0], head_mm[:, 1], color=_WORM, lw=3.0, alpha=0.55, label="head")
    axes.plot(stage_mm[:, 0], stage_mm[:, 1], color=_STAGE, lw=0.8, label="stage")
    for place, marker, label in ((0, "o", "start"), (-1, "s", "end")):
        if len(head_mm):
            axes.plot(*head_mm[place], marker, color=INK, ms=5, ls="none", label=label)
    axes.set_aspect("equal", adjustable="datalim")
    axes.set_xlabel("x (mm)")
    axes.set_ylabel("y (mm)")
    axes.legend(frameon=False, ncols=4, loc="upper left")


def draw_error(axes: Axes, run: RunRows, header: Header) -> None:
    """Draw the head's distance from the centre over time."""
    axes.set_title("distance of the head from the centre of the confocal's field")
    t_s = run.ticks["t_s"] - header.started_s
    detected_um = distances_um(run.ticks["error_um"])
    axes.plot(t_s, detected_um, ".", color=_STAGE, ms=1.5, alpha=0.6, label="as detected")
    if len(run.truth):
        true_um = distances_um(
            run.truth["head_um"] - run.truth["stage_um"] - nudges_um(run.truth["t_s"], run.ticks)
        )
        axes.plot(run.truth["t_s"] - header.started_s, true_um, color=_WORM, lw=0.9, label="true")
    unseen_s = t_s[~run.ticks["is_found"]]
    axes.plot(unseen_s, np.zeros(len(unseen_s)), "|", color=_BAD, ms=9, label="not found")
    for limit_um, color in ((25.0, _GOOD), (50.0, _BAD)):
        axes.axhline(limit_um, color=color, lw=1.0, ls="--")
        axes.annotate(
            f" {limit_um:.0f} um", (1.0, limit_um), xycoords=("axes fraction", "data"), va="center"
        )
    axes.set_ylim(0.0, 1.2 * max(60.0, axes.get_ylim()[1]))  # room for the legend
    axes.set_xlim(0.0, max(1.0, t_s[-1] if len(t_s) else 0.0))
    axes.set_xlabel("time (s)")
    axes.set_ylabel("error (um)")
    axes.legend(frameon=False, ncols=3, loc="upper right", markerscale=2.0)


def draw_delays(axes: Axes, run: RunRows) -> None:
    """Draw how often which delay occurred."""
    axes.set_title("delay")
    ticks = run.ticks[is_judged(run.ticks["t_s"], run.ticks)]
    kinds = (
        ("frame in hand to command handed over", ticks["posted_s"] - ticks["received_s"], _WORM),
        ("mid-exposure to the stage acting", total_delays_s(ticks, run.stage), _STAGE),
    )
    known_ms = [1000.0 * delay_s[np.isfinite(delay_s)] for _, delay_s, _ in kinds]
    together_ms = np.concatenate(known_ms)
    if not together_ms.size:
        axes.text(0.5, 0.5, "no commands", ha="center", transform=axes.transAxes)
        return
    last_ms = float(np.percentile(together_ms, 99.9)) * 1.1
    bins_ms = np.linspace(0.0, last_ms, 80).tolist()
    for (label, _, color), delay_ms in zip(kinds, known_ms, strict=True):
        axes.hist(np.minimum(delay_ms, last_ms), bins_ms, color=color, alpha=0.75, label=label)
    axes.margins(x=0.0, y=0.25)  # room for the legend
    axes.set_xlabel("delay (ms); the last bar holds all that is later")
    axes.set_ylabel("commands")
    axes.legend(frameon=False, loc="upper right")


def draw_errors(axes: Axes, run: RunRows) -> None:
    """Draw which share of the frames lies within which distance."""
    axes.set_title("how often the head is how far from the centre")
    truly = true_errors_um(run) if len(run.truth) else run.ticks["error_um"]
    error_um = distances_um(truly)
    error_um = np.sort(error_um[np.isfinite(error_um)])
    share = np.arange(1, len(error_um) + 1) / max(1, len(error_um))
    axes.plot(error_um, 100.0 * share, color=_WORM, lw=1.6)
    for limit_um, color in ((25.0, _GOOD), (50.0, _BAD)):
        axes.axvline(limit_um, color=color, lw=1.0, ls="--")
    axes.set_xlim(0.0, max(60.0, error_um[-1] if error_um.size else 0.0))
    axes.set_ylim(0.0, 101.0)
    axes.set_xlabel("error (um)")
    axes.set_ylabel("frames within it (%)")


def _draw_table(axes: Axes, summary: Summary) -> None:
    axes.set_axis_off()
    table = axes.text(
        0.0, 1.0, summary_table(summary), family="monospace", fontsize=7.5, va="top", ha="left"
    )
    table.set_in_layout(False)  # or its width would push the panels about

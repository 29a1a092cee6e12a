"""The page's plots as PNG. Needs matplotlib, which the extra `report` brings."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from matplotlib import rc_context
from matplotlib.figure import Figure

from models.plot_style import INK, STYLE
from tracker.record.header import Header
from tracker.record.report import draw_delays, draw_error, draw_errors, draw_path
from tracker.record.score import RunRows
from tracker.report.behavior import Behavior

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_ALONG, _REVERSAL, _SURE, _LATE = "#3b6fb5", "#d99a2b", "#3d8b5f", "#2b3a42"


def plots_of(run: RunRows, header: Header, behavior: Behavior) -> Mapping[str, Mapping[str, bytes]]:
    """Return the page's plots by name, `half` as wide as the page, and as `wide`."""
    wide: Mapping[str, Callable[[Axes], None]] = {
        "error": lambda axes: draw_error(axes, run, header),
        "behavior": lambda axes: _draw_behavior(axes, behavior, header),
        "confidence": lambda axes: _draw_confidence(axes, run, header),
        "turnaround": lambda axes: _draw_turnaround(axes, run, header),
    }
    half: Mapping[str, Callable[[Axes], None]] = {
        "path": lambda axes: draw_path(axes, run),
        "errors": lambda axes: draw_errors(axes, run),
        "delays": lambda axes: draw_delays(axes, run),
    }
    return {
        "half": {name: _drawn((5.4, 4.6), draw) for name, draw in half.items()},
        "wide": {name: _drawn((11.0, 2.6), draw) for name, draw in wide.items()},
    }


def _drawn(size_inches: tuple[float, float], draw: Callable[[Axes], None]) -> bytes:
    with rc_context(STYLE):
        figure = Figure(figsize=size_inches, dpi=130, layout="constrained")
        draw(figure.add_subplot())
        held = io.BytesIO()
        figure.savefig(held, format="png")
    return held.getvalue()


def _draw_behavior(axes: Axes, behavior: Behavior, header: Header) -> None:
    axes.set_title("velocity along the animal's axis; reversals shaded")
    t_s = behavior.t_s - header.started_s
    axes.plot(t_s, behavior.along_um_s, color=_ALONG, lw=1.0)
    for begin_s, end_s in behavior.reversals:
        since_s = header.started_s
        axes.axvspan(begin_s - since_s, end_s - since_s, color=_REVERSAL, alpha=0.3)
    axes.axhline(0.0, color=INK, lw=0.7)
    axes.margins(x=0.0)
    axes.set_xlabel("time (s)")
    axes.set_ylabel("um/s")


def _draw_confidence(axes: Axes, run: RunRows, header: Header) -> None:
    axes.set_title("how sure the detector was of the head")
    t_s = run.ticks["t_s"] - header.started_s
    axes.plot(t_s, run.ticks["confidence"], ".", color=_SURE, ms=1.8)
    axes.set_ylim(0.0, 1.02)
    axes.margins(x=0.0)
    axes.set_xlabel("time (s)")
    axes.set_ylabel("confidence")


def _draw_turnaround(axes: Axes, run: RunRows, header: Header) -> None:
    axes.set_title("frame in hand to command handed over")
    posted = run.ticks[run.ticks["sequence"] >= 0]
    turnaround_ms = 1e3 * (posted["posted_s"] - posted["received_s"])
    axes.plot(posted["t_s"] - header.started_s, turnaround_ms, ".", color=_LATE, ms=1.8)
    axes.set_ylim(bottom=0.0)
    axes.margins(x=0.0)
    axes.set_xlabel("time (s)")
    axes.set_ylabel("ms")

"""An evaluation's plots as PNG. Needs matplotlib, which the extra `report` brings."""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure

from models.evaluate.evaluation import Evaluation
from models.plot_style import INK, STYLE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Okabe and Ito's colours, which the colour-blind tell apart.
_COLORS = ("#d55e00", "#0072b2", "#cc79a7", "#009e73", "#e69f00", "#56b4e9")


def plots_of(evaluation: Evaluation) -> list[bytes]:
    """Draw errors, honesty of the confidence, and honesty of the expected error."""
    drawn = [_drawn(lambda axes: _draw_errors(axes, evaluation))]
    if any(found.confidence_bins for found in evaluation.measures.values()):
        drawn.append(_drawn(lambda axes: _draw_confidence(axes, evaluation)))
    if any(found.expected_bins for found in evaluation.measures.values()):
        drawn.append(_drawn(lambda axes: _draw_expected(axes, evaluation)))
    return drawn


def _drawn(draw: Callable[[Axes], None]) -> bytes:
    with rc_context(STYLE):
        figure = Figure(figsize=(5.4, 4.0), dpi=120, layout="constrained")
        axes = figure.add_subplot()
        draw(axes)
        axes.legend(frameon=False)
        held = io.BytesIO()
        figure.savefig(held, format="png")
    return held.getvalue()


def _draw_errors(axes: Axes, evaluation: Evaluation) -> None:
    axes.set_title("heads whose keypoints lie within a distance")
    for (name, judged), color in zip(evaluation.judged.items(), _COLORS * 9, strict=False):
        lengths = [100.0 * each.error_lengths for each in judged if each.head is not None]
        far = np.sort([each if math.isfinite(each) else 1e6 for each in lengths])
        share = 100.0 * np.arange(1, len(far) + 1) / max(1, len(far))
        axes.plot(far, share, color=color, lw=1.8, label=name)
    axes.axvline(50.0, color=INK, ls="--", lw=1.0)
    axes.set_xlim(0.0, 100.0)
    axes.set_ylim(0.0, 101.0)
    axes.set_xlabel("mean distance (% of the head's length)")
    axes.set_ylabel("heads within it (%)")


def _draw_confidence(axes: Axes, evaluation: Evaluation) -> None:
    axes.set_title("is it right as often as it says?")
    axes.plot([0.0, 1.0], [0.0, 1.0], color=INK, ls="--", lw=1.0)
    for (name, found), color in zip(evaluation.measures.items(), _COLORS * 9, strict=False):
        claimed = [each.claimed for each in found.confidence_bins]
        came_true = [each.came_true for each in found.confidence_bins]
        axes.plot(claimed, came_true, "o-", color=color, ms=4, label=name)
    axes.set_xlim(0.0, 1.0)
    axes.set_ylim(0.0, 1.02)
    axes.set_xlabel("confidence")
    axes.set_ylabel("share of heads found")


def _draw_expected(axes: Axes, evaluation: Evaluation) -> None:
    axes.set_title("is it as far off as it says?")
    most = 1.0
    for (name, found), color in zip(evaluation.measures.items(), _COLORS * 9, strict=False):
        claimed = [each.claimed for each in found.expected_bins]
        came_true = [each.came_true for each in found.expected_bins]
        axes.plot(claimed, came_true, "o-", color=color, ms=4, label=name)
        most = max([most, *claimed, *came_true])
    axes.plot([0.0, most], [0.0, most], color=INK, ls="--", lw=1.0)
    axes.set_xlabel("expected error (px)")
    axes.set_ylabel("true error in the mean (px)")

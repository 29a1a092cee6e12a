"""The report's plots as PNG. Needs matplotlib, which the extra `report` brings."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure

from models.detection import KEYPOINTS
from models.labels.placing import Placing
from models.labels.quality import Quality
from models.plot_style import INK, STYLE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Okabe and Ito's colours, which the colour-blind tell apart.
COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#8a6d3b", "#5c5c5c")
_KEYPOINT_COLORS = ("#c03a4e", "#3d8b5f", "#3b6fb5")
_PLACING_COLORS = {
    Placing.SWAPPED: "#c03a4e",
    Placing.REVERSED: "#d99a2b",
    Placing.ELSEWHERE: "#8a6fb0",
    Placing.CONTESTED: "#9aa0a6",
}


def color_of(annotators: Sequence[str]) -> Mapping[str, str]:
    """Return each annotator's colour, the same in every picture of the report."""
    return {who: COLORS[place % len(COLORS)] for place, who in enumerate(annotators)}


def draw_distances(quality: Quality) -> bytes:
    """Draw how many of the compared marks lie within which distance."""
    with rc_context(STYLE):
        figure = Figure(figsize=(6.4, 3.6), dpi=120, layout="constrained")
        axes = figure.add_subplot()
        axes.set_title("two people's marks of the same keypoint")
        is_scaled = math.isfinite(quality.consensus.lengths.overall)
        most = 0.0
        for name, color in zip(KEYPOINTS, _KEYPOINT_COLORS, strict=True):
            found = [pair.distances[name] for pair in quality.pairs]
            apart = [100.0 * each.heads if is_scaled else each.pixels for each in found]
            values = np.sort(np.concatenate([*apart, np.empty(0)]))
            if len(values):
                share = 100.0 * np.arange(1, len(values) + 1) / len(values)
                axes.plot(values, share, color=color, lw=1.8, label=name.replace("_", " "))
                most = max(most, float(np.percentile(values, 99)))
        if is_scaled:
            limit = 100.0 * quality.within_heads
            axes.axvline(limit, color=INK, ls="--", lw=1.0)
            axes.annotate(
                f" criterion {limit:g} %", (limit, 2.0), xycoords="data", fontsize=8.5, color=INK
            )
        axes.set_xlim(0.0, max(most, 200.0 * quality.within_heads if is_scaled else 1.0))
        axes.set_ylim(0.0, 101.0)
        axes.set_xlabel("distance (% of the head's length)" if is_scaled else "distance (px)")
        axes.set_ylabel("pairs of marks within it (%)")
        if axes.get_legend_handles_labels()[0]:
            axes.legend(frameon=False, loc="lower right")
        return _png(figure)


def draw_hands(quality: Quality) -> bytes:
    """Draw each annotator's bias and scatter, keypoint by keypoint, the bulb to the right."""
    colors = color_of(quality.consensus.annotators)
    with rc_context(STYLE):
        figure = Figure(figsize=(9.6, 4.2), dpi=120, layout="constrained")
        reach_px = 1.0
        panels: list[Axes] = []
        names = [name for name in KEYPOINTS if is_hand_known(quality, name)]
        for place, name in enumerate(names):
            axes = figure.add_subplot(1, len(KEYPOINTS), place + 1)
            panels.append(axes)
            axes.set_title(name.replace("_", " "))
            for hand in quality.hands:
                if hand.keypoint == name and math.isfinite(hand.bias_along_px):
                    at = (hand.bias_along_px, hand.bias_across_px)
                    reach_px = max(reach_px, math.hypot(*at) + hand.scatter_px)
                    _draw_hand(axes, at, hand.scatter_px, colors[hand.annotator], hand.annotator)
            axes.plot(0.0, 0.0, "+", color=INK, ms=9)
            axes.set_xlabel("towards the bulb (px)")
        for axes in panels:
            axes.set_xlim(-1.1 * reach_px, 1.1 * reach_px)
            axes.set_ylim(1.1 * reach_px, -1.1 * reach_px)
            axes.set_aspect("equal")
        panels[0].set_ylabel("to its side (px)")
        handles, people = panels[0].get_legend_handles_labels()
        if handles:
            told = [f"{who}: bias (dot) and scatter (ring)" for who in people[:1]] + people[1:]
            figure.legend(handles, told, frameon=False, loc="outside upper left", ncols=8)
        return _png(figure)


def is_hand_known(quality: Quality, keypoint: str) -> bool:
    """Say whether anybody's bias at a keypoint is known."""
    return any(
        hand.keypoint == keypoint and math.isfinite(hand.bias_along_px) for hand in quality.hands
    )


def _draw_hand(
    axes: Axes, at: tuple[float, float], scatter_px: float, color: str, name: str
) -> None:
    turn_rad = np.linspace(0.0, 2.0 * np.pi, 100)
    ring = np.array([np.cos(turn_rad), np.sin(turn_rad)]) * scatter_px
    axes.plot(at[0] + ring[0], at[1] + ring[1], color=color, lw=1.2, alpha=0.8)
    axes.plot(*at, "o", color=color, ms=5, label=name)


def draw_placings(quality: Quality) -> bytes:
    """Draw how often each annotator meant another end than the others, or the other way round."""
    annotators = quality.consensus.annotators
    with rc_context(STYLE):
        figure = Figure(figsize=(6.4, 1.6 + 0.34 * len(annotators)), dpi=120, layout="constrained")
        axes = figure.add_subplot()
        axes.set_title("heads not placed as the others placed them")
        start = np.zeros(len(annotators))
        for placing, color in _PLACING_COLORS.items():
            counts = np.array([_share(quality.placings[who], placing) for who in annotators])
            axes.barh(annotators, counts, left=start, color=color, label=placing, height=0.62)
            start += counts
        axes.invert_yaxis()
        axes.set_xlim(0.0, max(1.0, 1.08 * float(start.max(initial=0.0))))
        axes.set_xlabel("share of the heads marked together with others (%)")
        axes.grid(visible=False, axis="y")
        figure.legend(frameon=False, loc="outside lower center", ncols=2, fontsize=8.5)
        return _png(figure)


def _share(counts: Mapping[Placing, int], placing: Placing) -> float:
    return 100.0 * counts[placing] / max(1, sum(counts.values()))


def _png(figure: Figure) -> bytes:
    file = io.BytesIO()
    figure.savefig(file, format="png")
    return file.getvalue()

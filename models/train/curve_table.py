"""A curve of trainings as a table that grows while it is traced, in words, and as a plot."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path

import numpy as np

from models.errors import TrainingError
from models.plot_style import INK, STYLE
from models.train.curve import CurvePlan, Point, Way

TABLE_FILE, PLOT_FILE = "curve.csv", "curve.png"
_COLUMNS = [field.name for field in fields(Point)]
_COLORS = {Way.TUNED: "#0072b2", Way.ALONE: "#d55e00"}


def read_points(file: Path, plan: CurvePlan) -> list[Point]:
    """Return what a table holds already; nothing where there is none.

    Raises:
        TrainingError: it is no such table, or one of another plan.
    """
    if not file.is_file():
        return []
    first, _, rest = file.read_text(encoding="utf-8").partition("\n")
    if first != _plan_line(plan):
        raise TrainingError(
            f"{file}: is of another plan ({first[:80]!r}, wanted {_plan_line(plan)!r}): "
            "give another --out"
        )
    try:
        return [_point(row) for row in csv.DictReader(io.StringIO(rest))]
    except (KeyError, TypeError, ValueError) as error:
        raise TrainingError(f"{file}: not a table of a curve: {error}") from error


def write_points(file: Path, plan: CurvePlan, points: Sequence[Point]) -> None:
    """Write the table, a row a training."""
    text = io.StringIO()
    table = csv.DictWriter(text, _COLUMNS, lineterminator="\n")
    table.writeheader()
    table.writerows(asdict(point) for point in points)
    file.write_text(f"{_plan_line(plan)}\n{text.getvalue()}", encoding="utf-8")


def _plan_line(plan: CurvePlan) -> str:
    return f"# {plan.folds} folds, {plan.minutes:g} CPU minutes each, seed {plan.seed}"


def _point(row: dict[str, str]) -> Point:
    return Point(
        way=Way(row["way"]),
        frames=int(row["frames"]),
        fold=int(row["fold"]),
        steps=int(row["steps"]),
        judged=int(row["judged"]),
        found=float(row["found"]),
        swapped=float(row["swapped"]),
        median_lengths=float(row["median_lengths"]),
    )


def lines(points: Sequence[Point]) -> list[str]:
    """Return the curve as the lines of a table, each figure the mean of its folds."""
    told = [f"{'frames':>6}  {'way':18} {'found':>6} {'swapped':>8} {'median error':>13}  folds"]
    keys = sorted({(one.frames, list(Way).index(one.way)) for one in points})
    for count, number in keys:
        way = list(Way)[number]
        own = [one for one in points if (one.frames, one.way) == (count, way)]
        found, swapped, error = (
            _means(own, way, name)[count] for name in ("found", "swapped", "median_lengths")
        )
        told.append(
            f"{count:6}  {way.value:18} {found:6.1%} {swapped:8.1%} {error:8.3f} head  {len(own):5}"
        )
    return told


def meaning(points: Sequence[Point]) -> str:
    """Say what the curve means for whoever labels, and what to do next."""
    tuned = _means(points, Way.TUNED)
    alone = _means(points, Way.ALONE)
    if not tuned:
        return ""
    both = [count for count in sorted(tuned) if count in alone]
    better = [count for count in both if tuned[count] > alone[count]]
    ours, theirs = (_means(points, way, "median_lengths") for way in (Way.TUNED, Way.ALONE))
    exacter = [count for count in both if ours[count] < theirs[count]]
    said = (
        f"Of {_listed(both)} frames, beginning with the trained network found more heads at "
        f"{_listed(better)} and was more exact at {_listed(exacter)}."
        if both
        else ""
    )
    most = max(tuned)
    before = [count for count in sorted(tuned) if count < most]
    if not before:
        return said
    gain = tuned[most] - tuned[before[-1]]
    share = most / before[-1]
    todo = (
        f"Going on pays: from {before[-1]} to {most} frames it became {gain:.1%} better. Label "
        f"{share:.0f} times as many."
        if gain > 0.01
        else f"More of the same frames pay little: {before[-1]} to {most} brought {gain:+.1%}. "
        "Label other animals, other days, other light, or the frames that `wormlock harvest` picks."
    )
    return f"{said} {todo}".strip()


def _means(points: Sequence[Point], way: Way, figure: str = "found") -> dict[int, float]:
    """Return the mean of the folds by how many frames there were."""
    own = [one for one in points if one.way is way]
    return {
        count: float(np.mean([getattr(one, figure) for one in own if one.frames == count]))
        for count in {one.frames for one in own}
    }


def _listed(counts: Sequence[int]) -> str:
    return ", ".join(map(str, counts)) or "none"


def write_plot(file: Path, points: Sequence[Point]) -> None:
    """Draw heads found against frames labelled, a dot a fold. Needs matplotlib."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(STYLE):
        figure = Figure(figsize=(5.6, 4.0), dpi=120, layout="constrained")
        axes = figure.add_subplot()
        counts = sorted({one.frames for one in points if one.frames})
        for way, color in _COLORS.items():
            own = [one for one in points if one.way is way]
            means = _means(points, way)
            axes.plot(
                sorted(means),
                [100.0 * means[count] for count in sorted(means)],
                color=color,
                lw=1.8,
                label=way.value,
            )
            axes.plot(
                [one.frames for one in own], [100.0 * one.found for one in own], "o", color=color,
                ms=4,
            )  # fmt: skip
        untuned = _means(points, Way.UNTUNED).get(0, math.nan)
        axes.axhline(100.0 * untuned, color=INK, ls="--", lw=1.0, label="before any")
        axes.set_xscale("log")
        axes.set_xticks(counts, labels=[str(count) for count in counts])
        axes.minorticks_off()
        axes.set_ylim(0.0, 102.0)
        axes.set_title("what labelled frames are worth")
        axes.set_xlabel("frames labelled")
        axes.set_ylabel("heads found within half their length (%)")
        axes.legend(frameon=False, loc="lower right")
        figure.savefig(file)

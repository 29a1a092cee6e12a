"""What two passes over the same frames made of them: then, when recorded, and now, replayed."""

from __future__ import annotations

from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from tracker.record.schema import Rows
from tracker.statistics import ErrorFigures, Spread, error_figures, spread

# Below these nobody at the rig would see a difference.
_SAME_PX = 0.5
_SAME_UM_S = 50.0
_SAME_FOUND = 0.001


class Found(TypedDict):
    """In how many frames the head was found."""

    both: int
    only_then: int
    only_now: int
    neither: int


class Difference(TypedDict):
    """How now departs from then; lengths of differences, so never negative.

    `frames` were compared; `missing` were used then and are not in the recording. `head_px`:
    where the head is seen, in frames that both found. `estimate_um`: where it is taken to be at
    the same moment. `command_um_s`: what the stage was to do. `true_error_*_um`: seen head
    against the true one, where the recording knows it.
    """

    frames: int
    missing: int
    found: Found
    head_px: Spread
    estimate_um: Spread
    command_um_s: Spread
    true_error_then_um: ErrorFigures
    true_error_now_um: ErrorFigures


def compare(then: Rows, now: Rows, truth: Rows) -> Difference:
    """Compare ticks (`TICK_ROW`) of the same frames; `truth` may have no rows."""
    _, of_then, of_now = np.intersect1d(
        then["frame_index"], now["frame_index"], return_indices=True
    )
    missing = len(then) - len(of_then)
    then, now = then[of_then], now[of_now]
    was_found, is_found = then["is_found"], now["is_found"]
    return Difference(
        frames=len(then),
        missing=missing,
        found=Found(
            both=int((was_found & is_found).sum()),
            only_then=int((was_found & ~is_found).sum()),
            only_now=int((~was_found & is_found).sum()),
            neither=int((~was_found & ~is_found).sum()),
        ),
        head_px=_apart(then, now, "head_px"),
        estimate_um=_apart(then, now, "estimate_um"),
        command_um_s=_apart(then, now, "command_um_s"),
        true_error_then_um=error_figures(_true_errors_um(then, truth)),
        true_error_now_um=error_figures(_true_errors_um(now, truth)),
    )


def difference_table(difference: Difference) -> str:
    """Return the table that a replay ends with."""
    found = difference["found"]
    rows = [
        ("head in the picture", "px", difference["head_px"]),
        ("estimate", "um", difference["estimate_um"]),
        ("command", "um/s", difference["command_um_s"]),
    ]
    lines = [
        f"  frames compared        {difference['frames']}; {difference['missing']} more were used "
        "then and are not in the recording",
        f"  head found             {found['both']} then and now, {found['only_then']} only then, "
        f"{found['only_now']} only now, {found['neither']} neither",
        "",
        f"  {'now against then':22} {'median':>8} {'p95':>8} {'p99':>8} {'max':>8}",
        *(
            f"  {f'{name} ({unit})':22} {_number(row['p50'])} {_number(row['p95'])} "
            f"{_number(row['p99'])} {_number(row['max'])}"
            for name, unit, row in rows
        ),
    ]
    if np.isfinite(difference["true_error_then_um"]["rms"]):
        lines += ["", *_true_lines(difference)]
    return "\n".join(lines)


def verdict(difference: Difference) -> str:
    """Say in words what the figures come to."""
    then, now = difference["true_error_then_um"]["rms"], difference["true_error_now_um"]["rms"]
    judged = ""
    if np.isfinite(then) and np.isfinite(now):
        closer = "closer to" if now < then else "farther from"
        judged = f" It sees the head {abs(now - then):.2f} um {closer} the truth (rms)."
        judged = " As far from the truth as then." if abs(now - then) < 0.01 else judged
    missing = ""
    if difference["missing"]:
        missing = " Frames are missing, and what followed them may differ for that alone."
    return f"{_words(difference)}{judged}{missing}"


def _words(difference: Difference) -> str:
    found, frames = difference["found"], max(1, difference["frames"])
    changed = found["only_then"] + found["only_now"]
    largest = [difference[name]["max"] for name in ("head_px", "estimate_um", "command_um_s")]
    if not changed and np.nanmax([0.0, *largest]) < 1e-6:
        return "Exactly as then: every detection, estimate and command."
    is_same_view = changed / frames <= _SAME_FOUND and not difference["head_px"]["p95"] > _SAME_PX
    if is_same_view and not difference["command_um_s"]["p95"] > _SAME_UM_S:
        return "Practically as then: nobody at the rig would see the difference."
    head_px, command_um_s = difference["head_px"], difference["command_um_s"]
    return (
        f"Different: the head is found in {found['only_now']} frames more and "
        f"{found['only_then']} less, seen {head_px['p50']:.2g} px away in the median "
        f"({head_px['p95']:.2g} at p95), and steered {command_um_s['p50']:.0f} um/s differently "
        f"({command_um_s['p95']:.0f} at p95)."
    )


def _apart(then: Rows, now: Rows, field: str) -> Spread:
    apart = now[field] - then[field]
    return spread(np.hypot(apart[:, 0], apart[:, 1]))


def _true_errors_um(ticks: Rows, truth: Rows) -> NDArray[np.float64]:
    _, of_ticks, of_truth = np.intersect1d(
        ticks["frame_index"], truth["frame_index"], return_indices=True
    )
    return ticks["head_um"][of_ticks] - truth["head_um"][of_truth]


def _true_lines(difference: Difference) -> list[str]:
    rows = (
        ("then", difference["true_error_then_um"]),
        ("now", difference["true_error_now_um"]),
    )
    return [
        f"  {'seen against true (um)':22} {'median':>8} {'p95':>8} {'p99':>8} {'max':>8}",
        *(
            f"  {name:22} {_number(row['median'])} {_number(row['p95'])} "
            f"{_number(row['p99'])} {_number(row['max'])}"
            for name, row in rows
        ),
    ]


def _number(value: float) -> str:
    return f"{'-':>8}" if np.isnan(value) else f"{value:8.2f}"

"""Which frames are worth a look: those in which most was wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tracker.record.schema import Rows
from tracker.record.score import is_judged
from tracker.statistics import distances_um

_APART_S = 1.0  # two frames nearer than that show the same


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A frame, and why it is shown."""

    frame_index: int
    t_s: float
    why: str


def worst_moments(ticks: Rows, *, most: int = 8) -> Sequence[Moment]:
    """Choose the worst frames among those that are judged, in order of time.

    Half of them by the head's distance from the field's centre; then where it was not found, the
    longest spells first; then where the detector was least sure.
    """
    ticks = ticks[is_judged(ticks["t_s"], ticks)]
    chosen: list[Moment] = []
    far_um = distances_um(ticks["error_um"])
    _choose(chosen, ticks, -far_um, most // 2, lambda at: f"{far_um[at]:.0f} um off the centre")
    length_s = _unseen_s(ticks)
    _choose(
        chosen, ticks, -length_s, most * 3 // 4, lambda at: f"not found for {length_s[at]:.2f} s"
    )
    sure = ticks["confidence"]
    _choose(chosen, ticks, sure, most, lambda at: f"confidence {sure[at]:.2f}")
    return sorted(chosen, key=lambda moment: moment.t_s)


def _choose(
    chosen: list[Moment],
    ticks: Rows,
    rank: NDArray[np.float64],
    until: int,
    why: Callable[[int], str],
) -> None:
    """Add the lowest ranks, NaN excepted, until there are `until`, each apart from the others."""
    for at in np.argsort(rank, kind="stable"):
        if len(chosen) >= until or not np.isfinite(rank[at]):
            return
        t_s = float(ticks["t_s"][at])
        if all(abs(t_s - moment.t_s) >= _APART_S for moment in chosen):
            chosen.append(
                Moment(frame_index=int(ticks["frame_index"][at]), t_s=t_s, why=why(int(at)))
            )


def _unseen_s(ticks: Rows) -> NDArray[np.float64]:
    """Return at the first tick of every unseen spell how long it lasted; NaN elsewhere."""
    lasts_s = np.full(len(ticks), np.nan)
    is_unseen = ~ticks["is_found"]
    edges = np.flatnonzero(np.diff(np.concatenate([[0], is_unseen.astype(np.int8), [0]])))
    for begin, end in edges.reshape(-1, 2):
        lasts_s[begin] = ticks["t_s"][min(end, len(ticks) - 1)] - ticks["t_s"][begin]
    return lasts_s

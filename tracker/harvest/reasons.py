"""Why a recorded frame may be worth a label, from what the loop made of it.

Each reason gives every tick a worth of 0 (not at all) to 1; NaN where it cannot say.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from tracker.record.schema import Rows

Worth = NDArray[np.float64]

_LONG_S = 1.0  # unseen for so long, an animal is not just hidden for a moment
_JUMP_UM, _FASTEST_UM_S = 150.0, 1200.0


def worth_of(ticks: Rows) -> Mapping[str, Worth]:
    """Return for each reason what every tick (n,) is worth by it."""
    is_found = ticks["is_found"]
    return {
        "not sure": np.where(is_found, 1.0 - np.clip(ticks["confidence"], 0.0, 1.0), np.nan),
        "not found": np.where(is_found, np.nan, _unseen(ticks)),
        "jumped": _jumps(ticks),
        "several candidates": np.where(ticks["candidate_count"] > 1, _rivalry(ticks), np.nan),
        "blurred by speed": _speed(ticks),
    }


def _unseen(ticks: Rows) -> Worth:
    """The first moments of a spell are worth the most: the head is mostly still in the picture."""
    since_s = np.full(len(ticks), np.inf)
    last_s = -np.inf
    for place, (t_s, is_found) in enumerate(zip(ticks["t_s"], ticks["is_found"], strict=True)):
        last_s = t_s if is_found else last_s
        since_s[place] = t_s - last_s
    return np.clip(1.0 - since_s / _LONG_S, 0.1, 1.0)


def _jumps(ticks: Rows) -> Worth:
    """How much further the head went from one frame to the next than an animal can."""
    worth = np.full(len(ticks), np.nan)
    went_um = np.hypot(*np.diff(ticks["head_um"], axis=0).T)
    too_far_um = went_um - _FASTEST_UM_S * np.diff(ticks["t_s"])
    worth[1:] = np.clip(too_far_um / _JUMP_UM, 0.0, 1.0)
    return worth


def _rivalry(ticks: Rows) -> Worth:
    return np.where(ticks["is_found"], 1.0 - 0.5 * np.clip(ticks["confidence"], 0.0, 1.0), 1.0)


def _speed(ticks: Rows) -> Worth:
    speed_um_s = np.hypot(*ticks["estimate_um_s"].T)
    known = speed_um_s[np.isfinite(speed_um_s)]
    if not known.size or not known.max() > 0.0:
        return np.full(len(ticks), np.nan)
    return np.clip(speed_um_s / max(float(np.percentile(known, 99.0)), 1e-9), 0.0, 1.0)

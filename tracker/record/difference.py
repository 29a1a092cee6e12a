"""What two passes over the same frames made of them: then, when recorded, and now, replayed."""

from __future__ import annotations

from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from tracker.messages import Mode
from tracker.record.own_noise import own_noise
from tracker.record.schema import Rows
from tracker.statistics import ErrorFigures, Spread, error_figures, spread

WARM_UP_S = 1.0  # until a loop that begins anew has forgotten that it did


class Found(TypedDict):
    """In how many frames the head was found."""

    both: int
    only_then: int
    only_now: int
    neither: int


class Difference(TypedDict):
    """How now departs from then; lengths of differences, so never negative.

    `frames` were compared; `missing` were used then and are not whole in the recording; `warm_up`
    were left out, for the loop of then knew what had been before the recording, and today's does
    not. `head_px` and `head_um`: where the head is seen, in frames that both found; `shift_um` is
    the mean of that, so that chance cancels. `estimate_um`: where it is taken to be at the same
    moment. `command_um_s`: what the stage was to do while tracking. `own_*`: by how much the
    recording scatters by itself (`own_noise`). `true_error_*_um`: seen head against the true one,
    where the recording knows it.
    """

    frames: int
    missing: int
    warm_up: int
    found: Found
    head_px: Spread
    head_um: Spread
    shift_um: float
    estimate_um: Spread
    command_um_s: Spread
    own_head_um: float
    own_command_um_s: float
    true_error_then_um: ErrorFigures
    true_error_now_um: ErrorFigures


def compare(then: Rows, now: Rows, truth: Rows) -> Difference:
    """Compare ticks (`TICK_ROW`) of the same frames; `truth` may have no rows."""
    _, of_then, of_now = np.intersect1d(
        then["frame_index"], now["frame_index"], return_indices=True
    )
    missing = len(then) - len(of_then)
    then, now = then[of_then], now[of_now]
    warm_up = _warm_up(then)
    then, now = then[warm_up:], now[warm_up:]
    is_tracking = then["mode"] == int(Mode.TRACKING)
    shift_um = now["head_um"] - then["head_um"]
    shift_um = shift_um[np.isfinite(shift_um).all(axis=1)]
    was_found, is_found = then["is_found"], now["is_found"]
    return Difference(
        frames=len(then),
        missing=missing,
        warm_up=warm_up,
        found=Found(
            both=int((was_found & is_found).sum()),
            only_then=int((was_found & ~is_found).sum()),
            only_now=int((~was_found & is_found).sum()),
            neither=int((~was_found & ~is_found).sum()),
        ),
        head_px=_apart(then, now, "head_px"),
        head_um=_apart(then, now, "head_um"),
        shift_um=float(np.hypot(*shift_um.mean(axis=0))) if len(shift_um) else float("nan"),
        estimate_um=_apart(then, now, "estimate_um"),
        command_um_s=_apart(then[is_tracking], now[is_tracking], "command_um_s"),
        own_head_um=own_noise(then["head_um"]),
        own_command_um_s=own_noise(then["command_um_s"][is_tracking]),
        true_error_then_um=error_figures(_true_errors_um(then, truth)),
        true_error_now_um=error_figures(_true_errors_um(now, truth)),
    )


def _warm_up(ticks: Rows) -> int:
    """Return in how many ticks a loop that began before them remembers more than they say."""
    if not len(ticks) or int(ticks["index"][0]) == 0:
        return 0
    return int(np.searchsorted(ticks["t_s"], ticks["t_s"][0] + WARM_UP_S))


def _apart(then: Rows, now: Rows, field: str) -> Spread:
    apart = now[field] - then[field]
    return spread(np.hypot(apart[:, 0], apart[:, 1]))


def _true_errors_um(ticks: Rows, truth: Rows) -> NDArray[np.float64]:
    _, of_ticks, of_truth = np.intersect1d(
        ticks["frame_index"], truth["frame_index"], return_indices=True
    )
    return ticks["head_um"][of_ticks] - truth["head_um"][of_truth]

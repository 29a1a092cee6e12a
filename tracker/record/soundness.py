"""Which rows no recorder can have written: what a bad disk or a stray write leaves in a table.

Rows carry no checksum of their own, but their fields say by name and type what they can hold:
times lie near the start of the recording, counters count, places are finite or NaN. Bytes that
mean anything else were not written by us. A value that is wrong and yet possible passes here;
`checksums` finds it, once a recording was closed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tracker.record.schema import Rows

_BEFORE_S = 3600.0  # what came before the start and was kept
_AFTER_S = 30 * 86_400.0
_LARGEST_COUNT = 1 << 48
# Of micrometres, pixels, velocities and all other figures; random bytes are mostly beyond these.
_LARGEST, _SMALLEST = 1e12, 1e-40
_COUNTERS: Mapping[str, int] = {"index": 0, "frame_index": 0, "sequence": -1, "count": 0}
_EVER_RISING = ("index", "frame_index")
# On the rig's clock, like the field that says when; NaN where there was no such moment.
_ON_THE_CLOCK = (
    *("received_s", "started_s", "detected_s", "decided_s", "posted_s"),
    *("written_s", "acts_s", "foreseen_s"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Oddity:
    """Rows that are not as they should be: their places (n,), and what is odd about the first."""

    places: NDArray[np.int64]
    what: str


def find_damage(rows: Rows, *, time_field: str, started_s: float) -> Oddity | None:
    """Return which of the rows (n,) cannot be what was written; None if all can."""
    if not len(rows):
        return None
    masks = {
        field: _is_impossible(rows, field, time_field=time_field, started_s=started_s)
        for field in rows.dtype.names or ()
    }
    is_damaged = np.zeros(len(rows), np.bool_)
    for mask in masks.values():
        is_damaged |= mask
    for field in _EVER_RISING:
        if field in masks:
            masks[field] = masks[field] | _stands_out(rows[field], ~is_damaged)
            is_damaged |= masks[field]
    places = np.flatnonzero(is_damaged)
    if not places.size:
        return None
    first = int(places[0])
    field = next(name for name, mask in masks.items() if mask[first])
    return Oddity(places=places, what=f"{field} is {_spelled(rows[field][first])}")


def find_backwards(t_s: NDArray[np.float64]) -> Oddity | None:
    """Return where times (n,) are earlier than one before them; None if they never are."""
    places = np.flatnonzero(np.diff(t_s) < 0.0) + 1
    if not places.size:
        return None
    row = int(places[0])
    what = f"first at row {row}: {t_s[row]:.6f} s after {t_s[row - 1]:.6f} s"
    return Oddity(places=places, what=what)


def spans(numbers: NDArray[np.int64], *, at_most: int = 8) -> str:
    """Spell rising numbers (n,) by their runs.

    >>> spans(np.array([3, 7, 8, 9]))
    '3, 7 to 9'
    """
    runs = np.split(numbers, np.flatnonzero(np.diff(numbers) != 1) + 1)
    words = [
        f"{run[0]} to {run[-1]}" if len(run) > 1 else str(run[0])
        for run in runs[:at_most]
        if len(run)
    ]
    return ", ".join(words) + (", ..." if len(runs) > at_most else "")


def _is_impossible(
    rows: Rows, field: str, *, time_field: str, started_s: float
) -> NDArray[np.bool_]:
    values = rows[field]
    kind = values.dtype.kind
    if kind == "b":
        return values.view(np.uint8) > 1
    if field in _COUNTERS:
        return (values < _COUNTERS[field]) | (values > _LARGEST_COUNT)
    if kind != "f":
        return np.zeros(len(rows), np.bool_)
    if field == time_field or field in _ON_THE_CLOCK:
        is_near = (values >= started_s - _BEFORE_S) & (values <= started_s + _AFTER_S)
        return ~is_near & ~(np.isnan(values) & (field != time_field))
    with np.errstate(invalid="ignore"):  # random bytes may be a NaN that signals
        size = np.abs(values.reshape(len(rows), -1).astype(np.float64))
    is_figure = np.isnan(size) | (size == 0.0) | ((size >= _SMALLEST) & (size <= _LARGEST))
    return ~is_figure.all(axis=1)


def _stands_out(counts: NDArray[np.int64], is_sound: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Find single counts that jump away from a row that rises without them."""
    stands_out = np.zeros(len(counts), np.bool_)
    places = np.flatnonzero(is_sound)
    before, here, after = (counts[places[at : at - 2 or None]] for at in range(3))
    is_between = (before < here) & (here < after)
    # Two neighbours of the culprit look odd as well: it is the one without which all rise.
    rises_without = before < after
    stands_out[places[1:-1][~is_between & rises_without]] = True
    return stands_out


def _spelled(value: object) -> str:
    return np.array2string(np.asarray(value), precision=6, separator=", ").replace("\n", " ")

"""The choice among frames: worth it, and unlike each other.

Frames that show nearly the same teach nearly the same. So frames are taken one by one, each time
the one for which worth times distance to the nearest frame already taken is the greatest (a
weighted form of Gonzalez' farthest-first traversal, 1985), a share for each reason in turn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

USUAL = "as usual"  # a network that sees only hard frames forgets the easy ones
_USUAL_SHARE = 0.2
_SOONEST_S = 0.2 - 1e-9  # eight frames of 25 ms are 0.2 s, and in floating point now and then less


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """A frame that was chosen: its place in what was chosen from, and why."""

    place: int
    reason: str


def pick(
    t_s: NDArray[np.float64],
    looks: NDArray[np.float64],
    worth: Mapping[str, NDArray[np.float64]],
    *,
    count: int,
    seed: int,
) -> list[Pick]:
    """Choose frames at times (n,) that look (n, features) unlike each other.

    A reason that no frame gives passes its share on to the others. Two frames are never nearer
    than 0.2 s. The order is that of the frames.
    """
    noise = np.random.default_rng(seed)
    reasons = {**worth, USUAL: 0.5 + 1e-3 * noise.random(len(t_s))}
    taken: list[Pick] = []
    apart = np.full(len(t_s), np.inf)
    is_free = np.ones(len(t_s), bool)
    # What one reason has no frames for, the others take in further rounds.
    turns = _in_turn(_shares(reasons, count))
    for reason in (*turns, *(name for _ in range(count) for name in reasons)):
        if len(taken) == count:
            break
        value = np.where(is_free, np.nan_to_num(reasons[reason]), 0.0)
        value = value if not taken else value * apart
        place = int(value.argmax())
        if not value[place] > 0.0:
            continue
        taken.append(Pick(place=place, reason=reason))
        apart = np.minimum(apart, np.linalg.norm(looks - looks[place], axis=1))
        is_free &= np.abs(t_s - t_s[place]) >= _SOONEST_S
    return sorted(taken, key=lambda each: each.place)


def _shares(worth: Mapping[str, NDArray[np.float64]], count: int) -> Mapping[str, int]:
    usual = round(_USUAL_SHARE * count)
    given = [name for name, of in worth.items() if name != USUAL and np.nan_to_num(of).max() > 0.0]
    if not given:
        return {USUAL: count}
    each, left = divmod(count - usual, len(given))
    return {name: each + (place < left) for place, name in enumerate(given)} | {USUAL: usual}


def _in_turn(shares: Mapping[str, int]) -> Sequence[str]:
    """Return the reasons by turns, so that none is left with what the others did not want."""
    most = max(shares.values(), default=0)
    return [name for turn in range(most) for name, own in shares.items() if turn < own]

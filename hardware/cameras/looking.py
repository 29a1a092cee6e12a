"""Waiting for a picture by looking again and again: no library's own waiting can be relied on.

MMCore has none; harvesters holds Python's lock meanwhile; pylon's was seen not to come back.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from hardware.clock import Clock

_LOOK_EVERY_S = 2e-4
FoundT = TypeVar("FoundT")


def look_until(look: Callable[[], FoundT | None], timeout_s: float, clock: Clock) -> FoundT | None:
    """Return what a look finds, as soon as it finds something; None: nothing until the timeout."""
    until_s = clock.now_s() + timeout_s
    while (found := look()) is None:
        now_s = clock.now_s()
        if now_s >= until_s:
            return None
        time.sleep(min(_LOOK_EVERY_S, until_s - now_s))
    return found


def look_for_all(
    look: Callable[[], FoundT | None], timeout_s: float, clock: Clock, *, most: int
) -> list[FoundT]:
    """Return what looks find one after the other, `most` at most; empty: nothing came."""
    found = look_until(look, timeout_s, clock)
    everything: list[FoundT] = []
    while found is not None:
        everything.append(found)
        found = look() if len(everything) < most else None
    return everything

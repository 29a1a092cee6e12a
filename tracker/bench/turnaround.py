"""How long a posted command waits until its bytes are handed to the port.

In the stage process's own words and rhythm: positions are asked for all the while, and a
controller whose replies cannot be told apart is not asked when a command is about to come. What it
costs to wake that process from another one is not in it.
"""

from __future__ import annotations

import select
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from hardware.clock import Clock
from hardware.ring import RingReader, RingWriter
from hardware.types import Vec2
from tracker.messages import POSITION_ROW, POST_ROW, STAGE_ROW
from tracker.runtime.stage_duty import StageDuty
from tracker.safety.guard import Guard
from tracker.statistics import Spread, spread

_POLL_S = 0.01
_WARMING_UP = 10
_LOOK_S = 0.002


def measure_turnaround(
    guard: Guard, clock: Clock, *, velocities_um_s: Sequence[Vec2], count: int, command_hz: float
) -> Spread:
    """Post commands in the rhythm of the loop, and return the seconds until they are written.

    Raises:
        RingError: there is no room for the rings.
        LinkLostError: the port is gone.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        slots = count + _WARMING_UP + 100
        posts = RingWriter(folder / "posts.ring", POST_ROW, slots=slots)
        rows = RingWriter(folder / "rows.ring", STAGE_ROW, slots=slots)
        positions = RingWriter(folder / "positions.ring", POSITION_ROW, slots=slots)
        readers = [RingReader(folder / "posts.ring", POST_ROW)]
        try:
            duty = StageDuty(
                guard,
                posts=readers[0],
                rows=rows,
                positions=positions,
                clock=clock,
                period_s=_POLL_S,
            )
            post = _poster(posts, clock, velocities_um_s)
            _post_and_turn(
                duty, guard, clock, post, count=count + _WARMING_UP, period_s=1.0 / command_hz
            )
            readers.append(RingReader(folder / "rows.ring", STAGE_ROW))
            readers[1].rewind()
            made = readers[1].take().rows
        finally:
            for ring in (*readers, posts, rows, positions):
                ring.close()
    made = made[made["sequence"] >= _WARMING_UP]
    return spread(np.asarray(made["written_s"] - made["posted_s"]))


def _poster(
    posts: RingWriter, clock: Clock, velocities_um_s: Sequence[Vec2]
) -> Callable[[int], None]:
    """Return what posts the command with a number, as the loop does."""

    def post(sequence: int) -> None:
        now_s = clock.now_s()
        velocity_um_s = velocities_um_s[sequence % len(velocities_um_s)]
        posts.append(sequence, now_s, now_s, now_s, velocity_um_s, np.zeros(2), False)

    return post


def _post_and_turn(
    duty: StageDuty,
    guard: Guard,
    clock: Clock,
    post: Callable[[int], None],
    *,
    count: int,
    period_s: float,
) -> None:
    post_at_s = clock.now_s()
    sequence = 0
    while sequence < count:
        now_s = clock.now_s()
        if now_s >= post_at_s:
            post(sequence)
            sequence, post_at_s = sequence + 1, post_at_s + period_s
            duty.turn(may_listen=False)
            continue
        duty.turn(may_listen=_has_come(guard, min(post_at_s - now_s, _LOOK_S)))


def _has_come(guard: Guard, timeout_s: float) -> bool:
    """Wait for a reply, `timeout_s` at most; without a descriptor it may always have come."""
    if guard.wait_handle is None:
        return True
    return bool(select.select([guard.wait_handle], [], [], timeout_s)[0])

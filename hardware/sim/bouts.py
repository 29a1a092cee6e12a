"""What an animal decides to do next: an endless row of bouts, drawn from its behaviour."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from hardware.sim.scenario import Behaviour

LONGEST_FORWARD_S = 8.0  # longer ones go on in a further bout, speed and course unbroken
_SHORTEST_FORWARD_S = 1.0
_OMEGA_PATH_UM = 480.0  # of a 165 degree turn; sharper turns take a longer path
_OMEGA_PACE = 0.8  # of the forward speed
_IDLE_UM_S = 4.0  # a pausing animal creeps


@dataclass(frozen=True, slots=True, kw_only=True)
class Bout:
    """One thing done for a while.

    `speed_um_s` along the body is negative when the tail leads; `ramp_s` is how long the change
    to it takes. `turn_rad` is by how much the course bends over the bout, `cast` how much the
    head casts about, 1 being usual.
    """

    duration_s: float
    speed_um_s: float
    ramp_s: float
    turn_rad: float = 0.0
    cast: float = 1.0


def draw_bouts(behaviour: Behaviour, draw: np.random.Generator) -> Iterator[Bout]:
    """Draw bouts for ever; the first crawls forward for a few seconds at least."""
    ventral = 1.0 if draw.random() < 0.5 else -1.0  # it lies on its side, the same one always
    yield from _forward(behaviour, draw, 4.0 + _forward_s(behaviour, draw))
    while True:
        yield from _interruption(behaviour, draw, ventral)
        yield from _forward(behaviour, draw, _forward_s(behaviour, draw))


def _rates_per_min(behaviour: Behaviour) -> tuple[float, float, float]:
    return behaviour.reversals_per_min, behaviour.escapes_per_min, behaviour.pauses_per_min


def _forward_s(behaviour: Behaviour, draw: np.random.Generator) -> float:
    """Draw how long it crawls before something interrupts it."""
    rate_per_s = sum(_rates_per_min(behaviour)) / 60.0
    if rate_per_s == 0.0:
        return math.inf
    mean_s = (1.0 - behaviour.interrupted_fraction) / rate_per_s
    shortest_s = min(_SHORTEST_FORWARD_S, 0.5 * mean_s)
    return shortest_s + draw.exponential(mean_s - shortest_s)


def _forward(behaviour: Behaviour, draw: np.random.Generator, duration_s: float) -> Iterator[Bout]:
    left_s = duration_s
    speed_um_s = behaviour.forward_um_s * draw.lognormal(-0.02, 0.2 if left_s < math.inf else 0.0)
    while left_s > 0.0:
        # The last two share what is left, so that no bout is too short to change speed in.
        bout_s = LONGEST_FORWARD_S if left_s > 2.0 * LONGEST_FORWARD_S else left_s
        if bout_s > LONGEST_FORWARD_S:
            bout_s /= 2.0
        yield Bout(duration_s=bout_s, speed_um_s=speed_um_s, ramp_s=draw.uniform(0.4, 0.8))
        left_s = 0.0 if bout_s == left_s else left_s - bout_s


def _interruption(
    behaviour: Behaviour, draw: np.random.Generator, ventral: float
) -> Iterator[Bout]:
    reversals, escapes, pauses = _rates_per_min(behaviour)
    lot = draw.random() * (reversals + escapes + pauses)
    if lot < pauses:
        yield Bout(
            duration_s=_around(behaviour.pause_s, draw), speed_um_s=_IDLE_UM_S, ramp_s=0.4, cast=1.3
        )
        return
    if lot < pauses + escapes:
        back_um_s = behaviour.escape_um_s * draw.uniform(0.9, 1.1)
        yield Bout(
            duration_s=behaviour.escape_s * draw.uniform(0.8, 1.2),
            speed_um_s=-back_um_s,
            ramp_s=draw.uniform(0.15, 0.25),
            cast=0.3,
        )
    else:
        back_um_s = behaviour.reversal_um_s * draw.uniform(0.75, 1.25)
        yield Bout(
            duration_s=_around(behaviour.reversal_s, draw),
            speed_um_s=-back_um_s,
            ramp_s=draw.uniform(0.3, 0.5),
            cast=0.5,
        )
    if draw.random() < behaviour.omega_fraction:
        yield _omega(behaviour, draw, ventral, from_um_s=-back_um_s)


def _omega(
    behaviour: Behaviour, draw: np.random.Generator, ventral: float, *, from_um_s: float
) -> Bout:
    """Draw a turn that follows a reversal at `from_um_s`, long enough to be finished."""
    side = ventral if draw.random() < 0.85 else -ventral
    turn_deg = behaviour.omega_deg * draw.uniform(0.75, 1.25)
    path_um = _OMEGA_PATH_UM * max(turn_deg / 165.0, 0.7)
    speed_um_s = _OMEGA_PACE * behaviour.forward_um_s
    ramp_s = draw.uniform(0.3, 0.5)
    regaining_s = ramp_s * (1.0 - 0.5 * from_um_s / speed_um_s)
    return Bout(
        duration_s=path_um / speed_um_s + regaining_s,
        speed_um_s=speed_um_s,
        ramp_s=ramp_s,
        turn_rad=side * math.radians(turn_deg),
        cast=0.4,
    )


def _around(mean_s: float, draw: np.random.Generator) -> float:
    """Draw a duration: most near the mean, a few much longer, none of no length."""
    return max(0.4 * mean_s, float(draw.gamma(4.0, mean_s / 4.0)))

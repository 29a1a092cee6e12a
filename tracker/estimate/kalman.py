"""How a head moves and how well it is seen: a Kalman filter whose two axes are alike.

A head keeps its velocity but for an acceleration that comes and goes: swings and casts push it
one way for about `swing_s`, then another (Singer's model; R. A. Singer, IEEE Trans. AES-6, 1970).
Over times much longer than `swing_s` this is white acceleration of density `agility_um2_s3`,
the constant-velocity filter of the textbooks. Both axes share one covariance, because neither
the animal nor the eye prefers one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hardware.types import Vec2


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadMotion:
    """What is known of a head at `t_s`.

    `state` is (3, 2): position um, velocity um/s, acceleration um/s2, each x and y.
    `covariance` is (3, 3), the same for both axes.
    """

    t_s: float
    state: NDArray[np.float64]
    covariance: NDArray[np.float64]

    @property
    def position_um(self) -> Vec2:
        """Where the head is."""
        return self.state[0]

    @property
    def velocity_um_s(self) -> Vec2:
        """How the head moves."""
        return self.state[1]

    @property
    def deviation_um(self) -> float:
        """Standard deviation of the position, along either axis."""
        return math.sqrt(self.covariance[0, 0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Agility:
    """How a head accelerates: spectral density, and how long one push lasts."""

    agility_um2_s3: float
    swing_s: float

    @property
    def variance_um2_s4(self) -> float:
        """Mean square of the acceleration along one axis."""
        return self.agility_um2_s3 / (2.0 * self.swing_s)


def first_seen(t_s: float, position_um: Vec2, agility: Agility, *, noise_um: float) -> HeadMotion:
    """Begin with a head that was seen once: its velocity may be anything a worm can do."""
    state = np.zeros((3, 2))
    state[0] = position_um
    any_speed_um_s = 400.0
    variances = [noise_um**2, any_speed_um_s**2, agility.variance_um2_s4]
    return HeadMotion(t_s=t_s, state=state, covariance=np.diag(variances))


def predict(motion: HeadMotion, t_s: float, agility: Agility) -> HeadMotion:
    """Carry what is known forward to `t_s`; two short steps say exactly what one long one says.

    Raises:
        ValueError: `t_s` lies before what is known.
    """
    dt_s = t_s - motion.t_s
    if dt_s < 0.0:
        raise ValueError(f"cannot predict back from {motion.t_s:.4f} s to {t_s:.4f} s")
    move = _move(dt_s, agility.swing_s)
    spread = agility.variance_um2_s4 * _spread(dt_s, agility.swing_s)
    return HeadMotion(
        t_s=t_s,
        state=move @ motion.state,
        covariance=move @ motion.covariance @ move.T + spread,
    )


def moved(motion: HeadMotion, by_um: Vec2) -> HeadMotion:
    """Return the same motion elsewhere."""
    state = motion.state.copy()
    state[0] += by_um
    return replace(motion, state=state)


def correct(motion: HeadMotion, position_um: Vec2, *, noise_um: float) -> HeadMotion:
    """Learn from a head seen at `motion.t_s`."""
    variance_um2 = motion.covariance[0, 0] + noise_um**2
    gain = motion.covariance[:, 0] / variance_um2
    # Joseph's form stays positive whatever the rounding.
    keep = np.eye(3)
    keep[:, 0] -= gain
    return HeadMotion(
        t_s=motion.t_s,
        state=motion.state + np.outer(gain, position_um - motion.state[0]),
        covariance=keep @ motion.covariance @ keep.T + noise_um**2 * np.outer(gain, gain),
    )


def _move(dt_s: float, swing_s: float) -> NDArray[np.float64]:
    steps = dt_s / swing_s
    fades = math.exp(-steps)
    gone = -math.expm1(-steps)
    return np.array(
        [
            [1.0, dt_s, swing_s**2 * (steps - gone)],
            [0.0, 1.0, swing_s * gone],
            [0.0, 0.0, fades],
        ]
    )


def _spread(dt_s: float, swing_s: float) -> NDArray[np.float64]:
    """Return what unit variance of the acceleration adds to the covariance in `dt_s`."""
    u = dt_s / swing_s
    if u < 0.005:  # where the exact terms below cancel each other: pushes that do not fade yet
        a = 2.0 / swing_s
        pv, pa, va = dt_s**4 / 8.0, dt_s**3 / 6.0, dt_s**2 / 2.0
        rows = [[dt_s**5 / 20.0, pv, pa], [pv, dt_s**3 / 3.0, va], [pa, va, dt_s]]
        return a * np.array(rows)
    e, e2 = math.exp(-u), math.exp(-2.0 * u)
    pp = 1.0 - e2 + 2.0 * u + 2.0 * u**3 / 3.0 - 2.0 * u**2 - 4.0 * u * e
    pv = e2 + 1.0 - 2.0 * e + 2.0 * u * e - 2.0 * u + u**2
    pa = 1.0 - e2 - 2.0 * u * e
    vv = 4.0 * e - 3.0 - e2 + 2.0 * u
    va = e2 + 1.0 - 2.0 * e
    s = swing_s
    return np.array(
        [
            [pp * s**4, pv * s**3, pa * s**2],
            [pv * s**3, vv * s**2, va * s],
            [pa * s**2, va * s, 1.0 - e2],
        ]
    )

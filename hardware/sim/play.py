"""What lies between an axis's motor and what it carries: backlash and settling.

Both turn one path into another and stay pure functions of time.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from hardware.sim.axis import Phase, Phases, phase_at, reaches_after_s


@dataclass(frozen=True, slots=True)
class Path:
    """A path that is followed with a time constant of `settle_s`, from `settled_um` on."""

    phases: Phases
    settled_um: float
    settle_s: float

    @property
    def starts_s(self) -> float:
        """When the path begins."""
        return self.phases[0].starts_s

    def position_um(self, t_s: float) -> float:
        """Return the place at `t_s`; before the start, where it started."""
        if self.settle_s == 0.0:
            return phase_at(self.phases, t_s).position_um
        here_um = self.settled_um
        ends_s = [*(phase.starts_s for phase in self.phases[1:]), math.inf]
        for phase, end_s in zip(self.phases, ends_s, strict=True):
            if phase.starts_s >= t_s:
                break
            until_s = min(end_s, t_s)
            faded = math.exp(-(until_s - phase.starts_s) / self.settle_s)
            here_um = self._behind_um(phase.at(until_s)) + faded * (
                here_um - self._behind_um(phase)
            )
        return here_um

    def velocity_um_s(self, t_s: float) -> float:
        """Return the velocity at `t_s`."""
        asked = phase_at(self.phases, t_s)
        if self.settle_s == 0.0:
            return asked.velocity_um_s
        return (asked.position_um - self.position_um(t_s)) / self.settle_s

    def _behind_um(self, asked: Phase) -> float:
        """Where a first-order follower ends up behind a steady acceleration."""
        return (
            asked.position_um
            - self.settle_s * asked.velocity_um_s
            + self.settle_s**2 * asked.acceleration_um_s2
        )


def after_backlash(motor: Phases, load_um: float, backlash_um: float) -> Phases:
    """Return the path of a load that has `backlash_um` of play about its motor.

    The load stands until the motor has crossed the play, then goes along at the motor's speed.

    >>> turn = (Phase(0, 0, 10, 0), Phase(1, 10, -10, 0))
    >>> load = after_backlash(turn, -2.0, 4.0)
    >>> [round(phase_at(load, t).position_um, 6) for t in (0, 1, 1.25, 1.5)]
    [-2.0, 8.0, 8.0, 7.0]
    """
    load: list[Phase] = []
    for piece, end_s in _monotone(motor):
        midway_s = min(end_s - piece.starts_s, 1.0) / 2.0
        way = math.copysign(1.0, piece.velocity_um_s + piece.acceleration_um_s2 * midway_s)
        after_s = reaches_after_s(piece, load_um + way * backlash_um / 2.0, way)
        moves_s = piece.starts_s + after_s
        if after_s > 0.0:
            load.append(Phase(piece.starts_s, load_um, 0.0, 0.0))
        if moves_s < end_s:
            pushed = piece.at(moves_s)._replace(position_um=load_um)
            load.append(pushed)
            load_um = pushed.at(end_s).position_um if math.isfinite(end_s) else load_um
    return tuple(load)


def _monotone(phases: Phases) -> list[tuple[Phase, float]]:
    """Cut phases where they turn round; return each piece with its end."""
    pieces: list[tuple[Phase, float]] = []
    ends_s = [*(phase.starts_s for phase in phases[1:]), math.inf]
    for phase, end_s in zip(phases, ends_s, strict=True):
        push = phase.acceleration_um_s2
        turns_s = phase.starts_s - phase.velocity_um_s / push if push else math.inf
        if phase.starts_s < turns_s < end_s:
            pieces.append((phase, turns_s))
            pieces.append((phase.at(turns_s)._replace(velocity_um_s=0.0), end_s))
        elif phase.starts_s < end_s:
            pieces.append((phase, end_s))
    return pieces

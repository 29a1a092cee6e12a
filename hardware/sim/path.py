"""The path that a body lies on: a smooth wave, drawn further by whichever end leads.

Places along it are micrometres of arc in the direction of crawling. A path is never changed;
extending it makes a new one that shares every node that is left, so that a body which lies on
both is the same body to the bit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hardware.types import Vec2

STEP_UM = 5.0
_SETTLE_UM = 200.0  # along which a wave takes on a new swing and length
_DRIFT_UM = 600.0  # along which the course keeps bending the same way


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave:
    """How the further path is to run: a wave about a course that drifts and may turn.

    `turn_rad` is spread over the whole extension; the wave is flattened in it as the body of
    a turning animal is. `drift_rad_per_sqrt_um` says how the course wanders.
    """

    swing_rad: float
    length_um: float
    drift_rad_per_sqrt_um: float
    turn_rad: float = 0.0
    flattening: float = 0.0  # 0: a turn leaves the wave as it is; 1: takes it away half way


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """A curve of nodes `STEP_UM` apart; `start_um` is the arc at the first, a whole step.

    Per node, the rows of `wave` (4, N) are course (rad), phase (rad), swing (rad) and wave
    number (rad/um); `heading_rad` (N,) is course + swing * sin(phase), `place_um` (N, 2).
    """

    start_um: float
    wave: NDArray[np.float64]
    heading_rad: NDArray[np.float64]
    place_um: NDArray[np.float64]

    @property
    def end_um(self) -> float:
        """The arc at the last node."""
        return self.start_um + STEP_UM * (len(self.heading_rad) - 1)

    def heading_at(self, arc_um: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the headings at places along the path."""
        node = (arc_um - self.start_um) / STEP_UM
        before = np.minimum(node.astype(np.intp), len(self.heading_rad) - 2)
        heading_rad = self.heading_rad[before]
        return heading_rad + (node - before) * (self.heading_rad[before + 1] - heading_rad)

    def place_at(self, arc_um: float) -> Vec2:
        """Return where on the plate a place along the path is, its tangent unbroken."""
        node = (arc_um - self.start_um) / STEP_UM
        before = min(int(node), len(self.heading_rad) - 2)
        share = node - before
        (from_x, from_y), (to_x, to_y) = self.place_um[before : before + 2].tolist()
        out_rad, in_rad = self.heading_rad[before : before + 2].tolist()
        square, cube = share * share, share * share * share
        ahead = 3.0 * square - 2.0 * cube
        out, into = STEP_UM * (cube - 2.0 * square + share), STEP_UM * (cube - square)
        return np.array(
            [
                from_x
                + ahead * (to_x - from_x)
                + out * math.cos(out_rad)
                + into * math.cos(in_rad),
                from_y
                + ahead * (to_y - from_y)
                + out * math.sin(out_rad)
                + into * math.sin(in_rad),
            ]
        )

    def between(self, low_um: float, high_um: float) -> Path:
        """Return the part of the path that holds two places along it, and no more."""
        first = max(math.floor((low_um - self.start_um) / STEP_UM), 0)
        last = min(math.ceil((high_um - self.start_um) / STEP_UM), len(self.heading_rad) - 1)
        kept = slice(first, max(last, first + 1) + 1)
        return Path(
            start_um=self.start_um + first * STEP_UM,
            wave=self.wave[:, kept],
            heading_rad=self.heading_rad[kept],
            place_um=self.place_um[kept],
        )

    def drawn_on(self, to_um: float, wave: Wave, draw: np.random.Generator) -> Path:
        """Return the path with its front end drawn on to a place along it, at least."""
        nodes = max(math.ceil((to_um - self.end_um) / STEP_UM), 0)
        if nodes == 0:
            return self
        grown = np.hstack([self.wave, _grow(self.wave[:, -1], nodes, wave, draw, forth=1.0)])
        return _laid(self.start_um, grown, self.place_um[-1], len(self.heading_rad) - 1)

    def drawn_back(self, to_um: float, wave: Wave, draw: np.random.Generator) -> Path:
        """Return the path with its rear end drawn back to a place along it, at least."""
        nodes = max(math.ceil((self.start_um - to_um) / STEP_UM), 0)
        if nodes == 0:
            return self
        grown = _grow(self.wave[:, 0], nodes, wave, draw, forth=-1.0)[:, ::-1]
        start_um = self.start_um - nodes * STEP_UM
        return _laid(start_um, np.hstack([grown, self.wave]), self.place_um[0], nodes)


def first_path(length_um: float, course_rad: float, wave: Wave, draw: np.random.Generator) -> Path:
    """Draw the path that a body lies on to begin with; its first node is the plate's origin."""
    seed = np.array([[course_rad], [draw.uniform(0.0, 2.0 * math.pi)], [wave.swing_rad], [0.0]])
    seed[3] = 2.0 * math.pi / wave.length_um
    nodes = math.ceil(length_um / STEP_UM) + 1
    grown = np.hstack([seed, _grow(seed[:, 0], nodes, wave, draw, forth=1.0)])
    return _laid(0.0, grown, np.zeros(2), 0)


def _grow(
    end: NDArray[np.float64], nodes: int, wave: Wave, draw: np.random.Generator, *, forth: float
) -> NDArray[np.float64]:
    """Return the waves of further nodes, nearest first; `forth` -1 leads against the path."""
    away_um = STEP_UM * np.arange(1, nodes + 1)
    share = away_um / away_um[-1]
    settling = np.exp(-away_um / _SETTLE_UM)
    number = 2.0 * math.pi / wave.length_um
    numbers = number + (end[3] - number) * settling
    swing_rad = wave.swing_rad + (end[2] - wave.swing_rad) * settling
    swing_rad = swing_rad * (1.0 - wave.flattening * np.sin(math.pi * share) ** 2)
    phase_rad = end[1] + forth * STEP_UM * np.cumsum(numbers)
    turned_rad = wave.turn_rad * (1.0 - np.cos(math.pi * share)) / 2.0
    course_rad = end[0] + turned_rad + _drift(nodes, wave.drift_rad_per_sqrt_um, draw)
    return np.vstack([course_rad, phase_rad, swing_rad, numbers])


def _drift(
    nodes: int, drift_rad_per_sqrt_um: float, draw: np.random.Generator
) -> NDArray[np.float64]:
    """Return how the course drifts: a random walk whose bends last, and begin gently."""
    fading = math.exp(-STEP_UM / _DRIFT_UM)
    lasting = (1.0 - fading) * fading ** np.arange(nodes)
    bend = np.convolve(draw.standard_normal(nodes), lasting)[:nodes]
    return drift_rad_per_sqrt_um * math.sqrt(STEP_UM) * np.cumsum(bend)


def _laid(start_um: float, wave: NDArray[np.float64], fixed_um: Vec2, fixed_node: int) -> Path:
    """Lay a wave on the plate, one of its nodes where it has always been."""
    course_rad, phase_rad, swing_rad, _ = wave
    heading_rad = course_rad + swing_rad * np.sin(phase_rad)
    between_rad = (heading_rad[1:] + heading_rad[:-1]) / 2.0
    steps_um = STEP_UM * np.column_stack([np.cos(between_rad), np.sin(between_rad)])
    place_um = np.vstack([np.zeros(2), np.cumsum(steps_um, axis=0)])
    place_um += fixed_um - place_um[fixed_node]
    return Path(start_um=start_um, wave=wave, heading_rad=heading_rad, place_um=place_um)

"""Crawling by a travelling wave: the body follows the path that its leading end draws.

Forward, the nose draws the path and the body slides along it; in a reversal the tail draws,
and the head retraces what it came by. Before the head proper, the body bends once more: it casts
about. Bouts are drawn in order as far as anybody has asked, and kept: the answer for a time
never depends on what was asked before.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hardware.sim.anatomy import MIDLINE_POINTS, tracked_head_um
from hardware.sim.bouts import Bout, draw_bouts
from hardware.sim.path import STEP_UM, Path, Wave, first_path
from hardware.sim.rhythm import cast_rhythm, vigour_rhythm
from hardware.sim.scenario import GaitWorm
from hardware.sim.worm import Midline

BEGINS_S = -3.0  # of the world's time: what happened before that, nobody asks
_GRID_S = 0.01
_SEGMENTS = MIDLINE_POINTS - 1
_MIDDLES = (np.arange(_SEGMENTS) + 0.5) / _SEGMENTS
_ANCHOR_POINT = 16  # the midline point that is held on the path
_OMEGA_FLATTENING = 0.8
_SHARPEST_RAD_PER_UM = 1.0 / 140.0  # mean of a turn; its middle is half as sharp again
_RETURN_RAD_PER_UM = 1.0 / 1500.0  # how sharply it turns back at the end of its range

# How a head cast is spread over the body: whole at the nose, none from here on.
_NECK = 0.30
_CAST_SHAPE = np.clip(1.0 - _MIDDLES / _NECK, 0.0, 1.0)
_CAST_REACH = float(_CAST_SHAPE.sum()) / _SEGMENTS  # nose's way aside per rad and body length


@dataclass(frozen=True, slots=True, kw_only=True)
class _Leg:
    """A bout that has been laid on the plate.

    `advance_um` and `speed_um_s` (N,) are where along `path` the nose is and how fast it goes,
    at times `_GRID_S` apart. `bout` is in force once `ramp_s` is over; until then casts change
    from what they were, `cast_from`.
    """

    bout: Bout
    starts_s: float
    ends_s: float
    ramp_s: float
    path: Path
    advance_um: NDArray[np.float64]
    speed_um_s: NDArray[np.float64]
    cast_from: float

    def nose_arc_um(self, t_s: float) -> float:
        """Return how far along its path the nose is, by cubic pieces that keep the speed smooth."""
        place = (t_s - self.starts_s) / _GRID_S
        before = min(int(place), len(self.advance_um) - 2)
        share = place - before
        from_um, to_um = float(self.advance_um[before]), float(self.advance_um[before + 1])
        out_um = float(self.speed_um_s[before]) * _GRID_S
        into_um = float(self.speed_um_s[before + 1]) * _GRID_S
        square, cube = share * share, share * share * share
        return (
            from_um
            + (3.0 * square - 2.0 * cube) * (to_um - from_um)
            + (cube - 2.0 * square + share) * out_um
            + (cube - square) * into_um
        )

    def cast_at(self, t_s: float) -> float:
        settled = _smooth((t_s - self.starts_s) / self.ramp_s)
        return self.cast_from + (self.bout.cast - self.cast_from) * settled


class GaitAnimal:
    """An animal that crawls, reverses, turns and pauses for ever, as its behaviour says."""

    def __init__(self, worm: GaitWorm, seed: tuple[int, ...]) -> None:
        self._draw = np.random.default_rng(seed)
        self._behaviour = worm.behaviour
        self._length_um = worm.length_um
        self._vigour = vigour_rhythm(worm.behaviour, self._draw)
        self._cast = cast_rhythm(worm.behaviour, self._draw)
        self._bouts = draw_bouts(worm.behaviour, self._draw)
        drawn_rad = self._draw.uniform(-math.pi, math.pi)
        course_rad = drawn_rad if worm.heading_deg is None else math.radians(worm.heading_deg)
        self._shift_um = np.zeros(2)
        self._legs = [self._first_leg(course_rad)]
        self._starts_s = [BEGINS_S]
        self._shift_um = np.array(worm.start_um) - tracked_head_um(self.midline_um(0.0))

    @property
    def length_um(self) -> float:
        """Nose to tail along the midline."""
        return self._length_um

    def midline_um(self, t_s: float) -> Midline:
        """Return the midline in plate micrometres; before `BEGINS_S` it stands still."""
        t_s = max(t_s, BEGINS_S)
        leg = self._leg_at(t_s)
        nose_um = leg.nose_arc_um(t_s)
        heading_rad = leg.path.heading_at(nose_um - self._length_um * _MIDDLES)
        cast_rad = leg.cast_at(t_s) * self._cast.at(t_s) / (_CAST_REACH * self._length_um)
        heading_rad += cast_rad * _CAST_SHAPE
        step_um = self._length_um / _SEGMENTS
        midline_um = np.zeros((MIDLINE_POINTS, 2))
        np.cos(heading_rad).cumsum(out=midline_um[1:, 0])
        np.sin(heading_rad).cumsum(out=midline_um[1:, 1])
        midline_um *= -step_um
        anchor_um = leg.path.place_at(nose_um - _ANCHOR_POINT * step_um)
        midline_um += anchor_um + self._shift_um - midline_um[_ANCHOR_POINT]
        return midline_um

    def _leg_at(self, t_s: float) -> _Leg:
        while self._legs[-1].ends_s <= t_s:
            self._legs.append(self._next_leg(self._legs[-1], next(self._bouts)))
            self._starts_s.append(self._legs[-1].starts_s)
        return self._legs[bisect_right(self._starts_s, t_s) - 1]

    def _first_leg(self, course_rad: float) -> _Leg:
        bout = next(self._bouts)
        path = first_path(self._length_um, course_rad, self._wave(bout, 0.0), self._draw)
        still = _Leg(
            bout=bout,
            starts_s=BEGINS_S - _GRID_S,
            ends_s=BEGINS_S,
            ramp_s=bout.ramp_s,
            path=path,
            advance_um=np.full(2, self._length_um),
            speed_um_s=np.zeros(2),
            cast_from=bout.cast,
        )
        return self._next_leg(still, bout)

    def _next_leg(self, last: _Leg, bout: Bout) -> _Leg:
        starts_s = last.ends_s
        arc_um, speed_um_s = self._progress(last, bout)
        low_um, high_um = float(arc_um.min()) - self._length_um, float(arc_um.max())
        path = last.path.between(arc_um[0] - self._length_um, arc_um[0])
        wave = self._wave(bout, self._turn_rad(bout, path, high_um - path.end_um))
        drawn_on = path.drawn_on(high_um + STEP_UM, wave, self._draw)
        behind = replace(wave, turn_rad=0.0, flattening=0.0)
        return _Leg(
            bout=bout,
            starts_s=starts_s,
            ends_s=starts_s + bout.duration_s,
            ramp_s=min(bout.ramp_s, bout.duration_s),
            path=drawn_on.drawn_back(low_um - STEP_UM, behind, self._draw),
            advance_um=arc_um,
            speed_um_s=speed_um_s,
            cast_from=last.cast_at(starts_s),
        )

    def _progress(self, last: _Leg, bout: Bout) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return where along the path the nose goes and how fast, on the grid, both (N,)."""
        nodes = math.ceil(bout.duration_s / _GRID_S) + 2
        since_s = np.arange(nodes, dtype=np.float64) * _GRID_S
        vigour = _vigour(self._vigour.over(last.ends_s + since_s))
        settled = np.clip(since_s / min(bout.ramp_s, bout.duration_s), 0.0, 1.0)
        settled = settled * settled * (3.0 - 2.0 * settled)
        before_um_s = last.bout.speed_um_s
        speed_um_s = vigour * (before_um_s + (bout.speed_um_s - before_um_s) * settled)
        steps_um = _GRID_S * (speed_um_s[1:] + speed_um_s[:-1]) / 2.0
        from_um = last.nose_arc_um(last.ends_s)
        return from_um + np.concatenate([[0.0], np.cumsum(steps_um)]), speed_um_s

    def _wave(self, bout: Bout, turn_rad: float) -> Wave:
        behaviour = self._behaviour
        return Wave(
            swing_rad=math.radians(behaviour.swing_deg) * self._draw.uniform(0.85, 1.15),
            length_um=behaviour.forward_um_s
            / behaviour.undulation_hz
            * self._draw.uniform(0.9, 1.1),
            drift_rad_per_sqrt_um=math.radians(behaviour.wander_deg_per_mm) / math.sqrt(1000.0),
            turn_rad=turn_rad,
            flattening=_OMEGA_FLATTENING if bout.turn_rad != 0.0 else 0.0,
        )

    def _turn_rad(self, bout: Bout, path: Path, further_um: float) -> float:
        """Return by how much the course turns: as the bout says, or back from the plate's edge."""
        further_um = max(further_um, 0.0)
        if bout.turn_rad != 0.0:
            return _within(bout.turn_rad, _SHARPEST_RAD_PER_UM * further_um)
        away_um = path.place_um[-1] + self._shift_um
        if math.hypot(*away_um) < self._behaviour.range_um:
            return 0.0
        home_rad = math.atan2(-away_um[1], -away_um[0])
        turn_rad = math.remainder(home_rad - float(path.wave[0, -1]), math.tau)
        return _within(turn_rad, _RETURN_RAD_PER_UM * further_um)


def _within(value: float, most: float) -> float:
    return max(-most, min(value, most))


def _smooth(share: float) -> float:
    share = min(max(share, 0.0), 1.0)
    return share * share * (3.0 - 2.0 * share)


def _vigour(rhythm: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the speed against the usual one: never none, and never far above twice."""
    return np.where(rhythm > 0.0, 1.0 + rhythm, 1.0 / (1.0 - np.minimum(rhythm, 0.0)))

"""Animals that meet: one is turned and moved as a whole so as to lie across another's head."""

from __future__ import annotations

import math

import numpy as np

from hardware.sim.anatomy import MIDLINE_POINTS, tracked_head_um
from hardware.sim.scenario import Meeting
from hardware.sim.worm import Animal, Midline
from hardware.types import Vec2

_MIDDLE_POINT = MIDLINE_POINTS // 2
_CHEST_POINT = 12


class MovedAnimal:
    """An animal that does all it does elsewhere, and the other way round."""

    def __init__(self, animal: Animal, *, turn_rad: float, about_um: Vec2, onto_um: Vec2) -> None:
        """Turn all that `animal` does about one place, and move that place onto another."""
        cos, sin = math.cos(turn_rad), math.sin(turn_rad)
        self._animal = animal
        self._turn = np.array([[cos, -sin], [sin, cos]])
        self._shift_um = onto_um - self._turn @ about_um

    @property
    def length_um(self) -> float:
        """Nose to tail along the midline."""
        return self._animal.length_um

    def midline_um(self, t_s: float) -> Midline:
        """Return the midline in plate micrometres."""
        return self._animal.midline_um(t_s) @ self._turn.T + self._shift_um


def meet(animal: Animal, other: Animal, meeting: Meeting) -> Animal:
    """Return `other` moved so that its middle lies under the animal's head at the time agreed."""
    ours_um, theirs_um = animal.midline_um(meeting.at_s), other.midline_um(meeting.at_s)
    turn_rad = _course_rad(ours_um) + math.radians(meeting.angle_deg) - _course_rad(theirs_um)
    return MovedAnimal(
        other,
        turn_rad=turn_rad,
        about_um=theirs_um[_MIDDLE_POINT],
        onto_um=tracked_head_um(ours_um),
    )


def _course_rad(midline_um: Midline) -> float:
    """Return which way a body points, from its middle to its chest."""
    x_um, y_um = midline_um[_CHEST_POINT] - midline_um[_MIDDLE_POINT]
    return math.atan2(y_um, x_um)

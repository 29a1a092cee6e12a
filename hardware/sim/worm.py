"""An animal on the plate: wherever it is asked to be, its midline is a pure function of time."""

from __future__ import annotations

from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

Midline: TypeAlias = NDArray[np.float64]  # (49, 2) um on the plate, nose first, evenly spaced


class Animal(Protocol):
    """One worm. Ask in any order of times: the same time gets the same answer to the bit."""

    @property
    def length_um(self) -> float:
        """Nose to tail along the midline."""
        ...

    def midline_um(self, t_s: float) -> Midline:
        """Return the midline in plate (= stage) micrometres at a time of the world."""
        ...


class Remembering:
    """An animal that is asked for one time again and again: the last answer is kept."""

    def __init__(self, animal: Animal) -> None:
        self._animal = animal
        self._last: tuple[float, Midline] | None = None

    @property
    def length_um(self) -> float:
        """Nose to tail along the midline."""
        return self._animal.length_um

    def midline_um(self, t_s: float) -> Midline:
        """Return the midline in plate micrometres; it is shared, so it cannot be written to."""
        if self._last is None or self._last[0] != t_s:
            midline_um = self._animal.midline_um(t_s)
            midline_um.flags.writeable = False
            self._last = t_s, midline_um
        return self._last[1]

"""The straightened animal as a plane: where each of its pixels lies in the body."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from hardware.sim.anatomy import ADULT, METACORPUS, TERMINAL_BULB, Build, half_width_um

Field: TypeAlias = NDArray[np.float64]

REFERENCE_UM = 1000.0  # sizes of organs are given for an animal this long
METACORPUS_UM = METACORPUS * REFERENCE_UM
BULB_UM = TERMINAL_BULB * REFERENCE_UM
PAD_PX = 14  # of plate around the animal, for the halo and the blur
_BLUNT_UM = 15.0  # how far behind the nose's tip the head has its full width
_SMOOTH_UM = 14.0
_SMOOTHING = (1, 4, 6, 4, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyPlan:
    """Coordinates of the texture's pixels: micrometres are those of an animal 1 mm long."""

    shape: tuple[int, int]
    um_per_px: float  # of the reference animal
    along_um: Field  # (1, columns), 0 at the nose
    across_um: Field  # (rows, 1), 0 on the midline
    width: Field  # (rows, columns) across as a fraction of the half width, -1..1 inside
    outside_px: Field  # (rows, columns) distance to the outline, negative inside

    @property
    def fraction(self) -> Field:
        """Return the place along the body, (1, columns): 0 nose, 1 tail."""
        return self.along_um / REFERENCE_UM

    def part(self, start: float, stop: float) -> tuple[slice, BodyPlan]:
        """Return the columns between two fractions of the length, and the plan of them alone."""
        first, last = (round(PAD_PX + f * REFERENCE_UM / self.um_per_px) for f in (start, stop))
        columns = slice(max(first, 0), min(last, self.shape[1]))
        return columns, BodyPlan(
            shape=(self.shape[0], columns.stop - columns.start),
            um_per_px=self.um_per_px,
            along_um=self.along_um[:, columns],
            across_um=self.across_um,
            width=self.width[:, columns],
            outside_px=self.outside_px[:, columns],
        )


def body_plan(length_px: float, half_px: int, build: Build = ADULT) -> BodyPlan:
    """Lay out an animal of a length; the texture is `half_px` high on each side."""
    shape = 2 * half_px + 1, int(np.ceil(length_px)) + 2 * PAD_PX
    um_per_px = REFERENCE_UM / length_px
    along_um: Field = (np.arange(shape[1], dtype=np.float64) - PAD_PX)[None, :] * um_per_px
    across_um: Field = (np.arange(shape[0], dtype=np.float64) - half_px)[:, None] * um_per_px
    return BodyPlan(
        shape=shape,
        um_per_px=um_per_px,
        along_um=along_um,
        across_um=across_um,
        width=across_um / np.maximum(_half_um(along_um, build), 0.6),
        outside_px=_outside_um(along_um, across_um, build) / um_per_px,
    )


def soft_step(distance: Field, soft: float) -> Field:
    """Rise from 0 to 1 around 0, within about `soft` on each side."""
    return 1.0 / (1.0 + np.exp(-np.clip(2.0 * distance / soft, -30.0, 30.0)))


def bump(distance: Field, size: float) -> Field:
    """Return 1 at 0, falling to 0 within about `size`, two times over."""
    return np.exp(-((distance / size) ** 2))


def _half_um(along_um: Field, build: Build) -> Field:
    """Return the half width, its corners rounded off as nature does."""
    half_um = np.zeros(along_um.shape)
    shares = np.array(_SMOOTHING) / sum(_SMOOTHING)
    for step, share in zip(range(-2, 3), shares.tolist(), strict=True):
        fraction = (along_um + step * _SMOOTH_UM) / REFERENCE_UM
        half_um += share * half_width_um(
            fraction.clip(0.0, 1.0), length_um=REFERENCE_UM, build=build
        )
    return half_um


def _outside_um(along_um: Field, across_um: Field, build: Build) -> Field:
    """Return the distance to the outline, (rows, columns), negative inside, good to first order."""
    aside_um = np.abs(across_um)
    half_um = _half_um(along_um, build)
    slope = np.gradient(half_um, axis=1) / (along_um[0, 1] - along_um[0, 0])
    flanks_um = (aside_um - half_um) / np.sqrt(1.0 + slope**2)
    beyond_um = along_um - REFERENCE_UM
    outside_um = np.where(beyond_um > 0.0, np.hypot(beyond_um, aside_um), flanks_um)
    nose = slice(0, int(np.searchsorted(along_um[0], _BLUNT_UM)))
    outside_um[:, nose] = _from_nose_um(along_um[:, nose], aside_um, build)
    return outside_um


def _from_nose_um(along_um: Field, aside_um: Field, build: Build) -> Field:
    """Return the distance to the nose's rounded end, half an ellipse."""
    half_um = float(_half_um(np.array([_BLUNT_UM]), build)[0])
    x, y = (along_um - _BLUNT_UM) / _BLUNT_UM, aside_um / half_um
    radius = np.maximum(np.hypot(x, y), 1e-3)
    return (radius - 1.0) * radius / np.maximum(np.hypot(x / _BLUNT_UM, y / half_um), 1e-3)

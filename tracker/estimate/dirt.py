"""Specks that the eye takes for heads.

A speck on camera or lens seems to run before the stage that goes after it, for ever. But a head
that is off the field's centre comes nearer when the stage goes after it; a speck does not. Once
found out it is remembered, and whatever stands in its place in the picture is taken for it.

A speck on the agar harms nobody: the stage stands over it. It cannot be told from a resting
animal, so it is kept, told about, and left for any head that moves (`Ours.never_moved`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from hardware.types import Calibration, Vec2
from tracker.estimate.choice import Expected, Spotted
from tracker.geometry import to_stage_um

# What stays so near to one place of the picture is dirt, whatever the stage does meanwhile: it
# must go so far, and its velocity must change by so much (a head that a lagging law runs after
# lies the farther off, the faster it goes), and the head is meant to stand in the centre.
STILL_UM, WENT_UM, CHANGED_UM_S = 6.0, 250.0, 400.0
CENTRED_UM = 12.0
_MISSED_S = 0.2
_DEVIATION_UM, _REACH_UM, _WORTH = 3.0, 15.0, 8.0


@dataclass(frozen=True, slots=True)
class _Standing:
    """A head that stands in the picture, and what the stage has done since it does."""

    off_um: tuple[float, float]
    seen_s: float
    first_um: Vec2
    lowest_um_s: Vec2
    highest_um_s: Vec2

    def goes_on(self, t_s: float, velocity_um_s: Vec2) -> _Standing:
        """Return the same place, seen again."""
        return replace(
            self,
            seen_s=t_s,
            lowest_um_s=np.minimum(self.lowest_um_s, velocity_um_s),
            highest_um_s=np.maximum(self.highest_um_s, velocity_um_s),
        )

    def is_dirt(self, stage_um: Vec2) -> bool:
        """Whether it has stood off the centre while the stage went far."""
        return (
            math.hypot(*self.off_um) > CENTRED_UM
            and math.dist(stage_um, self.first_um) > WENT_UM
            and math.dist(self.highest_um_s, self.lowest_um_s) > CHANGED_UM_S
        )


class StandsInPicture:
    """Watches all heads for those that do not move in the picture."""

    def __init__(self) -> None:
        self._standing: list[_Standing] = []
        self._last: tuple[float, Vec2] | None = None

    def see(self, spotted: Sequence[Spotted], t_s: float, stage_um: Vec2) -> list[Spotted]:
        """Take note of a frame; return the heads that are dirt on camera or lens."""
        last_s, last_um = self._last or (t_s, stage_um)
        self._last = t_s, stage_um
        if t_s <= last_s:
            return []
        velocity_um_s = (stage_um - last_um) / (t_s - last_s)
        fresh = [one for one in self._standing if t_s - one.seen_s <= _MISSED_S]
        met: set[int] = set()  # two heads may stand in one place: each goes on once
        new: list[_Standing] = []
        dirt: list[Spotted] = []
        x_um, y_um = stage_um.tolist()
        for seen in spotted:
            off_um = (seen.x_um - x_um, seen.y_um - y_um)
            known = [
                place for place, one in enumerate(fresh) if math.dist(one.off_um, off_um) < STILL_UM
            ]
            if not known:
                new.append(_Standing(off_um, t_s, stage_um, velocity_um_s, velocity_um_s))
            elif any(fresh[place].is_dirt(stage_um) for place in known):
                dirt.append(seen)
            met.update(known)
        self._standing = new + [
            one.goes_on(t_s, velocity_um_s) if place in met else one
            for place, one in enumerate(fresh)
        ]
        return dirt


class KnownDirt:
    """The specks on camera and lens that were found out."""

    def __init__(self) -> None:
        self._specks: list[Spotted] = []

    def remember(self, speck: Spotted) -> None:
        """This is one, there in the picture where it was spotted."""
        self._specks.append(speck)

    def expect(self, stage_um: Vec2, calibration: Calibration) -> list[Expected]:
        """Say where each will be taken to lie on the plate this time."""
        return [_expected(speck, stage_um, calibration) for speck in self._specks]


def _expected(speck: Spotted, stage_um: Vec2, calibration: Calibration) -> Expected:
    point_px = speck.sighting.head_px
    x_um, y_um = to_stage_um(point_px, stage_um=stage_um, calibration=calibration).tolist()
    return Expected(
        x_um=x_um,
        y_um=y_um,
        heading_rad=speck.heading_rad,
        length_um=speck.length_um,
        deviation_um=_DEVIATION_UM,
        reach_um=_REACH_UM,
        least_confidence=0.0,
        unseen_s=0.0,
        worth=_WORTH,
    )

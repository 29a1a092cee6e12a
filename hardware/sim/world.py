"""The animals of a scenario and what is true about them; pixels are `optics`' business.

Everything is a pure function of the world's time and the seed.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from hardware.sim.anatomy import keypoints_um, tracked_head_um
from hardware.sim.gait import GaitAnimal
from hardware.sim.meeting import meet
from hardware.sim.scenario import AnyWorm, GaitWorm, NoWorm, Scenario, TrajectoryWorm, VideoWorm
from hardware.sim.trajectory import TrajectoryAnimal
from hardware.sim.video_track import VideoTrack
from hardware.sim.worm import Animal, Remembering
from hardware.strict_yaml import named_by
from hardware.types import Vec2

FaultKind: TypeAlias = Literal["blind", "drop_frames", "serial_silence", "garbled_replies", "stall"]

_NOWHERE = np.full(2, np.nan)
_MOMENT_S = 1e-3  # half the interval over which a velocity is taken


class World:
    """A scenario come to life. Fulfils `hardware.truth.Truth`.

    `animals` are those that have a midline, the tracked one first. Where the tracked one is a
    recorded video it has none: `video` is its labelled track then (None without labels), and
    `animals` holds the others alone. A plate without an animal has neither.
    """

    def __init__(self, scenario: Scenario, seed: int) -> None:
        """Bring the animals to life.

        Raises:
            ConfigError: a trajectory or a video's labels cannot be read.
        """
        self.scenario = scenario
        with named_by("worm.labels"):
            self.video = _video(scenario.worm)
        with named_by("worm.path"):
            tracked = _animal(scenario.worm, (seed, 0))
        others: list[Animal | None] = []
        for place, worm in enumerate(scenario.others):
            with named_by(f"others[{place}].path"):
                animal = _animal(worm, (seed, place + 1))
            others.append(_placed(worm, animal, tracked))
        self.tracked = tracked
        self.animals: tuple[Animal, ...] = tuple(
            animal for animal in (tracked, *others) if animal is not None
        )

    def head_um(self, t_s: float) -> Vec2:
        """Return where the tracked animal's head is; NaN where nobody knows."""
        if self.tracked is not None:
            return tracked_head_um(self.tracked.midline_um(t_s))
        return _NOWHERE.copy() if self.video is None else self.video.head_um(t_s)

    def head_velocity_um_s(self, t_s: float) -> Vec2:
        """Return how the tracked head moves."""
        after_um, before_um = self.head_um(t_s + _MOMENT_S), self.head_um(t_s - _MOMENT_S)
        return (after_um - before_um) / (2.0 * _MOMENT_S)

    def keypoints_um(self, t_s: float) -> NDArray[np.float64]:
        """Return nose, metacorpus and terminal bulb of the tracked animal, (3, 2)."""
        if self.tracked is not None:
            return keypoints_um(self.tracked.midline_um(t_s))
        return np.full((3, 2), np.nan) if self.video is None else self.video.keypoints_um(t_s)

    def is_blind(self, t_s: float) -> bool:
        """Say whether a fault hides the head: a bubble, a shadow, a hand."""
        return self.fault_is_on("blind", t_s)

    def fault_is_on(self, kind: FaultKind, t_s: float) -> bool:
        """Say whether a fault of this kind is going on."""
        for fault in self.scenario.faults:
            if fault.kind == kind and fault.from_s <= t_s < fault.to_s:
                return True
        return False


def _animal(worm: AnyWorm, seed: tuple[int, ...]) -> Animal | None:
    if isinstance(worm, GaitWorm):
        return Remembering(GaitAnimal(worm, seed))
    return Remembering(TrajectoryAnimal(worm)) if isinstance(worm, TrajectoryWorm) else None


def _placed(worm: AnyWorm, animal: Animal | None, tracked: Animal | None) -> Animal | None:
    """Put another animal where the scenario wants it to be met, if it says so."""
    if animal is None or tracked is None or isinstance(worm, (VideoWorm, NoWorm)):
        return animal
    if worm.meets is None:
        return animal
    return meet(tracked, animal, worm.meets)


def _video(worm: AnyWorm) -> VideoTrack | None:
    if not isinstance(worm, VideoWorm) or worm.labels is None:
        return None
    return VideoTrack(worm.labels, um_per_px=worm.um_per_px, rate_hz=worm.rate_hz)

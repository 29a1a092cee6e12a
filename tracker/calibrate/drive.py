"""Careful driving for calibrations: go to a place and stand, or run through given velocities.

The stage is asked anew with every picture, so it halts by the dead-man's switch as soon as
pictures, or we, fail to come. A stage that does not go where it is told ends the calibration.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from hardware.types import Frame, GreyImage, StageState, Vec2
from tracker.calibrate.feed import RigFeed, Sent
from tracker.errors import CalibrationError, UsageError

_GAIN_PER_S = 12.0
_GAIN_PER_FRAME = 0.2  # more, and a slow camera would make it swing
_THERE_UM = 1.0
_ABOUT_THERE_UM = 4.0
# Places are come to from below along both axes, from farther off than a gear's play.
_RUN_UP_UM = (15.0, 15.0)
_NEAR_ENOUGH = 0.1  # of the way, where a coarse stage comes no nearer
_SLOW_S, _PATIENCE = 3.0, 3.0
_STRAY_UM = 30.0
_STANDS_S = 0.15  # after the last move, before a picture counts
_FIRST_POSITION_FRAMES = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Pictures taken while the stage stood at a place."""

    place_um: Vec2
    images: Sequence[GreyImage]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What was asked for, where the stage was, and what was seen, all on the rig's clock."""

    sent: Sequence[Sent]
    states: Sequence[StageState]
    frames: Sequence[Frame]


class Drive:
    """A rig under way; `states` holds every position since the start."""

    def __init__(
        self,
        feed: RigFeed,
        *,
        speed_um_s: float,
        settle_s: float = _STANDS_S,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Find out where the stage stands.

        Raises:
            UsageError: the speed is more than the guard allows.
            CalibrationError: the stage does not say where it is.
        """
        if not 0.0 < speed_um_s <= feed.limits.max_speed_um_s:
            raise UsageError(
                f"--speed {speed_um_s:g}: expected more than 0 and at most "
                f"{feed.limits.max_speed_um_s:g} um/s (safety.max_speed_um_s)"
            )
        self.feed = feed
        self.tell = tell
        self._speed_um_s = speed_um_s
        self._settle_s = settle_s
        self.states: list[StageState] = []
        for _ in range(_FIRST_POSITION_FRAMES):
            self._turn(np.zeros(2))
            if self.states:
                break
        else:
            raise CalibrationError("the stage does not say where it is")
        self.start_um = self.here_um

    @property
    def here_um(self) -> Vec2:
        """Where the stage last said that it was."""
        return self.states[-1].position_um

    def check_room(self, reach_um: float) -> None:
        """Refuse a pattern that would leave the limits, the way to its places included.

        Raises:
            UsageError: it would.
        """
        limits = self.feed.limits
        reach_um += max(_RUN_UP_UM)
        low = (self.here_um - reach_um < limits.lower_um).any()
        if low or (self.here_um + reach_um > limits.upper_um).any():
            x, y = self.here_um.tolist()
            raise UsageError(
                f"the stage stands at ({x:.0f}, {y:.0f}) um, less than {reach_um:.0f} um from the "
                "edge of safety.lower_um, upper_um: drive it inwards, or take a smaller --size"
            )

    def go(self, place_um: Vec2) -> None:
        """Go to a place, at last from below along both axes, and stand: gears' play is taken up.

        Raises:
            CalibrationError: the stage does not go there.
        """
        run_up_um = place_um - np.array(_RUN_UP_UM)
        self._approach(run_up_um, lambda left_um: math.hypot(*left_um) < _ABOUT_THERE_UM)
        self._approach(place_um, lambda left_um: bool((left_um < _THERE_UM).all()), only_up=True)
        self.stand()

    def _approach(
        self, place_um: Vec2, is_there: Callable[[Vec2], bool], *, only_up: bool = False
    ) -> None:
        """Steer to a place; where it may only go up, what is overshot is not taken back."""
        way_um = math.dist(place_um, self.here_um)
        frame = self._turn(np.zeros(2))
        until_s = frame.t_s + _SLOW_S + _PATIENCE * way_um / self._speed_um_s
        gain_per_s = _GAIN_PER_S
        while not is_there(left_um := place_um - self.here_um):
            wish_um_s = gain_per_s * (np.maximum(left_um, 0.0) if only_up else left_um)
            over = math.hypot(*wish_um_s) / self._speed_um_s
            later = self._turn(wish_um_s / max(over, 1.0))
            gain_per_s = min(_GAIN_PER_S, _GAIN_PER_FRAME / max(later.t_s - frame.t_s, 1e-3))
            frame = later
            self._check_way(math.hypot(*left_um), way_um)
            if frame.t_s > until_s:
                if math.hypot(*left_um) < _NEAR_ENOUGH * way_um:
                    break
                self._give_up(
                    f"was told to go {way_um:.0f} um and is still {math.hypot(*left_um):.0f} um "
                    "away. Is it held, is it at a limit, or"
                )

    def _check_way(self, left_um: float, way_um: float) -> None:
        if left_um > way_um + _STRAY_UM:
            self._give_up("goes another way than it is told: halted. Is an axis reversed, or")

    def stand(self) -> None:
        """Ask for no velocity until pictures are sure to show a stage at rest."""
        first = self._turn(np.zeros(2))
        while self._turn(np.zeros(2)).t_s < first.received_s + self._settle_s:
            pass

    def look(self, count: int) -> Standing:
        """Take pictures of a stage at rest."""
        seen = len(self.states)
        frames = [self._turn(np.zeros(2), is_wanted=True) for _ in range(count)]
        places_um = np.array([state.position_um for state in self.states[seen:]])
        place_um = np.median(places_um, axis=0) if len(places_um) else self.here_um
        return Standing(place_um=place_um, images=[frame.image for frame in frames])

    def run(self, velocities_um_s: Sequence[Vec2], *, is_seen: bool) -> Trace:
        """Ask for one velocity a picture, one after the other, then stand; return all of it."""
        self.feed.sent()
        first = len(self.states)
        frames = [self._turn(velocity, is_wanted=is_seen) for velocity in velocities_um_s]
        self.stand()
        return Trace(sent=self.feed.sent(), states=self.states[first:], frames=frames)

    def _turn(self, velocity_um_s: Vec2, *, is_wanted: bool = False) -> Frame:
        frame = self.feed.next_frame(is_wanted=is_wanted)
        self.feed.post(velocity_um_s, frame)
        self.states += self.feed.positions()
        return frame

    def _give_up(self, why: str) -> None:
        self._turn(np.zeros(2))
        raise CalibrationError(
            f"the stage {why} is rig.stage.velocity_unit_um_s wrong? "
            "(`wormlock calibrate delay` measures it)"
        )

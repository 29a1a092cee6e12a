"""What a calibration asks of a rig: pictures one after the other, positions, and careful moves.

Two rigs fulfil it (`tracker.runtime`): processes and the real clock, or a world in stepped time.
Neither lets a velocity pass but by the guard.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from hardware.types import Frame, StageLimits, StageState, Vec2


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A velocity as the stage was really given it, and when it was written to the wire."""

    written_s: float
    velocity_um_s: Vec2


class RigFeed(Protocol):
    """A rig that stands still unless it is told otherwise for every picture anew."""

    @property
    def limits(self) -> StageLimits:
        """What the guard holds to."""
        ...

    @property
    def command_delay_s(self) -> float:
        """What the driver believes: writing a velocity to the stage acting on it."""
        ...

    def next_frame(self, *, is_wanted: bool = True) -> Frame:
        """Wait for the next picture; one that is not wanted may be empty.

        Raises:
            SessionError: no picture came in time, or the end was asked for.
        """
        ...

    def post(self, velocity_um_s: Vec2, frame: Frame) -> None:
        """Ask the guard for a velocity on the strength of a picture that has just come."""
        ...

    def positions(self) -> Sequence[StageState]:
        """Return what the stage has said since the last call, oldest first."""
        ...

    def sent(self) -> Sequence[Sent]:
        """Return what the guard has let through since the last call, halts included."""
        ...

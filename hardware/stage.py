"""What a stage can do, and nothing about how.

A position takes a question and a reply, and the wire is slow; so asking is split in two, and
a velocity can be written while a reply is still on its way (where `can_interrupt` says so).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from hardware.types import StageLimits, StageState, Vec2


class Stage(Protocol):
    """An XY stage that is steered by velocity.

    Serial drivers and simulated stages fulfil it alike: nothing above `hardware` can tell
    which of them it holds. Only `tracker.safety.guard` may call `set_velocity`.
    """

    @property
    def limits(self) -> StageLimits:
        """The travel, speed and acceleration that this stage was opened with."""
        ...

    @property
    def can_interrupt(self) -> bool:
        """Whether a velocity may be written while a position reply is outstanding."""
        ...

    @property
    def command_delay_s(self) -> float:
        """Seconds from writing a velocity to the stage acting on it: wire and servo lag."""
        ...

    @property
    def wait_handle(self) -> int | None:
        """A file descriptor that becomes readable when a reply comes; None if there is none."""
        ...

    def ask(self) -> None:
        """Send the question where the stage is; the reply is taken by `answer`."""
        ...

    def answer(self) -> StageState | None:
        """Take what has come; return the position once the reply is whole, else None.

        Never waits. `t_s` is when the controller read its encoders, as well as the time of
        question and reply can tell.

        Raises:
            LinkTimeoutError: the question is older than the deadline; it is given up.
            UnreadableError: what came is not a reply to this question; it was dropped.
            LinkLostError: the port is gone.
        """
        ...

    def set_velocity(self, velocity_um_s: Vec2) -> Vec2:
        """Steer, and return the velocity that the controller was really given.

        Raises:
            LinkLostError: the port is gone.
        """
        ...

    def stop(self) -> None:
        """Halt both axes. Safe to call twice, from any thread, at any time."""
        ...

    def close(self) -> None:
        """Halt, then let the port go. Safe to call twice."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldLimits:
    """The travel limits that a controller says it holds itself, shape (2,) each."""

    lower_um: Vec2
    upper_um: Vec2


@runtime_checkable
class HoldsLimits(Protocol):
    """A stage whose controller may hold travel limits: they hold when this computer does not."""

    def write_limits(self) -> HeldLimits | None:
        """Give the controller the limits that the stage was opened with; return what it holds.

        None where this language has no command for it. Before the first velocity only: it waits.

        Raises:
            LinkTimeoutError, ReplyError: the controller did not take them.
            LinkLostError: the port is gone.
        """
        ...


@runtime_checkable
class StandsBySelf(Protocol):
    """A stage without velocities of its own: it is sent to targets, each overtaken by the next."""

    @property
    def travel_s(self) -> float | None:
        """After which time without a command it stands by itself; None: it goes on for ever."""
        ...

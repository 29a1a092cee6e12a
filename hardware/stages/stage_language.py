"""What a controller is told and how it is understood: bytes, and nothing of ports or time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from hardware.stage import HeldLimits
from hardware.stages.line_dialogue import Piece, Request
from hardware.types import StageLimits, Vec2


class StageLanguage(Protocol):
    """One controller language, for `hardware.stages.answering_stage`."""

    @property
    def name(self) -> str:
        """The controller, as its users call it."""
        ...

    @property
    def bits_per_byte(self) -> int:
        """With start and stop bits."""
        ...

    @property
    def fence(self) -> Request | None:
        """A question whose reply looks like no other's; None where replies carry numbers."""
        ...

    @property
    def wake(self) -> bytes:
        """What is written before all else, where a controller must be told to listen."""
        ...

    def cut(self, received: bytes) -> tuple[list[Piece], bytes]:
        """Return what may be replies, and the rest: the start of one that is not whole."""
        ...

    def ask_position(self) -> Sequence[Request]:
        """Return the question, or one for each axis."""
        ...

    def read_position(self, lines: Sequence[bytes]) -> Vec2:
        """Return the position from the replies, in the order of the questions.

        Raises:
            RefusedError, UnreadableError: what was said is no position.
        """
        ...

    def steer(self, velocity_um_s: Vec2) -> tuple[Sequence[Request], Vec2]:
        """Return what sets a velocity, and the velocity after rounding."""
        ...

    def halt(self) -> Sequence[Request]:
        """Return what brings both axes to rest."""
        ...

    def check(self, request: Request, line: bytes) -> None:
        """Make sure that a velocity or a halt was taken.

        Raises:
            RefusedError, UnreadableError: it was not, or cannot be told.
        """
        ...

    def greet(self, exchange: Callable[[Request], bytes]) -> str:
        """Set what this driver relies on; return what the controller says of itself.

        Raises:
            LinkTimeoutError, ReplyError: this is not the controller.
        """
        ...

    def write_limits(
        self, limits: StageLimits, exchange: Callable[[Request], bytes]
    ) -> HeldLimits | None:
        """Write travel limits and return what is read back; None: it cannot hold any."""
        ...

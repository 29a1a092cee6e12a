"""What a focus controller is told and how it is understood: bytes, and nothing of ports or time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from hardware.focus import FocusLimits
from hardware.stages.line_dialogue import Request


class FocusLanguage(Protocol):
    """One controller language, for `hardware.focus_drives.answering_focus`.

    All requests but those that are handed to `exchange` have the purpose `focus`: over a line
    that is shared with a stage, their replies find the drive by it.
    """

    @property
    def name(self) -> str:
        """The controller, as its users call it."""
        ...

    @property
    def bits_per_byte(self) -> int:
        """With start and stop bits."""
        ...

    @property
    def step_um(self) -> float:
        """The smallest difference between two targets."""
        ...

    @property
    def fence(self) -> Request | None:
        """A question whose reply looks like no other's; None where replies carry numbers."""
        ...

    def ask_position(self) -> Request:
        """Return the question where the axis is."""
        ...

    def read_position(self, line: bytes) -> float:
        """Return the height from the reply, in micrometres.

        Raises:
            RefusedError, UnreadableError: what was said is no height.
        """
        ...

    def go_to(self, z_um: float) -> Request:
        """Return what sends the axis to a height, which is a whole number of `step_um`."""
        ...

    def halt(self) -> Request:
        """Return what stops the axis; where the language knows no less, every axis."""
        ...

    def check(self, request: Request, line: bytes) -> None:
        """Make sure that a target or a halt was taken.

        Raises:
            RefusedError, UnreadableError: it was not, or cannot be told.
        """
        ...

    def greet(self, exchange: Callable[[Request], bytes]) -> str:
        """Set what this driver relies on; return what the controller says of itself.

        Raises:
            LinkTimeoutError, ReplyError: this is not the controller, or it lacks the axis.
        """
        ...

    def write_limits(
        self, limits: FocusLimits, exchange: Callable[[Request], bytes]
    ) -> tuple[float, float] | None:
        """Write floor and ceiling, return what is read back in um; None: it cannot hold any."""
        ...

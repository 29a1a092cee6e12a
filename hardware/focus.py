"""What a focus drive can do, and nothing about how.

A drive is told where to go, never by how much: a way counts from where a drive *is*, and one
that has lost steps is not where it believes to be told from. Asking is split in two, as with a
stage. Heights are micrometres along the drive's own axis; which end of it is the sample, the
rig's owner knows: both ends are hard.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class FocusLimits:
    """What a drive may be asked to do. There are no defaults: a wrong one breaks objectives."""

    floor_um: float
    ceiling_um: float
    max_speed_um_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FocusState:
    """Where the drive was, and when: `t_s` is the best estimate of when that was true."""

    t_s: float
    z_um: float


class Focus(Protocol):
    """A focus drive that is steered by targets.

    Only `tracker.safety.focus_guard` may call `move_to`.
    """

    @property
    def limits(self) -> FocusLimits:
        """The travel and speed that this drive was opened with."""
        ...

    @property
    def step_um(self) -> float:
        """The smallest difference between two targets; a target is a whole number of it."""
        ...

    @property
    def shares_line(self) -> bool:
        """Whether it speaks over the stage's own line, and so must wait for its turn there."""
        ...

    @property
    def awaits_reply(self) -> bool:
        """Whether a reply is outstanding: to a question, a target or a halt."""
        ...

    def ask(self) -> None:
        """Send the question where the drive is; the reply is taken by `answer`.

        Raises:
            LinkLostError: the port is gone.
        """
        ...

    def answer(self) -> FocusState | None:
        """Take what has come; return the height once the reply is whole, else None.

        Never waits.

        Raises:
            LinkTimeoutError: the question is older than the deadline; it is given up.
            UnreadableError: what came is no height.
            RefusedError: the drive said no to a target or to a question.
            LinkLostError: the port is gone.
        """
        ...

    def move_to(self, z_um: float) -> None:
        """Go to a height, from wherever the drive is; a newer target takes an older one's place.

        Raises:
            LinkLostError: the port is gone.
        """
        ...

    def halt(self) -> None:
        """Stop where it is. Safe to call twice.

        Raises:
            LinkLostError: the port is gone, and the halt with it.
        """
        ...

    def hold_limits(self) -> bool:
        """Write the limits into the controller, read them back, say whether it can hold any.

        Before the first target only: it waits.

        Raises:
            ConfigMismatchError: the controller holds other limits than it was given.
            LinkTimeoutError, ReplyError: it did not take them.
            LinkLostError: the port is gone.
        """
        ...

    def close(self) -> None:
        """Halt, then let the port go if it is the drive's own. Safe to call twice."""
        ...

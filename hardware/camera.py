"""What a camera can do, and nothing about how.

The tracking camera gives 8-bit grey, because the eye wants it. A `RawCamera` gives counts as they
came, for whoever records them; `hardware.cameras.grey` makes the one of the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

from hardware.types import Frame, RawFrame

FrameT_co = TypeVar("FrameT_co", Frame, RawFrame, covariant=True)


class FreeRunningCamera(Protocol[FrameT_co]):
    """A free-running camera that keeps its frames until they are taken."""

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of every frame."""
        ...

    @property
    def period_s(self) -> float:
        """Seconds between exposures, as read back from the device."""
        ...

    @property
    def delay_s(self) -> float:
        """Expected seconds from mid-exposure to the frame in our hands."""
        ...

    @property
    def notes(self) -> Sequence[str]:
        """What an operator should know of it, a line each: what it lacks, say."""
        ...

    def start(self) -> None:
        """Begin exposing.

        Raises:
            CameraError: the device refused.
        """
        ...

    def grab(self, timeout_s: float) -> Sequence[FrameT_co]:
        """Return every frame that has come since the last call, oldest first.

        Waits until there is at least one, `timeout_s` at most; then the answer is empty.

        Raises:
            EndOfVideoError: there will be no more.
            CameraError: the device is gone.
        """
        ...

    def close(self) -> None:
        """Stop exposing and let the device go. Safe to call twice."""
        ...


class Camera(FreeRunningCamera[Frame], Protocol):
    """The tracking camera: 8-bit grey."""


class RawCamera(FreeRunningCamera[RawFrame], Protocol):
    """Any camera, in its own counts."""

    @property
    def depth_bits(self) -> int:
        """How many bits a count takes in memory: 8 or 16."""
        ...

    @property
    def white_level(self) -> int:
        """The count that means white."""
        ...

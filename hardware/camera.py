"""What a tracking camera can do, and nothing about how."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from hardware.types import Frame


class Camera(Protocol):
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

    def start(self) -> None:
        """Begin exposing.

        Raises:
            CameraError: the device refused.
        """
        ...

    def grab(self, timeout_s: float) -> Sequence[Frame]:
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

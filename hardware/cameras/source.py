"""Where a camera's pictures come from: what each library must be taught, and nothing more.

Counting, timing, patience and the shape of pictures are the same for all of them, and live in
`hardware.cameras.stream`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from hardware.cameras.pixels import Pixels


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture as it came, its pixels our own. No stamp is NaN, no counter is -1."""

    pixels: Pixels  # of shape (rows, columns) or (rows x columns,)
    received_s: float
    stamp_s: float = float("nan")
    counter: int = -1


class PictureSource(Protocol):
    """An opened camera that is set as it should be."""

    @property
    def name(self) -> str:
        """What the operator knows it by."""
        ...

    def start(self) -> None:
        """Begin exposing.

        Raises:
            CameraError: it refuses.
        """
        ...

    def stop(self) -> None:
        """Stop exposing; harmless where it does not.

        Raises:
            CameraError: it refuses.
        """
        ...

    def take(self, timeout_s: float) -> list[Picture]:
        """Return every picture that waits, oldest first; wait for one until the timeout.

        Raises:
            CameraError: the camera is gone.
        """
        ...

    def why_silent(self) -> str:
        """Return what is known of why no picture comes: that it has gone, say; else nothing.

        Raises:
            CameraError: it has certainly gone, or been stopped.
        """
        ...

    def close(self) -> None:
        """Stop exposing and let the device go, however it fares. Safe to call twice."""
        ...

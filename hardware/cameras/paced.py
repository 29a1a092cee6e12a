"""Pictures that are already there, shown as a free-running camera would show them.

At its own pace the source behaves like a camera: a picture comes due at its time whether or not
anybody looks, and late takers find several waiting. As fast as it goes, each `grab` shows the
next one, and the rig's clock follows the source's times, so that speeds stay true.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

from hardware.clock import Clock, FollowingClock
from hardware.errors import CameraError, EndOfVideoError
from hardware.types import Frame, GreyImage


class PacedCamera:
    """A camera over an iterator of pictures; implements `hardware.camera.Camera`."""

    def __init__(
        self,
        pictures: Iterator[GreyImage],
        *,
        name: str,
        period_s: float,
        clock: Clock,
    ) -> None:
        """Look at the first picture for its shape; a `FollowingClock` means: as fast as it goes.

        Raises:
            CameraError: there is none.
        """
        self._pictures = pictures
        self._name = name
        self._period_s = period_s
        self._clock = clock
        first: GreyImage | None = next(pictures, None)
        if first is None:
            raise CameraError(f"{name}: there is no picture in it")
        self._ahead: GreyImage | None = first  # the picture that comes due next
        self._shape = (first.shape[0], first.shape[1])
        self._index = 0
        self._start_s = 0.0

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the first picture; all others must be like it."""
        return self._shape

    @property
    def period_s(self) -> float:
        """Seconds between pictures."""
        return self._period_s

    @property
    def delay_s(self) -> float:
        """A stored picture is there at the instant that it stands for."""
        return 0.0

    @property
    def notes(self) -> tuple[str, ...]:
        """A stored picture lacks nothing that is needed."""
        return ()

    def start(self) -> None:
        """Let the first picture come due now."""
        self._start_s = self._clock.now_s()

    def grab(self, timeout_s: float) -> list[Frame]:
        """Return the pictures that have come due, oldest first; see `hardware.camera`."""
        if not self._has_more():
            raise EndOfVideoError(f"{self._name}: shown to its end after {self._index} frames")
        if isinstance(self._clock, FollowingClock):
            self._clock.follow(self._due_s())
            return [self._take()]
        wait_s = self._due_s() - self._clock.now_s()
        if wait_s > timeout_s:
            time.sleep(timeout_s)
            return []
        if wait_s > 0.0:
            time.sleep(wait_s)
        frames = [self._take()]
        while self._has_more() and self._due_s() <= self._clock.now_s():
            frames.append(self._take())
        return frames

    def close(self) -> None:
        """Let the source go."""
        self._ahead = None

    def _has_more(self) -> bool:
        return self._ahead is not None

    def _due_s(self) -> float:
        return self._start_s + self._index * self._period_s

    def _take(self) -> Frame:
        image = self._ahead
        if image is None or image.shape != self._shape:
            raise CameraError(
                f"{self._name}: picture {self._index} is not {self._shape[1]} x "
                f"{self._shape[0]} px like the first; give clips of one size"
            )
        frame = Frame(
            index=self._index,
            t_s=self._due_s(),
            received_s=self._clock.now_s(),
            image=image,
            camera_counter=self._index,
        )
        self._index += 1
        self._ahead = next(self._pictures, None)
        return frame

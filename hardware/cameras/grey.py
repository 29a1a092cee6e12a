"""Any camera as the eye wants it: 8-bit grey."""

from __future__ import annotations

from collections.abc import Sequence

from hardware.camera import RawCamera
from hardware.cameras.pixels import to_grey
from hardware.types import Frame, RawFrame


class GreyCamera:
    """A camera whose counts become grey as they are taken; implements `hardware.camera.Camera`."""

    def __init__(self, raw: RawCamera) -> None:
        self.raw = raw

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.raw.shape

    @property
    def period_s(self) -> float:
        """Seconds between exposures."""
        return self.raw.period_s

    @property
    def delay_s(self) -> float:
        """Seconds from mid-exposure to the frame in our hands."""
        return self.raw.delay_s

    @property
    def notes(self) -> Sequence[str]:
        """What an operator should know of it."""
        return self.raw.notes

    def start(self) -> None:
        """Begin exposing."""
        self.raw.start()

    def grab(self, timeout_s: float) -> list[Frame]:
        """Return the frames that have come; see `hardware.camera`."""
        return [self._grey(frame) for frame in self.raw.grab(timeout_s)]

    def close(self) -> None:
        """Let the camera go."""
        self.raw.close()

    def _grey(self, frame: RawFrame) -> Frame:
        return Frame(
            index=frame.index,
            t_s=frame.t_s,
            received_s=frame.received_s,
            image=to_grey(frame.image, white_level=self.raw.white_level),
            camera_t_s=frame.camera_t_s,
            camera_counter=frame.camera_counter,
        )

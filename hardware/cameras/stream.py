"""Frames out of pictures, the same for every library: counted, timed, and missed when absent.

Every picture is taken and counted by the camera's own number, where it has one: a gap in it is a
gap in the index. Mid-exposure is when the frame was ready, by the camera's own stamps brought to
the host's clock (`hardware.cameras.stamps`), less the readout and half the exposure.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from hardware.cameras.pixels import as_image
from hardware.cameras.source import Picture, PictureSource
from hardware.cameras.stamps import ReadyTimes
from hardware.clock import Clock
from hardware.errors import CameraError
from hardware.types import RawFrame

_GIVE_UP_AFTER_S = 2.0  # and 5 periods, whichever is longer
_GIVE_UP_AFTER_PERIODS = 5.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """What was read back from the camera once it was set."""

    shape: tuple[int, int]
    period_s: float
    exposure_s: float
    readout_s: float = 0.0
    white_level: int = 255
    depth_bits: int = 8
    may_be_silent: bool = False  # it waits for triggers that may not come
    notes: tuple[str, ...] = ()


class PictureStream:
    """A running camera of any library; implements `hardware.camera.RawCamera`."""

    def __init__(self, source: PictureSource, readings: Readings, clock: Clock) -> None:
        self._source = source
        self._readings = readings
        self._clock = clock
        self._ready = ReadyTimes()
        self._is_open = True
        self._last_counter = -1
        self._last_index = -1
        self._last_t_s = float("-inf")
        self._heard_s = clock.now_s()

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns, as read back."""
        return self._readings.shape

    @property
    def period_s(self) -> float:
        """Seconds between frames, as seen when the camera was opened."""
        return self._readings.period_s

    @property
    def delay_s(self) -> float:
        """Half the exposure, as read back, and the readout that was configured."""
        return self._readings.exposure_s / 2.0 + self._readings.readout_s

    @property
    def depth_bits(self) -> int:
        """How many bits a count takes in memory."""
        return self._readings.depth_bits

    @property
    def white_level(self) -> int:
        """The count that means white."""
        return self._readings.white_level

    @property
    def notes(self) -> tuple[str, ...]:
        """What the camera lacks, a line each."""
        return self._readings.notes

    def start(self) -> None:
        """Begin exposing; indices count from here."""
        self._ready = ReadyTimes()
        self._last_counter = -1
        self._last_index = -1
        self._source.start()
        self._heard_s = self._clock.now_s()

    def grab(self, timeout_s: float) -> list[RawFrame]:
        """Return the frames that have come; see `hardware.camera`."""
        pictures = self._source.take(timeout_s)
        if not pictures:
            self._be_sure_it_lives()
            return []
        self._heard_s = pictures[-1].received_s
        return [self._frame(picture) for picture in pictures]

    def close(self) -> None:
        """Stop exposing, and let the camera go."""
        if self._is_open:
            self._is_open = False
            self._source.close()

    def _be_sure_it_lives(self) -> None:
        why = self._source.why_silent()
        silent_s = self._clock.now_s() - self._heard_s
        patience_s = max(_GIVE_UP_AFTER_S, _GIVE_UP_AFTER_PERIODS * self._readings.period_s)
        if silent_s > patience_s and not self._readings.may_be_silent:
            raise CameraError(
                f"{self._source.name} has given no frame for {silent_s:.1f} s"
                + (f": {why}" if why else "")
            )

    def _frame(self, picture: Picture) -> RawFrame:
        t_s = self._ready.ready_s(picture.stamp_s, picture.received_s) - self.delay_s
        self._last_t_s = max(t_s, self._last_t_s + 1e-6)  # while the fit settles, too
        image = as_image(picture.pixels, shape=self._readings.shape)
        if image.itemsize * 8 != self._readings.depth_bits:
            raise CameraError(
                f"the camera gave pixels of {image.itemsize * 8} bits instead of "
                f"{self._readings.depth_bits}: something has changed it while it ran"
            )
        return RawFrame(
            index=self._count(picture.counter),
            t_s=self._last_t_s,
            received_s=picture.received_s,
            image=image,
            camera_t_s=picture.stamp_s,
            camera_counter=picture.counter,
        )

    def _count(self, counter: int) -> int:
        """Return the index of a frame: a gap in the camera's counter is a gap in it."""
        is_counted = counter >= 0 and self._last_counter >= 0
        step = counter - self._last_counter if is_counted else 1
        if step < 1:
            _log.warning("camera counter fell back, from=%s to=%s", self._last_counter, counter)
            step = 1
        elif step > 1:
            _log.warning("frames lost, count=%d after_index=%d", step - 1, self._last_index)
        self._last_counter = counter
        self._last_index += step
        return self._last_index

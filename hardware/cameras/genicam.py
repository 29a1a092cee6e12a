"""A camera by its vendor's GenTL producer (`hardware.cameras.genicam_producer`).

A producer can be waited for, but harvesters holds Python's lock meanwhile: so `take` looks every
0.2 ms (a look takes 0.1 ms at most). Buffers that came damaged are thrown away by harvesters; the
gap in the frame numbers says so, as it does where all buffers were full.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from hardware.cameras.calls import one_line
from hardware.cameras.features import Features
from hardware.cameras.found import NamedCamera, choose
from hardware.cameras.genicam_opening import open_stream
from hardware.cameras.genicam_producer import (
    Acquirer,
    Buffer,
    HarvestersNodes,
    Producer,
    listed,
    load_producer,
    number_of,
    stamp_of,
)
from hardware.cameras.looking import look_for_all
from hardware.cameras.source import Picture
from hardware.cameras.stream import PictureStream
from hardware.clock import Clock
from hardware.config import GenicamCamera
from hardware.errors import CameraError

_LOOK_S = 5e-5  # time for one look: 0 would mean for ever, and less that it does not look at all
_NANOSECOND_S = 1e-9
_log = logging.getLogger(__name__)
AnswerT = TypeVar("AnswerT")


class GenicamSource:
    """One camera of a producer; implements `hardware.cameras.source.PictureSource`."""

    def __init__(
        self,
        producer: Producer,
        acquirer: Acquirer,
        named: NamedCamera,
        config: GenicamCamera,
        clock: Clock,
    ) -> None:
        self.features = Features(HarvestersNodes(acquirer), named.label)
        self._producer = producer
        self._acquirer = acquirer
        self._config = config
        self._clock = clock
        self._tick_s = 0.0
        self._is_open = True
        acquirer.num_buffers = config.buffers
        acquirer.timeout_period_on_update_event_data_call = 0

    @property
    def name(self) -> str:
        """Model and serial number."""
        return f"the camera {self.features.label}"

    def start(self) -> None:
        """Begin exposing."""
        self._told(self._acquirer.start)

    def stop(self) -> None:
        """Stop exposing."""
        self._told(self._acquirer.stop)

    def take(self, timeout_s: float) -> list[Picture]:
        """Return the pictures that wait in the producer's buffers."""
        return look_for_all(self._next, timeout_s, self._clock, most=self._config.buffers)

    def why_silent(self) -> str:
        """Ask whether the camera still answers; a producer does not say that one has gone."""
        try:
            self.features.read("Width")
        except CameraError as error:
            raise CameraError(f"{self.name} does not answer any more: {error}") from error
        return "it still answers; has something stopped it, or does it wait for a trigger?"

    def close(self) -> None:
        """Stop exposing, close the camera and unload its producer."""
        if not self._is_open:
            return
        self._is_open = False
        for let_go in (self._acquirer.stop, self._acquirer.destroy, self._producer.reset):
            try:
                self._told(let_go)
            except CameraError as error:
                _log.warning("the camera was not let go, error=%s", error)

    def _next(self) -> Picture | None:
        buffer = self._told(lambda: self._acquirer.try_fetch(timeout=_LOOK_S))
        if buffer is None:
            return None
        received_s = self._clock.now_s()
        try:
            return self._picture(buffer, received_s)
        finally:
            self._told(buffer.queue)

    def _picture(self, buffer: Buffer, received_s: float) -> Picture:
        if not buffer.payload.components:
            raise CameraError(f"{self.name} gave something that is no picture")
        image = buffer.payload.components[0]
        pixels = image.data.copy()  # the buffer is reused
        if pixels.size == image.height * image.width:
            pixels = pixels.reshape(image.height, image.width)
        return Picture(
            pixels=pixels,
            received_s=received_s,
            stamp_s=self._stamp_s(buffer),
            counter=number_of(buffer),
        )

    def _stamp_s(self, buffer: Buffer) -> float:
        stamp = stamp_of(buffer)
        if stamp is None:
            return float("nan")
        ticks, is_ns = stamp
        return ticks * (self._config.stamp_unit_s or (_NANOSECOND_S if is_ns else self._own_tick()))

    def _own_tick(self) -> float:
        """Return the unit of a stamp that is not in nanoseconds, asked once."""
        if not self._tick_s:
            frequency_hz = self.features.number("GevTimestampTickFrequency")
            self._tick_s = 1.0 / frequency_hz if frequency_hz else _NANOSECOND_S
        return self._tick_s

    def _told(self, ask: Callable[[], AnswerT]) -> AnswerT:
        try:
            return ask()
        except CameraError:
            raise
        except Exception as error:  # a producer's, in a tree of its own
            raise CameraError(f"{self.name}: {one_line(error)}") from error


def open_genicam(config: GenicamCamera, clock: Clock) -> PictureStream:
    """Open the camera, set it, read it back, and watch it for a few frames.

    Raises:
        ConfigMismatchError: with a line for everything that is not as configured.
        CameraError: there is no such camera, it is taken, or it gives no frames.
    """
    with load_producer(config.cti_path) as producer:
        named = choose(listed(producer), config, source=str(config.cti_path))
        try:
            acquirer = producer.create(named.place)
        except Exception as error:  # a producer's, in a tree of its own
            raise CameraError(
                f"the camera {named.label} cannot be opened; another program may have it: "
                f"{one_line(error)}"
            ) from error
        source = GenicamSource(producer, acquirer, named, config, clock)
    return open_stream(source, config, clock)

"""A camera of Basler's (`hardware.cameras.basler_pylon`).

pylon hands over every picture that was grabbed, the damaged ones too: these are counted by the
camera, so they are gaps in the index.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from hardware.cameras.basler_pylon import (
    GrabResult,
    InstantCamera,
    PylonNodes,
    create,
    listed,
    load_pylon,
)
from hardware.cameras.calls import one_line
from hardware.cameras.features import Features
from hardware.cameras.found import NamedCamera, choose
from hardware.cameras.genicam_opening import open_stream
from hardware.cameras.looking import look_for_all
from hardware.cameras.source import Picture
from hardware.cameras.stream import PictureStream
from hardware.clock import Clock
from hardware.config import BaslerCamera
from hardware.errors import CameraError

_NANOSECOND_S = 1e-9
_ASK_EVERY_S = 0.25  # whether the camera is still there: this takes a millisecond or two
_NO_BLOCK = 2**63  # from here on: the camera does not number its frames
_log = logging.getLogger(__name__)
AnswerT = TypeVar("AnswerT")


class BaslerSource:
    """One camera of pylon's; implements `hardware.cameras.source.PictureSource`."""

    def __init__(
        self, camera: InstantCamera, named: NamedCamera, config: BaslerCamera, clock: Clock
    ) -> None:
        self.camera = camera
        self.features = Features(PylonNodes(camera), named.label)
        self._pylon = load_pylon()
        self._config = config
        self._clock = clock
        self._asked_s = clock.now_s()
        self._damaged = 0
        self._last_damage = ""
        self._is_open = True
        camera.MaxNumBuffer.Value = config.buffers
        frequency_hz = self.features.number("GevTimestampTickFrequency")
        own_tick_s = 1.0 / frequency_hz if frequency_hz else _NANOSECOND_S
        self._tick_s = config.stamp_unit_s or own_tick_s

    @property
    def name(self) -> str:
        """Model and serial number."""
        return f"the camera {self.features.label}"

    def start(self) -> None:
        """Begin exposing."""
        self._damaged = 0
        self._told(lambda: self.camera.StartGrabbing(self._pylon.GrabStrategy_OneByOne))

    def stop(self) -> None:
        """Stop exposing."""
        self._told(self.camera.StopGrabbing)

    def take(self, timeout_s: float) -> list[Picture]:
        """Return the pictures that wait in pylon's queue."""
        return look_for_all(self._next, timeout_s, self._clock, most=self._config.buffers)

    def why_silent(self) -> str:
        """Ask pylon."""
        if self.camera.IsCameraDeviceRemoved():
            raise CameraError(f"{self.name} is gone: unplugged, or without power")
        if not self.camera.IsGrabbing():
            raise CameraError(f"{self.name} has been stopped by somebody else while it ran")
        if self._damaged:
            return f"{self._damaged} came damaged, the last one thus: {self._last_damage}"
        return "it is still there; does it wait for a trigger?"

    def close(self) -> None:
        """Stop exposing, and close the camera."""
        if not self._is_open:
            return
        self._is_open = False
        for let_go in (self.camera.StopGrabbing, self.camera.Close):
            try:
                self._told(let_go)
            except CameraError as error:
                _log.warning("the camera was not let go, error=%s", error)

    def _next(self) -> Picture | None:
        """Take one picture out of the queue; None: there is none, or it came damaged."""
        result = self._told(
            lambda: self.camera.RetrieveResult(0, self._pylon.TimeoutHandling_Return)
        )
        if result.IsValid():
            return self._picture(result)
        now_s = self._clock.now_s()
        if now_s > self._asked_s + _ASK_EVERY_S or not self.camera.IsGrabbing():
            self._asked_s = now_s
            self.why_silent()
        return None

    def _picture(self, result: GrabResult) -> Picture | None:
        """Copy a picture out; None where it came damaged."""
        received_s = self._clock.now_s()
        try:
            if not result.GrabSucceeded():
                self._damaged += 1
                self._last_damage = " ".join(result.GetErrorDescription().split())
                _log.warning("frame damaged, error=%s", self._last_damage)
                return None
            block, ticks = result.GetBlockID(), result.GetTimeStamp()
            return Picture(
                pixels=self._told(lambda: result.Array),
                received_s=received_s,
                stamp_s=ticks * self._tick_s if ticks > 0 else float("nan"),
                counter=block if block < _NO_BLOCK else -1,
            )
        finally:
            result.Release()

    def _told(self, ask: Callable[[], AnswerT]) -> AnswerT:
        try:
            return ask()
        except Exception as error:  # pylon's, in a tree of its own
            says = one_line(error).partition(" : ")[0]
            raise CameraError(f"{self.name}: {says}") from error


def open_basler(config: BaslerCamera, clock: Clock) -> PictureStream:
    """Open the camera, set it, read it back, and watch it for a few frames.

    Raises:
        ConfigMismatchError: with a line for everything that is not as configured.
        CameraError: there is no such camera, it is taken, or it gives no frames.
    """
    load_pylon()
    try:
        found = listed()
    except Exception as error:  # pylon's, in a tree of its own
        raise CameraError(f"pylon cannot list cameras: {one_line(error)}") from error
    named = choose(found, config, source="pylon")
    try:
        camera = create(named)
    except Exception as error:
        raise CameraError(
            f"the camera {named.label} cannot be opened; another program may have it: "
            f"{one_line(error).partition(' : ')[0]}"
        ) from error
    return open_stream(BaslerSource(camera, named, config, clock), config, clock)

"""A camera of Micro-Manager's, by pycromanager.

MMCore tells nobody that a frame has come, so `take` looks every 0.2 ms (a look takes 0.1 us).
Every frame is taken out of the ring and counted by the number that the core gives it: a ring that
overflows is cleared without a word, and only the gap in these numbers says so.

The camera's own stamp is a tag of each picture. The tag `TimeReceivedByCore` is local wall time,
and serves nothing here.
"""

from __future__ import annotations

import logging

from hardware.cameras.looking import look_until
from hardware.cameras.micromanager_device import MicroManagerDevice, TaggedPicture
from hardware.cameras.micromanager_load import LoadedCamera, load_camera
from hardware.cameras.micromanager_settings import apply, wishes
from hardware.cameras.source import Picture
from hardware.cameras.stream import PictureStream, Readings
from hardware.cameras.trial import Trial, try_out
from hardware.clock import Clock
from hardware.config import MicroManagerCamera
from hardware.errors import CameraError, ConfigMismatchError, HardwareError

_log = logging.getLogger(__name__)


class MicroManagerSource:
    """The ring of MMCore; implements `hardware.cameras.source.PictureSource`."""

    def __init__(self, loaded: LoadedCamera, config: MicroManagerCamera, clock: Clock) -> None:
        self.device: MicroManagerDevice = loaded.device
        self._loaded = loaded
        self._config = config
        self._clock = clock

    @property
    def name(self) -> str:
        """The camera's label in its .cfg."""
        return f"the camera {self.device.label}"

    def start(self) -> None:
        """Begin exposing."""
        self.device.start()

    def stop(self) -> None:
        """Stop exposing."""
        self.device.stop()

    def take(self, timeout_s: float) -> list[Picture]:
        """Return the pictures that wait in the ring."""
        waiting = look_until(lambda: self.device.waiting() or None, timeout_s, self._clock)
        pictures: list[Picture] = []
        for _ in range(waiting or 0):
            popped = self.device.pop()
            if popped is None:
                break
            pictures.append(self._picture(popped))
        return pictures

    def why_silent(self) -> str:
        """Make sure that the camera still exposes."""
        if not self.device.is_running():
            raise CameraError(
                f"{self.name} has stopped by itself: unplugged, or changed by somebody else while "
                "it ran"
            )
        return ""

    def close(self) -> None:
        """Stop exposing, and unload the camera."""
        let_go(self._loaded)

    def _picture(self, popped: TaggedPicture) -> Picture:
        return Picture(
            pixels=popped.pixels,
            received_s=self._clock.now_s(),
            stamp_s=popped.number(self._config.stamp_tag) * self._config.stamp_unit_s,
            counter=popped.counter(self._config.counter_tag),
        )


def open_micromanager(config: MicroManagerCamera, clock: Clock) -> PictureStream:
    """Open the camera, set it, read it back, and watch it for a few frames.

    Raises:
        ConfigError: the .cfg has no such camera, or shares what it stands on.
        ConfigMismatchError: with a line for everything that is not as configured.
        CameraError: Micro-Manager or the camera cannot be reached, or gives no frames.
    """
    loaded = load_camera(config)
    source = MicroManagerSource(loaded, config, clock)
    try:
        faults = apply(source.device, wishes(config, loaded.from_cfg), config)
        stamps = f"rig.camera.stamp_unit_s: {config.stamp_tag}"
        trial = try_out(source, clock, config, stamps=stamps) if not faults else Trial()
        faults += trial.faults
        if faults:
            raise ConfigMismatchError("\n".join(faults))
        readings = _read(source.device, config, trial)
    except HardwareError:
        source.close()
        raise
    return PictureStream(source, readings, clock)


def let_go(loaded: LoadedCamera) -> None:
    """Stop a camera and unload it, however it fares."""
    try:
        if loaded.device.is_running():
            loaded.device.stop()
    except CameraError as error:
        _log.warning("the camera did not stop, error=%s", error)
    try:
        loaded.let_go()
    except (RuntimeError, CameraError) as error:
        _log.warning("the camera did not unload, error=%s", error)


def _read(device: MicroManagerDevice, config: MicroManagerCamera, trial: Trial) -> Readings:
    return Readings(
        shape=device.shape(),
        period_s=trial.period_s or (1.0 / config.rate_hz if config.rate_hz else 0.0),
        exposure_s=device.exposure_s(),
        readout_s=config.readout_s,
        white_level=config.white_level or 2 ** device.bit_depth() - 1,
        depth_bits=8 * device.bytes_per_pixel(),
        may_be_silent=config.trigger == "external",
    )

"""A camera of Micro-Manager's, by pycromanager.

MMCore tells nobody that a frame has come, so `grab` looks every 0.2 ms (a look takes 0.1 us).
Every frame is taken out of the ring and counted by the number that the core gives it: a ring that
overflows is cleared without a word, and only the gap in these numbers says so.

Mid-exposure is when the frame was ready, by the camera's own stamps brought to the host's clock
(`hardware.cameras.stamps`), less the readout and half the exposure. The tag `TimeReceivedByCore`
is local wall time, and serves nothing here.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass

from hardware.cameras.micromanager_device import MicroManagerDevice, TaggedPicture
from hardware.cameras.micromanager_load import LoadedCamera, load_camera
from hardware.cameras.micromanager_pixels import to_grey
from hardware.cameras.micromanager_settings import apply, wishes
from hardware.cameras.micromanager_trial import Trial, try_out
from hardware.cameras.stamps import ReadyTimes
from hardware.clock import Clock
from hardware.config import MicroManagerCamera
from hardware.errors import CameraError, ConfigMismatchError, HardwareError
from hardware.types import Frame

_LOOK_EVERY_S = 2e-4
_GIVE_UP_AFTER_S = 2.0  # and 5 periods, whichever is longer
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """What was read back from the camera once it was set."""

    shape: tuple[int, int]
    period_s: float
    exposure_s: float
    white_level: int


class MicroManagerStream:
    """A camera that Micro-Manager drives; implements `hardware.camera.Camera`."""

    def __init__(
        self, loaded: LoadedCamera, readings: Readings, config: MicroManagerCamera, clock: Clock
    ) -> None:
        self._loaded = loaded
        self._device = loaded.device
        self._readings = readings
        self._config = config
        self._clock = clock
        self._ready = ReadyTimes()
        self._is_open = True
        self._last_counter: int | None = None
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
        return self._readings.exposure_s / 2.0 + self._config.readout_s

    def start(self) -> None:
        """Begin exposing; indices count from here."""
        self._ready = ReadyTimes()
        self._last_counter = None
        self._last_index = -1
        self._device.start()
        self._heard_s = self._clock.now_s()

    def grab(self, timeout_s: float) -> list[Frame]:
        """Return the frames that have come; see `hardware.camera`."""
        until_s = self._clock.now_s() + timeout_s
        while (waiting := self._device.waiting()) == 0:
            now_s = self._clock.now_s()
            if now_s >= until_s:
                self._be_sure_it_lives(now_s)
                return []
            time.sleep(min(_LOOK_EVERY_S, until_s - now_s))
        frames: list[Frame] = []
        for _ in range(waiting):
            picture = self._device.pop()
            if picture is None:
                break
            self._heard_s = self._clock.now_s()
            frames.append(self._frame(picture, self._heard_s))
        return frames

    def close(self) -> None:
        """Stop exposing, and unload the camera."""
        if not self._is_open:
            return
        self._is_open = False
        let_go(self._loaded)

    def _be_sure_it_lives(self, now_s: float) -> None:
        if not self._device.is_running():
            raise CameraError(
                f"the camera {self._device.label} has stopped by itself: unplugged, or changed "
                "by somebody else while it ran"
            )
        silent_s = now_s - self._heard_s
        patience_s = max(_GIVE_UP_AFTER_S, 5.0 * self._readings.period_s)
        if silent_s > patience_s and self._config.trigger == "free":
            raise CameraError(
                f"the camera {self._device.label} has given no frame for {silent_s:.1f} s"
            )

    def _frame(self, picture: TaggedPicture, received_s: float) -> Frame:
        stamp_s = picture.number(self._config.stamp_tag) * self._config.stamp_unit_s
        counter = picture.counter(self._config.counter_tag)
        before_ready_s = self._config.readout_s + self._readings.exposure_s / 2.0
        t_s = self._ready.ready_s(stamp_s, received_s) - before_ready_s
        self._last_t_s = max(t_s, self._last_t_s + 1e-6)  # while the fit settles, too
        return Frame(
            index=self._count(counter),
            t_s=self._last_t_s,
            received_s=received_s,
            image=to_grey(
                picture.pixels,
                shape=self._readings.shape,
                white_level=self._readings.white_level,
            ),
            camera_t_s=stamp_s,
            camera_counter=counter,
        )

    def _count(self, counter: int) -> int:
        """Return the index of a frame: a gap in the camera's counter is a gap in it."""
        step = 1 if self._last_counter is None else counter - self._last_counter
        if step < 1:
            _log.warning("camera counter fell back, from=%s to=%s", self._last_counter, counter)
            step = 1
        elif step > 1:
            _log.warning("frames lost, count=%d after_index=%d", step - 1, self._last_index)
        self._last_counter = counter
        self._last_index += step
        return self._last_index


def open_micromanager(config: MicroManagerCamera, clock: Clock) -> MicroManagerStream:
    """Open the camera, set it, read it back, and watch it for a few frames.

    Raises:
        ConfigError: the .cfg has no such camera, or shares what it stands on.
        ConfigMismatchError: with a line for everything that is not as configured.
        CameraError: Micro-Manager or the camera cannot be reached, or gives no frames.
    """
    loaded = load_camera(config)
    device = loaded.device
    try:
        faults = apply(device, wishes(config, loaded.from_cfg), config)
        trial = (
            Trial() if faults or config.trigger == "external" else try_out(device, config, clock)
        )
        faults += trial.faults
        if faults:
            raise ConfigMismatchError("\n".join(faults))
        readings = _read(device, config, trial)
    except HardwareError:
        let_go(loaded)
        raise
    return MicroManagerStream(loaded, readings, config, clock)


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
    period_s = trial.period_s or (1.0 / config.rate_hz if config.rate_hz else 0.0)
    return Readings(
        shape=device.shape(),
        period_s=period_s,
        exposure_s=device.exposure_s(),
        white_level=config.white_level or 2 ** device.bit_depth() - 1,
    )

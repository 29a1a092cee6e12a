"""A camera that OpenCV opens by number: a webcam, or a rig camera with a system driver.

OpenCV gives neither hardware stamps nor a frame counter, and waits inside `read`; so a thread
takes frames as they come and `grab` finds them all. Mid-exposure is estimated as the moment of
arrival less half the exposure: the transfer time is unknown, and the page on cameras says so.
"""

from __future__ import annotations

import queue
import threading
import time

import cv2

from hardware.cameras.video import to_grey
from hardware.clock import Clock
from hardware.config import WebCamera
from hardware.errors import CameraError
from hardware.types import Frame

_GIVE_UP_AFTER_S = 2.0  # no frame for so long: the camera is gone


class OpenCvCamera:
    """A running OpenCV capture; implements `hardware.camera.Camera`."""

    def __init__(self, capture: cv2.VideoCapture, config: WebCamera, clock: Clock) -> None:
        """Read one frame for the shape.

        Raises:
            CameraError: the device opens but gives no picture.
        """
        has_picture, picture = capture.read()
        if not has_picture:
            raise CameraError(
                f"rig.camera.number: camera {config.number} opens but gives no picture; "
                "another program may be using it"
            )
        self._capture = capture
        self._clock = clock
        self._exposure_s = config.exposure_s
        self._period_s = 1.0 / config.rate_hz
        self._shape = (picture.shape[0], picture.shape[1])
        self._frames: queue.SimpleQueue[Frame] = queue.SimpleQueue()
        self._is_open = threading.Event()
        self._thread = threading.Thread(target=self._take, name="webcam", daemon=True)
        self._last_s = clock.now_s()

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns as the device gives them."""
        return self._shape

    @property
    def period_s(self) -> float:
        """Seconds between frames, as configured: OpenCV cannot be trusted to read it back."""
        return self._period_s

    @property
    def delay_s(self) -> float:
        """Half the exposure; the transfer is unknown."""
        return self._exposure_s / 2.0

    def start(self) -> None:
        """Begin taking frames."""
        self._is_open.set()
        self._last_s = self._clock.now_s()
        self._thread.start()

    def grab(self, timeout_s: float) -> list[Frame]:
        """Return the frames that have come; see `hardware.camera`."""
        frames: list[Frame] = []
        try:
            frames.append(self._frames.get(timeout=timeout_s))
            while True:
                frames.append(self._frames.get_nowait())
        except queue.Empty:
            pass
        if frames:
            self._last_s = frames[-1].received_s
        elif self._clock.now_s() - self._last_s > _GIVE_UP_AFTER_S:
            raise CameraError(f"the camera has given no frame for {_GIVE_UP_AFTER_S:.0f} s")
        return frames

    def close(self) -> None:
        """Stop taking frames and let the device go."""
        if self._is_open.is_set():
            self._is_open.clear()
            self._thread.join(timeout=1.0)
        self._capture.release()

    def _take(self) -> None:
        index = 0
        while self._is_open.is_set():
            has_picture, picture = self._capture.read()
            if not has_picture:
                time.sleep(0.01)  # `grab` notices when nothing comes for long
                continue
            now_s = self._clock.now_s()
            frame = Frame(
                index=index,
                t_s=now_s - self._exposure_s / 2.0,
                received_s=now_s,
                image=to_grey(picture),
            )
            index += 1
            self._frames.put(frame)


def open_webcam(config: WebCamera, clock: Clock) -> OpenCvCamera:
    """Open a camera by number.

    Raises:
        CameraError: there is none with this number, or it gives no picture.
    """
    capture = cv2.VideoCapture(config.number)
    if not capture.isOpened():
        raise CameraError(f"rig.camera.number: no camera with number {config.number} can be opened")
    capture.set(cv2.CAP_PROP_FPS, config.rate_hz)
    return OpenCvCamera(capture, config, clock)

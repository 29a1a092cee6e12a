"""A camera that OpenCV opens by number: a webcam, or a rig camera with a system driver.

OpenCV gives neither hardware stamps nor a frame counter, and waits inside `read`; so a thread
takes pictures as they come and `take` finds them all. A frame was ready when it arrived, then: the
transfer time is unknown, and the page on cameras says so.
"""

from __future__ import annotations

import queue
import threading
import time

import cv2

from hardware.cameras.source import Picture
from hardware.cameras.stream import PictureStream, Readings
from hardware.cameras.video import to_grey
from hardware.clock import Clock
from hardware.config import WebCamera
from hardware.errors import CameraError

_RETRY_S = 0.01
_LAST_PICTURE_WITHIN_S = 1.0


class WebcamSource:
    """An OpenCV capture on a thread; implements `hardware.cameras.source.PictureSource`."""

    def __init__(self, capture: cv2.VideoCapture, number: int, clock: Clock) -> None:
        self._capture = capture
        self._number = number
        self._clock = clock
        self._pictures: queue.SimpleQueue[Picture] = queue.SimpleQueue()
        self._is_wanted = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def name(self) -> str:
        """Its number."""
        return f"the camera number {self._number}"

    def start(self) -> None:
        """Begin taking pictures."""
        self._is_wanted.set()
        self._thread = threading.Thread(target=self._read, name="webcam", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop taking pictures; a driver that hangs in its read is left behind."""
        self._is_wanted.clear()
        if self._thread is not None:
            self._thread.join(timeout=_LAST_PICTURE_WITHIN_S)

    def take(self, timeout_s: float) -> list[Picture]:
        """Return the pictures that the thread has taken."""
        pictures: list[Picture] = []
        try:
            pictures.append(self._pictures.get(timeout=timeout_s))
            while True:
                pictures.append(self._pictures.get_nowait())
        except queue.Empty:
            return pictures

    def why_silent(self) -> str:
        """OpenCV does not say."""
        return "unplugged, or taken by another program"

    def close(self) -> None:
        """Stop taking pictures and let the device go."""
        self.stop()
        if self._thread is None or not self._thread.is_alive():
            self._capture.release()  # released under a read that hangs, it would crash

    def _read(self) -> None:
        while self._is_wanted.is_set():
            has_picture, picture = self._capture.read()
            if not has_picture:
                time.sleep(_RETRY_S)  # the stream notices when nothing comes for long
                continue
            received_s = self._clock.now_s()
            self._pictures.put(Picture(pixels=to_grey(picture), received_s=received_s))


def open_webcam(config: WebCamera, clock: Clock) -> PictureStream:
    """Open a camera by number, and read one picture for its shape.

    Raises:
        CameraError: there is none with this number, or it gives no picture.
    """
    capture = cv2.VideoCapture(config.number)
    if not capture.isOpened():
        raise CameraError(
            f"rig.camera.number: no camera with number {config.number} can be opened; "
            "`wormlock devices` lists those that can"
        )
    capture.set(cv2.CAP_PROP_FPS, config.rate_hz)
    has_picture, picture = capture.read()
    if not has_picture:
        capture.release()
        raise CameraError(
            f"rig.camera.number: camera {config.number} opens but gives no picture; "
            "another program may be using it"
        )
    readings = Readings(
        shape=(picture.shape[0], picture.shape[1]),
        period_s=1.0 / config.rate_hz,  # OpenCV cannot be trusted to read it back
        exposure_s=config.exposure_s,
    )
    return PictureStream(WebcamSource(capture, config.number, clock), readings, clock)

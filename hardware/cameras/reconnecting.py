"""A camera that may go and come back within a session.

What fails in the middle of a run (unplugged, silent, changed by somebody else) is closed and opened
anew, again and again, on a thread of its own: `grab` never waits for a driver that hangs. Meanwhile
there are no frames, so nothing is commanded, and the dead-man has long halted the stage. Indices go
on where they would have been; the camera's own stamps and numbers may begin anew.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace

from hardware.camera import RawCamera
from hardware.clock import Clock
from hardware.errors import CameraError, HardwareError
from hardware.types import RawFrame

_TRY_EVERY_S = 0.5
_LETS_GO_WITHIN_S = 1.0


class ReconnectingCamera:
    """Opens a camera as often as need be; implements `hardware.camera.RawCamera`."""

    def __init__(
        self,
        open_anew: Callable[[], RawCamera],
        *,
        reconnect_s: float,
        clock: Clock,
        tell: Callable[[str], None],
    ) -> None:
        """Open it for the first time: that it then cannot be opened is an error as ever.

        Args:
            open_anew: opens the camera, neither started nor waited for.
            reconnect_s: how long a camera that has gone is waited for.
            clock: the rig's.
            tell: takes a line for the operator when the camera has gone, and when it is back.
        """
        self._open_anew = open_anew
        self._reconnect_s = reconnect_s
        self._clock = clock
        self._tell = tell
        self._camera = open_anew()
        self._absence: _Absence | None = None
        self._skipped = 0  # what is added to the camera's own indices
        self._last: RawFrame | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns; a camera that comes back with others is refused."""
        return self._camera.shape

    @property
    def period_s(self) -> float:
        """Seconds between exposures."""
        return self._camera.period_s

    @property
    def delay_s(self) -> float:
        """Seconds from mid-exposure to the frame in our hands."""
        return self._camera.delay_s

    @property
    def depth_bits(self) -> int:
        """How many bits a count takes in memory."""
        return self._camera.depth_bits

    @property
    def white_level(self) -> int:
        """The count that means white."""
        return self._camera.white_level

    @property
    def notes(self) -> Sequence[str]:
        """What an operator should know of it."""
        return self._camera.notes

    def start(self) -> None:
        """Begin exposing."""
        self._camera.start()

    def grab(self, timeout_s: float) -> list[RawFrame]:
        """Return the frames that have come; none while the camera is away.

        Raises:
            CameraError: it has not come back in time, or as another one.
        """
        if self._absence is not None:
            self._wait(self._absence, timeout_s)
            return []
        try:
            frames = self._camera.grab(timeout_s)
        except CameraError as error:
            self._lose(error)
            return []
        return [self._numbered(frame) for frame in frames]

    def close(self) -> None:
        """Let the camera go, or stop waiting for it."""
        if self._absence is not None:
            self._absence.end()
        else:
            self._camera.close()

    def _lose(self, why: CameraError) -> None:
        self._tell(
            f"{why}. No frames, so the dead-man halts the stage; the camera is waited for for "
            f"{self._reconnect_s:g} s"
        )
        self._absence = _Absence(self._camera, self._open_anew, why, self._clock.now_s())

    def _wait(self, absence: _Absence, timeout_s: float) -> None:
        camera = absence.back(timeout_s)
        away_s = self._clock.now_s() - absence.since_s
        if camera is not None:
            self._take_back(camera, away_s)
        elif away_s > self._reconnect_s:
            absence.end()
            raise CameraError(
                f"{absence.why}; it has not come back within {self._reconnect_s:g} s"
                + (f" (the last try: {absence.last_error})" if absence.last_error else "")
            )

    def _take_back(self, camera: RawCamera, away_s: float) -> None:
        was = (self._camera.shape, self._camera.depth_bits)
        self._camera, self._absence = camera, None
        if (camera.shape, camera.depth_bits) != was:
            rows, columns = camera.shape
            raise CameraError(
                f"the camera has come back with pictures of {columns} x {rows} px and "
                f"{camera.depth_bits} bits, which are not those of this session"
            )
        if self._last is not None:
            since_s = self._clock.now_s() - self._last.t_s
            missed = round(since_s / camera.period_s) if camera.period_s > 0.0 else 1
            self._skipped = self._last.index + max(missed, 1)
        self._tell(f"the camera is back after {away_s:.1f} s")

    def _numbered(self, frame: RawFrame) -> RawFrame:
        self._last = replace(frame, index=frame.index + self._skipped)
        return self._last


class _Absence:
    """A camera that is away: it is opened, and tried again, until it is there."""

    def __init__(
        self,
        camera: RawCamera,
        open_anew: Callable[[], RawCamera],
        why: CameraError,
        since_s: float,
    ) -> None:
        self.why = why
        self.since_s = since_s
        self.last_error = ""
        self._open_anew = open_anew
        self._is_over = threading.Event()
        self._came: queue.SimpleQueue[RawCamera] = queue.SimpleQueue()
        # A daemon: Python must be able to end while a driver hangs.
        self._thread = threading.Thread(
            target=self._reopen, args=(camera,), name="reconnect", daemon=True
        )
        self._thread.start()

    def back(self, timeout_s: float) -> RawCamera | None:
        """Return the camera once it runs again."""
        try:
            return self._came.get(timeout=timeout_s)
        except queue.Empty:
            return None

    def end(self) -> None:
        """Stop trying, and let go what may have been opened meanwhile."""
        self._is_over.set()
        self._thread.join(_LETS_GO_WITHIN_S)
        if (camera := self.back(0.0)) is not None:
            camera.close()

    def _reopen(self, lost: RawCamera) -> None:
        lost.close()
        while not self._is_over.is_set():
            try:
                camera = self._running()
            except HardwareError as error:
                self.last_error = " ".join(str(error).split())
                self._is_over.wait(_TRY_EVERY_S)
                continue
            if self._is_over.is_set():
                camera.close()  # it took longer than anybody waited
            else:
                self._came.put(camera)
            return

    def _running(self) -> RawCamera:
        camera = self._open_anew()
        try:
            camera.start()
        except HardwareError:
            camera.close()
            raise
        return camera

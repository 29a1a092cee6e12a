"""The simulated tracking camera as the control process sees it: a reader of the world's frames."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hardware.clock import Clock
from hardware.errors import CameraError, RingError
from hardware.ring import RingReader, attach_ring, frame_record
from hardware.sim.scenario import CameraTiming
from hardware.types import Frame

_WORLD_STARTS_WITHIN_S, _WORLD_BEGINS_WITHIN_S = 15.0, 120.0
_POLL_S = 0.0003
_GIVE_UP_AFTER_S = 5.0  # the world is never so late, on however busy a computer
_EARLY_S = 0.0008  # before the next frame is due, sleeping ends and polling begins


class SimulatedCameraReader:
    """Fulfils `hardware.camera.Camera`. A frame that was overwritten leaves a gap in the index."""

    def __init__(self, ring: Path, timing: CameraTiming, clock: Clock) -> None:
        self._path = ring
        self._timing = timing
        self._clock = clock
        self._ring: RingReader | None = None
        self._due_s = -np.inf
        self._heard_s = np.inf

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of every frame."""
        return self._timing.rows, self._timing.columns

    @property
    def period_s(self) -> float:
        """Seconds between exposures."""
        return self._timing.period_s

    @property
    def delay_s(self) -> float:
        """Seconds from mid-exposure to the frame in memory."""
        return self._timing.delay_s

    @property
    def notes(self) -> tuple[str, ...]:
        """It lacks nothing."""
        return ()

    def start(self) -> None:
        """Wait for the world, and take its frames from now on.

        Raises:
            CameraError: there is no world, or its frames have another size.
        """
        record = frame_record(self.shape)
        try:
            self._ring = attach_ring(self._path, record, within_s=_WORLD_STARTS_WITHIN_S)
        except RingError as error:
            raise CameraError(f"the simulated camera gives no frames: {error}") from error
        # The ring is there before the world begins: that waits until all who look are ready.
        self._heard_s = self._clock.now_s() + _WORLD_BEGINS_WITHIN_S - _GIVE_UP_AFTER_S

    def grab(self, timeout_s: float) -> Sequence[Frame]:
        """Return every frame that has come since the last call, oldest first.

        Raises:
            CameraError: the camera was not started, or its world has fallen silent.
        """
        if self._ring is None:
            raise CameraError("the simulated camera was not started")
        until_s = self._clock.now_s() + timeout_s
        while self._ring.waiting == 0:
            now_s = self._clock.now_s()
            if now_s - self._heard_s > _GIVE_UP_AFTER_S:
                raise CameraError(
                    f"the simulated camera has given no frame for {_GIVE_UP_AFTER_S:.0f} s: its "
                    "world has ended, or stands still"
                )
            if now_s >= until_s:
                return []
            early_s = min(self._due_s - _EARLY_S, until_s) - now_s
            time.sleep(max(early_s, _POLL_S))
        rows = self._ring.take().rows
        received_s = self._clock.now_s()
        frames = [_frame(row, received_s) for row in rows]
        if frames:
            self._heard_s = received_s
            self._due_s = frames[-1].t_s + self.period_s + self.delay_s
        return frames

    def close(self) -> None:
        """Unmap the frames. Safe to call twice."""
        if self._ring is not None:
            self._ring.close()
            self._ring = None


def _frame(row: NDArray[np.void] | np.void, received_s: float) -> Frame:
    return Frame(
        index=int(row["index"]),
        t_s=float(row["t_s"]),
        received_s=received_s,
        image=row["pixels"],
        camera_t_s=float(row["camera_t_s"]),
        camera_counter=int(row["camera_counter"]),
    )

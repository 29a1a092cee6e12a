"""A calibration's view of a rig that is really there, or played in real time by processes.

This process is supervisor and control at once: it opens the camera, and the stage is moved by
the stage process of every session, with guard and dead-man. Should we die, that one halts.
"""

from __future__ import annotations

import contextlib
import math
import tempfile
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from hardware.camera import Camera
from hardware.clock import Clock, HostClock
from hardware.errors import ConfigError
from hardware.platform import ParentWatch
from hardware.registry import open_camera
from hardware.rig_faults import rig_faults
from hardware.ring import RingReader, RingWriter
from hardware.types import Frame, StageLimits, StageState, Vec2
from tracker.calibrate.feed import Sent
from tracker.config import Config
from tracker.errors import SessionError, UsageError
from tracker.messages import POSITION_ROW, POST_ROW, STAGE_ROW
from tracker.runtime.crew import Crew
from tracker.runtime.ending import Asked
from tracker.runtime.launch import Launch, calibration_or_guess
from tracker.runtime.orders import Failed, FocusMarked, Notice, Order, Ready
from tracker.runtime.rings import make_rows_ring, wait_for_ring
from tracker.runtime.start_faults import causes, ended_unasked
from tracker.runtime.wake import WakeCall
from tracker.safety.guard import stage_limits

_READY_WITHIN_S = 30.0
_FIRST_FRAME_WITHIN_S = 10.0
_FRAME_WITHIN_S = 2.0
_GRAB_S = 0.05
_TURN_S = 0.05
_LAST_WORDS_S = 0.3  # they may still be on their way


def calibration_launch(config: Config, source: str) -> Launch:
    """Return what the rig's processes are started with; nothing is recorded.

    Raises:
        ConfigError: the rig cannot be opened as it is described.
        UsageError: it has no stage.
    """
    launch = Launch(
        config=config,
        config_source=source,
        calibration=calibration_or_guess(config),
        folder=Path("unrecorded"),
        duration_s=math.inf,
    )
    if not launch.has_stage:
        raise UsageError(f"{source}: rig.stage.kind is none: a calibration needs a stage")
    if faults := [f"{source}: {fault}" for fault in rig_faults(config.rig)]:
        raise ConfigError("\n".join(faults))
    return launch


@contextlib.contextmanager
def live_feed(launch: Launch, asked: Asked, tell: Callable[[str], None]) -> Generator[LiveFeed]:
    """Start the rig's processes and open the camera; afterwards the stage stands, all is closed.

    Raises:
        SessionError: a process could not start, or the end was asked for.
        HardwareError: the camera cannot be opened.
    """
    clock = HostClock()
    crew = Crew(_unwatched(launch), clock, workers=())
    with tempfile.TemporaryFile() as log:
        camera: Camera | None = None
        has_opened = False
        try:
            ring_s = launch.config.record.ring_s
            posts = make_rows_ring(crew.place.posts_ring, POST_ROW, ring_s=ring_s)
            crew.start(log)
            _await_stage(crew, asked)
            has_opened = True
            camera = open_camera(launch.config.rig, crew.session.rig_place(crew.place), clock)
            crew.begin_world()
            camera.start()
            feed = LiveFeed(crew, camera, posts, asked=asked, clock=clock, tell=tell)
            with contextlib.closing(feed):
                yield feed
        finally:
            crew.end_stage(has_opened=has_opened, tell=tell, gives_up=asked.once_more())
            if camera is not None:
                camera.close()
            crew.end_rig()
            crew.dismiss()


def _unwatched(launch: Launch) -> Launch:
    """What a stage makes of a velocity is what is measured: no way is unexplained yet."""
    safety = launch.config.safety.model_copy(update={"unexplained_um": None})
    return replace(launch, config=launch.config.model_copy(update={"safety": safety}))


def _await_stage(crew: Crew, asked: Asked) -> None:
    until_s = time.perf_counter() + _READY_WITHIN_S
    while time.perf_counter() < until_s:
        for report in crew.take(_TURN_S):
            if isinstance(report, Failed):
                raise SessionError(f"{report.role}: {report.message}")
            if isinstance(report, Ready):
                return
        if asked.to_end:
            raise SessionError("ended as asked, before anything was measured")
        if fallen := crew.fallen():
            said = [one for one in crew.take(_LAST_WORDS_S) if isinstance(one, Failed)]
            faults = [f"{one.role}: {one.message}" for one in said]
            raise SessionError("\n".join(causes(faults or [ended_unasked(*fallen[0])])))
    raise SessionError(f"stage: not ready within {_READY_WITHIN_S:.0f} s")


class LiveFeed:
    """Fulfils `tracker.calibrate.feed.RigFeed` with the real clock."""

    def __init__(
        self,
        crew: Crew,
        camera: Camera,
        posts: RingWriter,
        *,
        asked: Asked,
        clock: Clock,
        tell: Callable[[str], None],
    ) -> None:
        self._crew, self._camera, self._posts = crew, camera, posts
        self._asked, self._clock, self._tell = asked, clock, tell
        place, ourselves = crew.place, ParentWatch(crew.session.supervisor)
        self._positions: RingReader = wait_for_ring(place.positions_ring, POSITION_ROW, ourselves)
        self._rows: RingReader = wait_for_ring(place.stage_rows_ring, STAGE_ROW, ourselves)
        self._wake = WakeCall(place.wake_file, within_s=_READY_WITHIN_S)
        self.marked: list[FocusMarked] = []  # points in focus, as the stage process tells them
        self._sequence = 0
        self._wait_s = _FIRST_FRAME_WITHIN_S
        self._command_delay_s = math.nan
        self._limits = stage_limits(crew.session.config.safety)

    @property
    def limits(self) -> StageLimits:
        """What the guard holds to."""
        return self._limits

    @property
    def command_delay_s(self) -> float:
        """What the driver believes; NaN before the first velocity."""
        return self._command_delay_s

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of a frame."""
        return self._camera.shape

    @property
    def period_s(self) -> float:
        """Seconds between exposures."""
        return self._camera.period_s

    def next_frame(self, *, is_wanted: bool = True) -> Frame:
        """Return the newest picture, waiting for one.

        Raises:
            SessionError: none came in time, a process ended, or the end was asked for.
            CameraError: the camera is gone.
        """
        del is_wanted  # a real camera draws them all
        until_s = self._clock.now_s() + self._wait_s
        while True:
            came = self._camera.grab(_GRAB_S)
            self._look_after()
            if came:
                self._wait_s = _FRAME_WITHIN_S
                return came[-1]
            if self._clock.now_s() > until_s:
                raise SessionError(f"the camera gave no picture within {self._wait_s:.0f} s")

    def order(self, order: Order) -> None:
        """Send an order of the operator's to the stage process."""
        self._crew.send("stage", order)

    def post(self, velocity_um_s: Vec2, frame: Frame) -> None:
        """Lay a velocity down for the guard, and wake the stage process."""
        now_s, no_head_um = self._clock.now_s(), (math.nan, math.nan)
        self._posts.append(
            self._sequence, now_s, frame.t_s, frame.t_s, velocity_um_s, no_head_um, False
        )
        self._sequence += 1
        self._wake.ring()

    def positions(self) -> Sequence[StageState]:
        """Return what the stage has said since the last call."""
        if not self._positions.waiting:
            return []
        rows = self._positions.take().rows
        return [
            StageState(t_s=float(row["t_s"]), position_um=row["position_um"].astype(np.float64))
            for row in rows
        ]

    def sent(self) -> Sequence[Sent]:
        """Return what the guard has let through since the last call."""
        if not self._rows.waiting:
            return []
        rows = self._rows.take().rows
        if len(rows):
            self._command_delay_s = float(rows["acts_s"][-1] - rows["written_s"][-1])
        return [
            Sent(
                written_s=float(row["written_s"]),
                velocity_um_s=row["sent_um_s"].astype(np.float64),
            )
            for row in rows
        ]

    def close(self) -> None:
        """Let rings and socket go; the stage halts for want of news."""
        self._wake.close()
        self._positions.close()
        self._rows.close()

    def _look_after(self) -> None:
        if self._asked.to_end:
            raise SessionError("ended as asked, before all was measured")
        for report in self._crew.take(0.0):
            if isinstance(report, Failed):
                raise SessionError(f"{report.role}: {report.message}")
            if isinstance(report, Notice):
                self._tell(f"{report.role}: {report.message}")
            if isinstance(report, FocusMarked):
                self.marked.append(report)
                self._tell(
                    f"point {len(self.marked)} at {report.x_um:.0f}, {report.y_um:.0f}, "
                    f"{report.z_um:.1f} um"
                )
        for role, status in self._crew.fallen():
            raise SessionError(ended_unasked(role, status))

"""The control process: camera, eye, estimate and law; waits for the next frame and nothing else.

Every frame received goes into the frames ring for the recorder; the loop sees the newest. What
the stage process and the recorder make of it never holds it up: it posts, and reads rings.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hardware.camera import Camera
from hardware.clock import FollowingClock
from hardware.errors import EndOfVideoError
from hardware.platform import ParentWatch, ask_for_real_time
from hardware.registry import open_camera, rig_clock
from hardware.ring import RingWriter
from hardware.types import Frame
from models.detector import OnnxDetector
from tracker.config import Config
from tracker.estimate.first_look import FirstLook
from tracker.messages import POST_ROW, TICK_ROW, Mode
from tracker.runtime.calibration_check import check_calibration
from tracker.runtime.control_opening import (
    check_ages,
    check_maker,
    fit_scale,
    make_first_look,
    make_loop,
    open_told_detector,
    reach_stage,
)
from tracker.runtime.mailboxes import OrderInbox, ReportOutbox
from tracker.runtime.orders import (
    Doing,
    End,
    Held,
    LookedAt,
    MoveField,
    Notice,
    Ready,
    StartTracking,
    StopTracking,
)
from tracker.runtime.punctuality import PRIORITY, quiet_garbage_collection
from tracker.runtime.rings import make_frames_ring, make_rows_ring
from tracker.runtime.session_place import CameraFacts, Session, SessionPlace, write_camera_facts
from tracker.runtime.tracking_start import TrackingStart

logger = logging.getLogger(__name__)

_GRAB_S = 0.05
_FIRST_POSITION_WITHIN_S = 5.0
_ROOM_WITHIN_S = 5.0


@dataclass(slots=True)
class _Counts:
    """What became of frames; those never received show as gaps in the frames' numbers."""

    received: int = 0
    used: int = 0


@dataclass(frozen=True, slots=True)
class _Duty:
    """What frames come from, go through and go to."""

    start: TrackingStart
    camera: Camera
    frames: RingWriter
    reports: ReportOutbox
    look: FirstLook | None

    def turn(self, frame: Frame) -> None:
        """Let the loop take a frame, and pass on what the operator should know of it."""
        tick = self.start.loop.tick(frame)
        outcome = self.start.note(tick)
        if outcome is not None:
            kind = Notice if outcome.may_track else Held
            self.reports.send(kind("control", outcome.message))
        for told in self.start.loop.estimator.news():
            self.reports.send(Notice("control", told))
        looked = None if self.look is None else self.look.see(frame.image, tick)
        if looked is not None:
            self.reports.send(LookedAt("control", looked.message, looked.values))


def run_control(
    place: SessionPlace,
    session: Session,
    orders: OrderInbox,
    reports: ReportOutbox,
    parent: ParentWatch,
) -> None:
    """Be the control process until told to end, left alone, or shown the last picture.

    Raises:
        HardwareError: the camera cannot be opened, or is gone.
        ModelError: the detector cannot be opened, or failed.
    """
    config = session.config
    clock = rig_clock(config.rig)
    ticks = make_rows_ring(place.ticks_ring, TICK_ROW, ring_s=config.record.held_s)
    posts = make_rows_ring(place.posts_ring, POST_ROW, ring_s=config.record.ring_s)
    tell = _teller(reports)
    reports.send(Doing("control", "opening the camera"))
    camera = open_camera(config.rig, session.rig_place(place), clock, tell=tell)
    try:
        facts = _look_over(camera, config, tell)
        frames = _publish(place, facts, ring_s=config.record.held_s)
        reports.send(Doing("control", "loading the model"))
        detector = open_told_detector(config.detector)
        eye = fit_scale(detector, session, tell)
        stage = reach_stage(place, session, posts, clock, parent)
        loop = make_loop(session, clock, stage, eye, ticks=ticks, shape=camera.shape)
        start = TrackingStart(loop, check_maker(config, facts))
        duty = _Duty(start, camera, frames, reports, make_first_look(detector, eye))
        _go_before_others()
        is_patient = isinstance(clock, FollowingClock)
        if is_patient:  # a video in a hurry would be over before the session has begun
            reports.send(_ready(detector))
            _await_tracking(start, orders, parent)
        camera.start()
        if not is_patient:
            reports.send(_ready(detector))
        _serve(duty, orders, parent, is_patient=is_patient)
    except EndOfVideoError as end:
        logger.info("%s", end)
        tell(str(end))
    finally:
        camera.close()


def _teller(reports: ReportOutbox) -> Callable[[str], None]:
    def tell(line: str) -> None:
        reports.send(Notice("control", line))

    return tell


def _look_over(camera: Camera, config: Config, tell: Callable[[str], None]) -> CameraFacts:
    """Return a camera's facts, once all that does not fit them has been told or refused."""
    for line in filter(None, (*camera.notes, check_calibration(config, camera.shape))):
        tell(line)
    facts = CameraFacts(shape=camera.shape, period_s=camera.period_s, delay_s=camera.delay_s)
    check_ages(config, facts)
    return facts


def _go_before_others() -> None:
    ask_for_real_time(PRIORITY["control"])
    quiet_garbage_collection()


def _publish(place: SessionPlace, facts: CameraFacts, *, ring_s: float) -> RingWriter:
    write_camera_facts(place, facts)
    return make_frames_ring(place.frames_ring, facts, ring_s=ring_s)


def _ready(detector: OnnxDetector) -> Ready:
    manifest = detector.model.manifest
    return Ready(
        "control",
        detail=f"{manifest.name} {manifest.version} on {detector.provider}",
        facts={
            "model_name": f"{manifest.name} {manifest.version}",
            "model_sha256": detector.model.sha256,
            "provider": detector.provider,
        },
    )


def _serve(duty: _Duty, orders: OrderInbox, parent: ParentWatch, *, is_patient: bool) -> None:
    counts = _Counts()
    while not parent.is_gone():
        if is_patient:
            _await_room(duty.frames)
        came = duty.camera.grab(_GRAB_S)
        if came:
            duty.turn(came[-1])
            counts.used += 1
        for frame in came:
            _keep(frame, duty.frames)
            counts.received += 1
        if _has_ended(duty.start, orders):
            break
    logger.info("control ends: %s", counts)


def _await_tracking(start: TrackingStart, orders: OrderInbox, parent: ParentWatch) -> None:
    while start.loop.mode is Mode.IDLE and not parent.is_gone():
        if _has_ended(start, orders, wait_s=_GRAB_S):
            raise SystemExit(0)


def _await_room(frames: RingWriter) -> None:
    """Let the recorder follow: a video in a hurry has the time, an animal has not."""
    until_s = time.perf_counter() + _ROOM_WITHIN_S
    while frames.room < 2 and time.perf_counter() < until_s:
        time.sleep(0.001)


def _keep(frame: Frame, frames: RingWriter) -> None:
    stamps = (frame.index, frame.t_s, frame.received_s, frame.camera_t_s, frame.camera_counter)
    frames.append(*stamps, frame.image)


def _has_ended(start: TrackingStart, orders: OrderInbox, *, wait_s: float = 0.0) -> bool:
    """Carry out the operator's orders; say whether one of them was to end."""
    for order in orders.take(wait_s):
        if isinstance(order, StartTracking):
            start.begin()
        elif isinstance(order, StopTracking):
            start.end()
        elif isinstance(order, MoveField):
            start.loop.move_field(np.array([order.x_um, order.y_um]))
        elif isinstance(order, End):
            return True
    return False

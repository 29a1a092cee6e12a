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
from hardware.clock import Clock, FollowingClock
from hardware.config import NoStage
from hardware.errors import EndOfVideoError
from hardware.platform import ParentWatch, ask_for_real_time
from hardware.registry import open_camera, rig_clock
from hardware.ring import RingWriter
from hardware.types import Frame
from models.detection import Detector
from models.detector import OnnxDetector, open_detector
from models.magnified import at_scale
from tracker.config import Config, DetectorConfig
from tracker.control.laws import make_controller
from tracker.errors import SessionError
from tracker.estimate.head import HeadEstimator
from tracker.geometry import um_per_px
from tracker.messages import POSITION_ROW, POST_ROW, STAGE_ROW, TICK_ROW, Mode, tick_record
from tracker.named_files import naming_the_model
from tracker.parts import StagePost
from tracker.runtime.calibration_check import check_calibration
from tracker.runtime.loop import Loop
from tracker.runtime.mailboxes import OrderInbox, ReportOutbox
from tracker.runtime.orders import (
    Doing,
    End,
    Held,
    MoveField,
    Notice,
    Ready,
    StartTracking,
    StopTracking,
)
from tracker.runtime.punctuality import PRIORITY, quiet_garbage_collection
from tracker.runtime.rings import START_S, make_frames_ring, make_rows_ring, wait_for_ring
from tracker.runtime.session_place import CameraFacts, Session, SessionPlace, write_camera_facts
from tracker.runtime.stage_post import RingStagePost, StandingStagePost
from tracker.runtime.tracking_start import TrackingStart, make_check, make_search
from tracker.runtime.wake import WakeCall
from tracker.safety.coasting import age_faults
from tracker.safety.in_picture import HeadInPicture
from tracker.safety.sign_check import SignCheck

logger = logging.getLogger(__name__)

_GRAB_S = 0.05
_FIRST_POSITION_WITHIN_S = 5.0
_ROOM_WITHIN_S = 5.0


@dataclass(slots=True)
class _Counts:
    """What became of frames; those never received show as gaps in the frames' numbers."""

    received: int = 0
    used: int = 0


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
        for line in filter(None, (*camera.notes, check_calibration(config, camera.shape))):
            tell(line)
        facts = CameraFacts(shape=camera.shape, period_s=camera.period_s, delay_s=camera.delay_s)
        _check_ages(config, facts)
        frames = _publish(place, facts, ring_s=config.record.held_s)
        reports.send(Doing("control", "loading the model"))
        detector = _open_detector(config.detector)
        eye = _fit_scale(detector, session, reports)
        stage = _reach_stage(place, session, posts, clock, parent)
        loop = _make_loop(session, clock, stage, eye, ticks=ticks, shape=camera.shape)
        start = TrackingStart(loop, _check_maker(config, facts))
        _go_before_others()
        is_patient = isinstance(clock, FollowingClock)
        if is_patient:  # a video in a hurry would be over before the session has begun
            reports.send(_ready(detector))
            _await_tracking(start, orders, parent)
        camera.start()
        if not is_patient:
            reports.send(_ready(detector))
        _serve(start, camera, frames, orders, parent, reports=reports, is_patient=is_patient)
    except EndOfVideoError as end:
        logger.info("%s", end)
        tell(str(end))
    finally:
        camera.close()


def _teller(reports: ReportOutbox) -> Callable[[str], None]:
    def tell(line: str) -> None:
        reports.send(Notice("control", line))

    return tell


def _go_before_others() -> None:
    ask_for_real_time(PRIORITY["control"])
    quiet_garbage_collection()


def _publish(place: SessionPlace, facts: CameraFacts, *, ring_s: float) -> RingWriter:
    write_camera_facts(place, facts)
    return make_frames_ring(place.frames_ring, facts, ring_s=ring_s)


def _open_detector(told: DetectorConfig) -> OnnxDetector:
    with naming_the_model():
        return open_detector(told.model, told.provider, told.least_confidence)


def _fit_scale(detector: OnnxDetector, session: Session, reports: ReportOutbox) -> Detector:
    """Show a model pictures of its own scale, and say so where the rig's is another."""
    manifest, ours = detector.model.manifest, um_per_px(session.calibration)
    eye = at_scale(detector, manifest, um_per_px=ours)
    if eye is not detector:
        low, high = manifest.um_per_px
        message = (
            f"pictures of {ours:.3g} um/px are resized for {manifest.name}, which was made for "
            f"{low} to {high} um/px; a model trained at your scale finds more"
        )
        reports.send(Notice("control", message))
    return eye


def _check_ages(config: Config, facts: CameraFacts) -> None:
    """Refuse times of the guard that this camera's pictures cannot keep."""
    if isinstance(config.rig.stage, NoStage):
        return
    safety = config.safety
    faults = age_faults(
        coast_s=safety.coast_s,
        deadman_s=safety.deadman_s,
        camera_delay_s=facts.delay_s,
        frame_s=facts.period_s,
    )
    if faults:
        raise SessionError("; ".join(faults))


def _check_maker(config: Config, facts: CameraFacts) -> Callable[[], SignCheck] | None:
    if isinstance(config.rig.stage, NoStage):
        return None
    return make_check(config.safety, frame_s=facts.period_s)


def _reach_stage(
    place: SessionPlace,
    session: Session,
    posts: RingWriter,
    clock: Clock,
    parent: ParentWatch,
) -> StagePost:
    if isinstance(session.config.rig.stage, NoStage):
        return StandingStagePost(clock)
    stage = RingStagePost(
        posts=posts,
        positions=wait_for_ring(place.positions_ring, POSITION_ROW, parent),
        rows=wait_for_ring(place.stage_rows_ring, STAGE_ROW, parent),
        wake=WakeCall(place.wake_file, within_s=START_S),
        clock=clock,
    )
    until_s = time.perf_counter() + _FIRST_POSITION_WITHIN_S
    while not stage.has_position:
        if time.perf_counter() > until_s:
            raise SessionError(
                f"the stage has not said where it is within {_FIRST_POSITION_WITHIN_S:.0f} s"
            )
        time.sleep(0.01)
    return stage


def _make_loop(
    session: Session,
    clock: Clock,
    stage: StagePost,
    detector: Detector,
    *,
    ticks: RingWriter,
    shape: tuple[int, int],
) -> Loop:
    config = session.config
    return Loop(
        clock=clock,
        stage=stage,
        detector=detector,
        estimator=HeadEstimator(
            config.estimate,
            session.calibration,
            min_confidence=config.detector.min_confidence,
        ),
        controller=make_controller(config.control),
        in_picture=HeadInPicture(
            session.calibration, min_confidence=config.detector.min_confidence
        ),
        search=make_search(config.safety, session.calibration, shape),
        listeners=[lambda tick: ticks.append(*tick_record(tick))],
    )


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


def _serve(
    start: TrackingStart,
    camera: Camera,
    frames: RingWriter,
    orders: OrderInbox,
    parent: ParentWatch,
    *,
    reports: ReportOutbox,
    is_patient: bool,
) -> None:
    counts = _Counts()
    while not parent.is_gone():
        if is_patient:
            _await_room(frames)
        came = camera.grab(_GRAB_S)
        if came:
            outcome = start.note(start.loop.tick(came[-1]))
            if outcome is not None:
                kind = Notice if outcome.may_track else Held
                reports.send(kind("control", outcome.message))
            for told in start.loop.estimator.news():
                reports.send(Notice("control", told))
            counts.used += 1
        for frame in came:
            _keep(frame, frames)
            counts.received += 1
        if _has_ended(start, orders):
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

"""Opens what the control process works with: the eye, the stage's post, the loop between them."""

from __future__ import annotations

import time
from collections.abc import Callable

from hardware.clock import Clock
from hardware.config import NoStage
from hardware.platform import ParentWatch
from hardware.ring import RingWriter
from models.detection import Detector
from models.detector import OnnxDetector, open_detector
from models.magnified import MagnifiedDetector, at_scale
from tracker.config import Config, DetectorConfig
from tracker.control.laws import make_controller
from tracker.errors import SessionError
from tracker.estimate.first_look import FirstLook
from tracker.estimate.head import HeadEstimator
from tracker.geometry import um_per_px
from tracker.messages import POSITION_ROW, STAGE_ROW, tick_record
from tracker.named_files import naming_the_model
from tracker.parts import StagePost
from tracker.runtime.loop import Loop
from tracker.runtime.rings import START_S, wait_for_ring
from tracker.runtime.session_place import CameraFacts, Session, SessionPlace
from tracker.runtime.stage_post import RingStagePost, StandingStagePost
from tracker.runtime.tracking_start import make_check, make_search
from tracker.runtime.wake import WakeCall
from tracker.safety.coasting import age_faults
from tracker.safety.in_picture import HeadInPicture
from tracker.safety.sign_check import SignCheck

_FIRST_POSITION_WITHIN_S = 5.0


def open_told_detector(told: DetectorConfig) -> OnnxDetector:
    """Open the detector that config names.

    Raises:
        ModelError: it cannot be opened.
    """
    with naming_the_model():
        return open_detector(told.model, told.provider, told.least_confidence)


def fit_scale(detector: OnnxDetector, session: Session, tell: Callable[[str], None]) -> Detector:
    """Show a model pictures of its own scale, and say so where the rig's is another."""
    manifest, ours = detector.model.manifest, um_per_px(session.calibration)
    eye = at_scale(detector, manifest, um_per_px=ours)
    if eye is not detector:
        low, high = manifest.um_per_px
        tell(
            f"pictures of {ours:.3g} um/px are resized for {manifest.name}, which was made for "
            f"{low} to {high} um/px; a model trained at your scale finds more"
        )
    return eye


def check_ages(config: Config, facts: CameraFacts) -> None:
    """Refuse times of the guard that this camera's pictures cannot keep.

    Raises:
        SessionError: they are shorter than what a picture is old at best.
    """
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


def check_maker(config: Config, facts: CameraFacts) -> Callable[[], SignCheck] | None:
    """Return what makes the sign check of a start of tracking; None: there is no stage."""
    if isinstance(config.rig.stage, NoStage):
        return None
    return make_check(config.safety, frame_s=facts.period_s)


def reach_stage(
    place: SessionPlace,
    session: Session,
    posts: RingWriter,
    clock: Clock,
    parent: ParentWatch,
) -> StagePost:
    """Return the post to the stage process, once that knows where the stage is.

    Raises:
        SessionError: it does not know within 5 s.
    """
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


def make_loop(
    session: Session,
    clock: Clock,
    stage: StagePost,
    detector: Detector,
    *,
    ticks: RingWriter,
    shape: tuple[int, int],
) -> Loop:
    """Put the loop together as config says; its ticks go into their ring."""
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


def make_first_look(detector: OnnxDetector, eye: Detector) -> FirstLook | None:
    """Return what looks whether the model knows such pictures; None where it does not say."""
    manifest = detector.model.manifest
    if manifest.seen is None:
        return None
    magnification = eye.magnification if isinstance(eye, MagnifiedDetector) else 1.0
    return FirstLook(f"{manifest.name} {manifest.version}", manifest.seen, magnification)

"""The whole loop over a scenario in stepped time: one process, no sleeping, the same to the bit.

The loop, the estimator, the law and the guard are those of a session; camera, stage and wire are
times on a clock that is moved from event to event.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hardware.clock import SteppedClock
from hardware.config import NoFocus
from hardware.registry import open_stepped_rig
from hardware.stepped import Exposure, SteppedRig
from hardware.truth import TRUTH_ROW
from hardware.types import Frame
from models.detection import Detector
from tracker.config import Config
from tracker.control.laws import make_controller
from tracker.estimate.first_look import FirstLook, Looked
from tracker.estimate.head import HeadEstimator
from tracker.geometry import um_per_px
from tracker.messages import (
    POSITION_ROW,
    STAGE_ROW,
    TICK_ROW,
    FocusReport,
    Tick,
    stage_record,
    tick_record,
)
from tracker.record.schema import Rows
from tracker.record.score import RunRows
from tracker.runtime.focus_duty import FocusDuty
from tracker.runtime.ideal_detections import IdealDetector, TimedDetector
from tracker.runtime.loop import Loop
from tracker.runtime.stepped_post import SteppedPost
from tracker.runtime.tracking_start import Outcome, TrackingStart, make_check, make_search
from tracker.safety.focus_guard import take_charge_of_focus
from tracker.safety.guard import stage_limits, take_charge
from tracker.safety.in_picture import HeadInPicture

IDEAL_TURNAROUND_S = 0.0015
RENDERED_TURNAROUND_S = 0.003


def open_session(
    scenario: str,
    seed: int,
    config: Config,
    *,
    is_rendered: bool = False,
    turnaround_s: float | None = None,
) -> SteppedSession:
    """Bring a scenario and a loop together.

    Raises:
        ConfigError: there is no such scenario.
        ModelError: the network of a rendered run cannot be read.
    """
    clock = SteppedClock()
    rig = open_stepped_rig(scenario, seed, stage_limits(config.safety), clock)
    network: Detector | None = None
    look: FirstLook | None = None
    if is_rendered:
        from models.detector import open_detector
        from models.magnified import at_scale
        from tracker.runtime.control_opening import make_first_look

        detector = open_detector(
            model=config.detector.model,
            provider="cpu",
            min_confidence=config.detector.least_confidence,
        )
        scale = um_per_px(rig.believed_calibration)
        network = at_scale(detector, detector.model.manifest, um_per_px=scale)
        look = make_first_look(detector, network)
    return SteppedSession(rig, clock, config, network=network, turnaround_s=turnaround_s, look=look)


class SteppedSession:
    """A loop at work on a stepped rig; `step` is one exposure of the camera.

    `network` looks at rendered pictures; without one the truth is seen, spoilt as the scenario
    says. `look` holds the first of these pictures against those that the network knows.
    """

    def __init__(
        self,
        rig: SteppedRig,
        clock: SteppedClock,
        config: Config,
        *,
        network: Detector | None = None,
        turnaround_s: float | None = None,
        look: FirstLook | None = None,
    ) -> None:
        self._rig = rig
        self._look = look
        self.looked: Looked | None = None
        self._clock = clock
        guard = take_charge(rig.stage, config.safety, clock)
        self.focus_reports: list[FocusReport] = []
        self.focus = self._take_charge_of_focus(config)
        self.post = SteppedPost(guard, clock, poll_hz=config.poll_hz, focus=self.focus)
        min_confidence = config.detector.min_confidence
        self._ideal = None if network else IdealDetector(min_confidence=min_confidence)
        if turnaround_s is None:
            turnaround_s = RENDERED_TURNAROUND_S if network else IDEAL_TURNAROUND_S
        eye = network or self._ideal
        assert eye is not None
        self.loop = Loop(
            clock=clock,
            stage=self.post,
            detector=TimedDetector(eye, clock, takes_s=turnaround_s, run_until=self.post.run_until),
            estimator=HeadEstimator(
                config.estimate, rig.believed_calibration, min_confidence=min_confidence
            ),
            controller=make_controller(config.control),
            in_picture=HeadInPicture(rig.believed_calibration, min_confidence=min_confidence),
            search=make_search(config.safety, rig.believed_calibration, rig.shape),
        )
        self.start = TrackingStart(self.loop, make_check(config.safety, frame_s=rig.period_s))
        self.outcomes: list[Outcome] = []
        self.news: list[str] = []
        self.start.begin()
        self._unseen = np.zeros((1, 1), np.uint8)
        self.exposures: list[Exposure] = []
        self.ticks: list[Tick] = []
        self._truth: list[tuple[object, ...]] = []

    def _take_charge_of_focus(self, config: Config) -> FocusDuty | None:
        drive = config.rig.focus
        if isinstance(drive, NoFocus):
            return None
        return FocusDuty(
            take_charge_of_focus(self._rig.focus(drive.limits), self._clock),
            config.focus,
            tell=self.focus_reports.append,
            clock=self._clock,
            period_s=1.0 / drive.poll_hz,
        )

    def step(self) -> Tick | None:
        """Expose once and let the loop take the picture; None where there is none to take."""
        exposure = self._rig.exposure(len(self.exposures))
        self.exposures.append(exposure)
        self.post.run_until(exposure.received_s)
        self._remember_truth(exposure)
        if exposure.is_dropped or not self.post.has_position or self._is_overtaken(exposure):
            return None
        image = self._unseen
        if self._ideal is None:
            image = self._rig.picture(exposure)
        else:
            self._ideal.show(self._rig.look(exposure))
        frame = Frame(
            index=exposure.index,
            t_s=exposure.t_s,
            received_s=exposure.received_s,
            image=image,
        )
        tick = self.loop.tick(frame)
        self.ticks.append(tick)
        self.news += self.loop.estimator.news()
        if self._look is not None and (looked := self._look.see(image, tick)) is not None:
            self.looked = looked
            self.news += filter(None, [looked.message])
        if outcome := self.start.note(tick):
            self.outcomes.append(outcome)
        return tick

    def run(self, seconds: float) -> None:
        """Step through so much of the scenario."""
        while (len(self.exposures) + 1) * self._rig.period_s < seconds:
            self.step()

    def rows(self) -> RunRows:
        """Return what a recording of this run would hold, for the score."""
        times_s = np.array([exposure.t_s for exposure in self.exposures])
        received = [e.index for e in self.exposures if not e.is_dropped]
        truth = np.array(self._truth, TRUTH_ROW)
        if len(truth) > 1:
            truth["velocity_um_s"] = np.gradient(truth["head_um"], truth["t_s"], axis=0)
        return RunRows(
            recorded=np.array(received, np.int64),
            frame_t_s=times_s,
            ticks=_table([tick_record(tick) for tick in self.ticks], TICK_ROW),
            stage=_table([stage_record(guarded) for guarded in self.post.guarded], STAGE_ROW),
            positions=_table(
                [
                    (state.t_s, heard_s, state.position_um)
                    for state, heard_s in zip(self.post.states, self.post.heard_s, strict=True)
                ],
                POSITION_ROW,
            ),
            truth=truth,
            timeouts=self.post.timeouts,
        )

    def _is_overtaken(self, exposure: Exposure) -> bool:
        """Say whether a newer picture is here too: a loop that comes late takes the newest."""
        now_s = self._clock.now_s()
        if now_s <= exposure.received_s:
            return False
        newer = self._rig.exposure(exposure.index + 1)
        return newer.received_s <= now_s and not newer.is_dropped

    def _remember_truth(self, exposure: Exposure) -> None:
        t_s, rig = exposure.t_s, self._rig
        self._truth.append(
            (
                exposure.index,
                t_s,
                rig.head_um(t_s),
                rig.stage_um(t_s),
                (0.0, 0.0),
                0.0,
                rig.is_blind(t_s),
                rig.defocus_um(t_s),
            )
        )


def _table(records: Sequence[tuple[object, ...]], dtype: np.dtype[np.void]) -> Rows:
    return np.array(list(records), dtype)

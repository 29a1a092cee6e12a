"""See, place, foresee, decide, act, tell: one turn of the loop on one page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from hardware.clock import Clock
from hardware.types import Frame, Vec2
from models.detection import Detector
from tracker.history import StageHistory
from tracker.messages import Command, Estimate, Mode, Sighting, Tick
from tracker.parts import Controller, Estimator, Listener, StagePost
from tracker.safety.in_picture import HeadInPicture
from tracker.safety.search import Search
from tracker.safety.sign_check import SignCheck


@dataclass(slots=True, kw_only=True)
class Loop:
    """What happens to one frame after another.

    The loop owns no thread, opens nothing and knows no file: the control process feeds it
    frames, and a test or a replay can do the same. `stage` remembers where the stage was and
    takes posts; what the guard makes of a post is for the stage process to do and to tell.
    `mode` may be set from outside between two frames.
    """

    clock: Clock
    stage: StagePost
    detector: Detector
    estimator: Estimator
    controller: Controller
    listeners: Sequence[Listener] = ()
    mode: Mode = Mode.IDLE
    in_picture: HeadInPicture | None = None  # for those who doubt the calibration
    check: SignCheck | None = None  # of the calibration, while `mode` is CHECKING
    search: Search | None = None  # for a head that is given up; None: stand and wait
    nudge_um: Vec2 = field(default_factory=lambda: np.zeros(2), init=False)  # of the field
    _ticks: int = field(default=0, init=False)
    _commands: int = field(default=0, init=False)

    def move_field(self, nudge_um: Vec2) -> None:
        """From the next frame on every error is about a centre `nudge_um` from the calibrated."""
        self.nudge_um = nudge_um
        self.estimator.move_field(nudge_um)
        if self.in_picture is not None:
            self.in_picture.move_field(nudge_um)

    def tick(self, frame: Frame) -> Tick:
        """Handle one frame, from pixels to a posted command."""
        started_s = self.clock.now_s()
        stage = self.stage.history()
        near_px = self.estimator.expected_px(frame.t_s, stage)
        candidates = self.detector.detect(frame.image, near_px=near_px)
        detected_s = self.clock.now_s()
        sighting = self.estimator.update(candidates, frame.t_s, stage)
        foreseen = self.estimator.predict(detected_s + self.stage.delay_s)
        off_um = self.in_picture.see(candidates, sighting) if self.in_picture else None
        command = self._decide(frame, foreseen, stage, sighting, off_um=off_um)
        decided_s = self.clock.now_s()
        if command is not None:
            self.stage.post(command)
        tick = Tick(
            index=self._ticks,
            frame_index=frame.index,
            t_s=frame.t_s,
            received_s=frame.received_s,
            started_s=started_s,
            detected_s=detected_s,
            decided_s=decided_s,
            posted_s=self.clock.now_s(),
            mode=self.mode,
            candidates=candidates,
            sighting=sighting,
            stage_um=stage.at(frame.t_s),
            stage_heard_s=stage.heard_s,
            stage_until_s=float(stage.t_s[-1]),
            estimate=self.estimator.predict(frame.t_s),
            foreseen=foreseen,
            command=command,
            nudge_um=self.nudge_um,
        )
        self._ticks += 1
        for tell in self.listeners:
            tell(tick)
        return tick

    def _decide(
        self,
        frame: Frame,
        foreseen: Estimate | None,
        stage: StageHistory,
        sighting: Sighting | None,
        *,
        off_um: Vec2 | None,
    ) -> Command | None:
        """Steer when tracking. A head given up is searched for, or means stand still and say so.

        A command that stands still says that we are alive.
        """
        if self.mode is Mode.IDLE:
            return None
        steering = self._steer(foreseen, stage, sighting)
        if off_um is None or self.mode is Mode.CHECKING:
            off_um = np.full(2, np.nan)  # not followed
        sequence = self._commands
        self._commands += 1
        return Command(
            sequence=sequence,
            t_s=self.clock.now_s(),
            frame_t_s=frame.t_s,
            seen_s=foreseen.seen_s if foreseen is not None else float("nan"),
            velocity_um_s=np.zeros(2) if steering is None else steering,
            off_um=off_um,
            is_search=foreseen is None and steering is not None,
        )

    def _steer(
        self,
        foreseen: Estimate | None,
        stage: StageHistory,
        sighting: Sighting | None,
    ) -> Vec2 | None:
        """Return where to go; None: nowhere."""
        if self.mode is Mode.CHECKING:
            if self.check is None or foreseen is None:
                return None
            return self.check.steer(foreseen.t_s)
        if foreseen is not None:
            if self.search is not None:
                self.search.begin_at(foreseen.position_um)
            return self.controller.steer(foreseen, stage, sighting)
        if self.search is None:
            return None
        return self.search.steer(self.clock.now_s(), stage.position_um[-1])

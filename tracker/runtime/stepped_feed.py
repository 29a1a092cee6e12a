"""A calibration's view of a simulated rig in stepped time: no process, no sleeping."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hardware.clock import SteppedClock
from hardware.stepped import SteppedRig
from hardware.types import Frame, StageLimits, StageState, Vec2
from tracker.calibrate.feed import Sent
from tracker.config import SafetyConfig
from tracker.messages import Command
from tracker.runtime.stepped_post import SteppedPost
from tracker.safety.guard import take_charge


class SteppedFeed:
    """Fulfils `tracker.calibrate.feed.RigFeed` on a stepped rig."""

    def __init__(
        self, rig: SteppedRig, clock: SteppedClock, safety: SafetyConfig, *, poll_hz: float
    ) -> None:
        self._rig = rig
        self._clock = clock
        # What a stage makes of a velocity is what is measured here: no way is unexplained yet.
        unwatched = safety.model_copy(update={"unexplained_um": None})
        guard = take_charge(rig.stage, unwatched, clock)
        self._post = SteppedPost(guard, clock, poll_hz=poll_hz)
        self._next = 0
        self._unseen = np.zeros((1, 1), np.uint8)

    @property
    def limits(self) -> StageLimits:
        """What the guard holds to."""
        return self._rig.stage.limits

    @property
    def command_delay_s(self) -> float:
        """What the driver believes."""
        return self._rig.stage.command_delay_s

    def next_frame(self, *, is_wanted: bool = True) -> Frame:
        """Step to the next picture that is not dropped; draw it where it is wanted."""
        while True:
            exposure = self._rig.exposure(self._next)
            self._next += 1
            if exposure.received_s < self._clock.now_s():
                continue
            self._post.run_until(exposure.received_s)
            if not exposure.is_dropped:
                break
        return Frame(
            index=exposure.index,
            t_s=exposure.t_s,
            received_s=exposure.received_s,
            image=self._rig.picture(exposure) if is_wanted else self._unseen,
        )

    def post(self, velocity_um_s: Vec2, frame: Frame) -> None:
        """Hand a velocity to the guard."""
        now_s = self._clock.now_s()
        self._post.post(
            Command(
                sequence=frame.index,
                t_s=now_s,
                frame_t_s=frame.t_s,
                seen_s=frame.t_s,
                velocity_um_s=velocity_um_s,
            )
        )

    def positions(self) -> Sequence[StageState]:
        """Return what the stage has said since the last call."""
        told = list(self._post.states)
        self._post.states.clear()
        self._post.heard_s.clear()
        return told

    def sent(self) -> Sequence[Sent]:
        """Return what the guard has let through since the last call."""
        told = [
            Sent(written_s=guarded.written_s, velocity_um_s=guarded.sent_um_s)
            for guarded in self._post.guarded
        ]
        self._post.guarded.clear()
        return told

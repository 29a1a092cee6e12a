"""What the stage process does for the focus drive on its turns: ask, follow the agar, lead it on.

No waiting and no sockets here, so that stepped time can test it. Over the stage's own line one
request goes out at a time, and only when the stage's rhythm leaves room for it.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Generator
from dataclasses import dataclass

import numpy as np

from hardware.clock import Clock
from hardware.errors import LinkLostError, LinkTimeoutError, RefusedError, UnreadableError
from hardware.types import Vec2
from tracker.calibrate.focus_plane import FEWEST, fit_plane
from tracker.control.focus_follower import FocusFollower
from tracker.errors import CalibrationError
from tracker.focus_config import FocusConfig, Point
from tracker.messages import FocusReport
from tracker.safety.focus_guard import FocusGuard

logger = logging.getLogger(__name__)

_REFUSALS = 3  # in a row, before the operator is told


@dataclass(slots=True, kw_only=True)
class FocusCounts:
    """What has happened on the wire since the start."""

    focus_targets: int = 0
    focus_replies: int = 0
    focus_timeouts: int = 0
    focus_refusals: int = 0


@dataclass(frozen=True, slots=True)
class Mark:
    """A point that the operator marked in focus, and what is known of the plane by it."""

    point_um: Point
    count: int
    told: str


class FocusDuty:
    """One guarded focus drive, its rhythm, and what it is to follow.

    `tell` is given every height that the drive says.
    """

    def __init__(
        self,
        guard: FocusGuard,
        config: FocusConfig,
        *,
        tell: Callable[[FocusReport], None],
        clock: Clock,
        period_s: float,
    ) -> None:
        """Begin; points in config.yaml are a plane at once.

        Raises:
            CalibrationError: they are on none.
        """
        self.counts = FocusCounts()
        self.z_um = float("nan")  # as last told
        self.refused_because = ""  # three times in a row
        self.is_lost = False  # its port, where that is its own: the stage goes on without it
        self._guard, self._config, self._tell = guard, config, tell
        self._clock, self._period_s = clock, period_s
        self._follower = FocusFollower(None, deadband_um=config.deadband_um)
        self._points: list[Point] = []
        self._refusals = 0
        self._is_asked = self._is_following = False
        self._ask_at_s = self._lead_at_s = clock.now_s()
        if config.points:
            points_um = np.array(config.points)
            fit = fit_plane(points_um, most_residual_um=config.most_residual_um)
            self._follower.follow(fit.plane)

    @property
    def shares_line(self) -> bool:
        """Whether `turn` may talk only when the stage's own line is idle."""
        return self._guard.shares_line

    @property
    def awaits_reply(self) -> bool:
        """Whether a reply of the drive's is outstanding."""
        return self._guard.awaits_reply

    @property
    def is_overdue(self) -> bool:
        """Whether the drive should have been asked long ago."""
        return not self._is_asked and self._clock.now_s() > self._ask_at_s + self._period_s

    def turn(self, *, may_talk: bool, stage_um: Vec2 | None) -> None:
        """Take a reply, and write at most one request if that may be.

        `stage_um` is where the stage is, None while the focus is not to follow it.

        Raises:
            LinkLostError: the stage's own line is gone.
        """
        if not self.is_lost:
            with self.losing():
                self._turn(may_talk=may_talk, stage_um=stage_um)

    @contextlib.contextmanager
    def losing(self) -> Generator[None]:
        """Take note when a port of the drive's own goes.

        Raises:
            LinkLostError: the stage's own line is gone.
        """
        try:
            yield
        except LinkLostError as error:
            if self.shares_line:
                raise
            self.is_lost = True
            logger.warning("the focus drive's port is gone: %s", error)

    def _turn(self, *, may_talk: bool, stage_um: Vec2 | None) -> None:
        if self._is_asked:
            self._listen()
        now_s = self._clock.now_s()
        if self._is_asked or not may_talk or (self.shares_line and self.awaits_reply):
            return
        if now_s >= self._lead_at_s:
            self._lead_at_s = now_s + self._period_s
            self._follow(stage_um)
            if self._guard.turn():
                self.counts.focus_targets += 1
                return
        if now_s >= self._ask_at_s:
            self._ask_at_s = max(self._ask_at_s + self._period_s, now_s + 0.5 * self._period_s)
            self._guard.ask()
            self._is_asked = True

    def jog(self, delta_um: float) -> None:
        """Move by a little; what is being followed is followed at another height from now on."""
        self._guard.jog(delta_um)
        if self._is_following:
            self._follower.jog(delta_um)

    def mark(self, stage_um: Vec2 | None) -> Mark | None:
        """Take the place where the stage and the drive are as one in focus; None: unknown."""
        if stage_um is None or np.isnan(self.z_um):
            return None
        x_um, y_um = stage_um.tolist()
        self._points.append((round(x_um, 1), round(y_um, 1), round(self.z_um, 2)))
        return Mark(self._points[-1], len(self._points), self._learn_plane())

    def _learn_plane(self) -> str:
        missing = FEWEST - len(self._points)
        if missing > 0:
            return f"{missing} more for a plane"
        try:
            fit = fit_plane(np.array(self._points), most_residual_um=self._config.most_residual_um)
        except CalibrationError as error:
            return str(error)
        said = f"a plane tilted by {fit.tilt_deg:.2f} degrees, residual {fit.residual_um:.2f} um"
        if self._config.follow == "plane":
            self._follower.follow(fit.plane)
            return f"{said}, is followed from now on"
        return f"{said}; focus.follow: plane would follow it"

    def _follow(self, stage_um: Vec2 | None) -> None:
        self._is_following = stage_um is not None and self._guard.may_move
        if stage_um is None or not (self._is_following and self._config.follow == "plane"):
            self._follower.rest()
            return
        goal_um = self._follower.goal_um(stage_um)
        if goal_um is not None:
            self._guard.go_to(goal_um)

    def _listen(self) -> None:
        try:
            state = self._guard.answer()
        except RefusedError as error:
            self.counts.focus_refusals += 1
            self._refusals += 1
            self._is_asked = False
            if self._refusals == _REFUSALS:
                self.refused_because = str(error)
            return
        except (LinkTimeoutError, UnreadableError):
            self.counts.focus_timeouts += 1
            self._is_asked = False
            return
        if state is not None:
            self._is_asked = False
            self._refusals, self.refused_because = 0, ""
            self.counts.focus_replies += 1
            self.z_um = state.z_um
            self._tell(self._guard.report(state))

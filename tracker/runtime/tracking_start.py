"""How tracking starts: at once, or after a round of test moves that may refuse it.

The operator has the last word on a check that came to no verdict, and none on one that found the
calibration wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hardware.types import Calibration
from tracker.config import SafetyConfig
from tracker.geometry import um_per_px
from tracker.messages import Mode, Tick
from tracker.runtime.loop import Loop
from tracker.safety.search import Search
from tracker.safety.sign_check import Finding, SignCheck, Verdict


def make_check(safety: SafetyConfig, *, frame_s: float) -> Callable[[], SignCheck] | None:
    """Return what makes a sign check, for a camera with a picture every `frame_s`."""
    if not safety.sign_check:
        return None
    return lambda: SignCheck(max_speed_um_s=safety.max_speed_um_s, frame_s=frame_s)


def make_search(
    safety: SafetyConfig, calibration: Calibration, shape: tuple[int, int]
) -> Search | None:
    """Return the search for a lost head, for pictures of `shape` (rows, columns)."""
    if safety.search is None:
        return None
    return Search(
        speed_um_s=safety.search.speed_um_s,
        out_to_um=safety.search.out_to_um,
        view_um=min(shape) * um_per_px(calibration),
    )


_ENDINGS = {
    Verdict.RIGHT: "tracking starts",
    Verdict.WRONG: "tracking is refused; measure it anew by `wormlock calibrate stage`",
    Verdict.UNDECIDED: "press t again to track all the same",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a check: whether tracking goes on, and what to say."""

    may_track: bool
    message: str


class TrackingStart:
    """The way of one loop between idle and tracking; `make_check` is None where none is wanted."""

    def __init__(self, loop: Loop, make_check: Callable[[], SignCheck] | None) -> None:
        self.loop, self._make_check = loop, make_check
        self._is_accepted = False  # an undecided check, by the operator

    def begin(self) -> None:
        """Start, on the operator's order."""
        if self._make_check is None or self._is_accepted:
            self.loop.mode = Mode.TRACKING
        elif self.loop.mode is Mode.IDLE:
            self.loop.check, self.loop.mode = self._make_check(), Mode.CHECKING
        self._is_accepted = False

    def end(self) -> None:
        """Go idle."""
        self.loop.check, self.loop.mode = None, Mode.IDLE

    def note(self, tick: Tick) -> Outcome | None:
        """Take note of a turn of the loop; return the outcome when a check is through."""
        check = self.loop.check
        if check is None or tick.mode is not Mode.CHECKING:
            return None
        in_picture = self.loop.in_picture
        off_um = in_picture.off_um if in_picture is not None else None
        finding = check.learn(tick.t_s, tick.stage_um, off_um)
        return None if finding is None else self._conclude(finding)

    def _conclude(self, finding: Finding) -> Outcome:
        self.end()
        is_right = finding.verdict is Verdict.RIGHT
        if is_right:
            self.loop.mode = Mode.TRACKING
        self._is_accepted = finding.verdict is Verdict.UNDECIDED
        ending = _ENDINGS[finding.verdict]
        return Outcome(is_right, f"sign check: {finding.verdict.value}: {finding.why}: {ending}")

"""Today's loop over a recording, in stepped time: the recorded frames, stage and moments.

The loop looks again at the frames that it used then, with the stage where it was then and each
look taking as long as it took then; what it would command goes nowhere, for the animal of a
recording cannot be followed anew. So it says how seeing, placing and steering have changed, and
nothing about where a changed loop would have led the stage.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from hardware.clock import SteppedClock
from hardware.types import Frame, Vec2
from models.detection import Candidate, Detector, GreyImage, Pixel
from tracker.config import Config
from tracker.control.laws import make_controller
from tracker.errors import RecordingError
from tracker.estimate.head import HeadEstimator
from tracker.history import StageHistory, reckon_on
from tracker.messages import TICK_ROW, Command, Mode, tick_record
from tracker.record.frame_log import is_broken
from tracker.record.reader import Recording
from tracker.record.schema import Rows
from tracker.runtime.loop import Loop
from tracker.runtime.stage_post import LATE_S
from tracker.runtime.tracking_start import make_search

_KEPT_S = 1.0
_REMEMBERED = 64  # commands; older ones no longer matter


class ReplayedStage:
    """Fulfils `tracker.parts.StagePost` from the positions of a recording.

    `delay_s` is set to what it was believed to be at each tick, `heard_s` and `until_s` to what was
    known of the stage then (NaN: not recorded, so that it is taken to be what had been received by
    now); posts go nowhere.
    """

    def __init__(self, positions: Rows, sent: Rows, clock: SteppedClock) -> None:
        self._positions = positions[_is_rising(positions["t_s"])]
        self._sent = sent
        self._clock = clock
        self.delay_s = 0.0
        self.heard_s = self.until_s = float("nan")

    def history(self) -> StageHistory:
        """Return the positions of the last second that were known then."""
        now_s, positions = self._clock.now_s(), self._positions
        if not len(positions):
            return StageHistory(np.array([now_s]), np.zeros((1, 2)))
        if np.isfinite(self.heard_s):
            known = max(1, int(np.searchsorted(positions["t_s"], self.heard_s, side="right")))
        else:
            known = max(1, int(np.searchsorted(positions["received_s"], now_s, side="right")))
        last_s = float(positions["t_s"][known - 1])
        first = int(np.searchsorted(positions["t_s"][:known], last_s - _KEPT_S, side="right"))
        kept = positions[first:known]
        history = StageHistory(kept["t_s"].copy(), kept["position_um"].copy())
        if np.isfinite(self.until_s):
            return reckon_on(history, self._known(), self.until_s)
        return history if now_s - last_s < LATE_S else reckon_on(history, self._known(), now_s)

    def _known(self) -> list[tuple[float, Vec2]]:
        """Return what the stage had lately been sent by now, and when it acts on it."""
        until = int(np.searchsorted(self._sent["written_s"], self._clock.now_s(), side="right"))
        rows = self._sent[max(0, until - _REMEMBERED) : until]
        return list(zip(rows["acts_s"].tolist(), rows["sent_um_s"], strict=True))

    def post(self, command: Command) -> None:
        """Let it go."""


class _RecordedPace:
    """A detector whose looks end when they ended then."""

    def __init__(self, detector: Detector, clock: SteppedClock) -> None:
        self._detector = detector
        self._clock = clock
        self.until_s = 0.0

    def detect(self, image: GreyImage, *, near_px: Pixel | None = None) -> Sequence[Candidate]:
        candidates = self._detector.detect(image, near_px=near_px)
        self._clock.advance_to(max(self.until_s, self._clock.now_s()))
        return candidates


def replay(
    recording: Recording,
    config: Config,
    detector: Detector,
    *,
    progress: Callable[[float], None] = lambda share: None,
) -> Rows:
    """Return today's ticks (`TICK_ROW`) for the frames that the loop used then.

    `progress` is told which share is done, now and then.

    Raises:
        RecordingError: there is no frame that the loop used and that is still whole.
    """
    clock = SteppedClock(float("-inf"))
    stage = ReplayedStage(recording.positions, recording.stage, clock)
    eye = _RecordedPace(detector, clock)
    loop = Loop(
        clock=clock,
        stage=stage,
        detector=eye,
        estimator=HeadEstimator(
            config.estimate,
            recording.header.calibration,
            min_confidence=config.detector.min_confidence,
        ),
        controller=make_controller(config.control),
        search=make_search(config.safety, recording.header.calibration, recording.frame_shape),
    )
    now: list[tuple[object, ...]] = []
    for then, frame in _used_frames(recording):
        clock.advance_to(max(float(then["started_s"][0]), clock.now_s()))
        eye.until_s = float(then["detected_s"][0])
        delay_s = float(then["foreseen_s"][0]) - eye.until_s
        stage.heard_s, stage.until_s = _known_of_stage(then)
        stage.delay_s = delay_s if np.isfinite(delay_s) else stage.delay_s
        loop.mode = Mode(int(then["mode"][0]))
        nudge_um = _nudge_um(then)
        if (nudge_um != loop.nudge_um).any():
            loop.move_field(nudge_um)
        now.append(tick_record(loop.tick(frame)))
        progress(len(now) / len(recording.ticks))
    if not now:
        raise RecordingError(f"{recording.folder}: no recorded frame was used by the loop")
    return np.array(now, TICK_ROW)


def _known_of_stage(tick: Rows) -> tuple[float, float]:
    """Return up to when the stage's positions were known at a tick, and how far carried on."""
    if "stage_heard_s" not in (tick.dtype.names or ()):  # an older recording
        return float("nan"), float("nan")
    return float(tick["stage_heard_s"][0]), float(tick["stage_until_s"][0])


def _nudge_um(tick: Rows) -> Vec2:
    if "nudge_um" not in (tick.dtype.names or ()):  # an older recording
        return np.zeros(2)
    return np.array(tick["nudge_um"][0])


def _used_frames(recording: Recording) -> Iterator[tuple[Rows, Frame]]:
    """Yield each tick (one row) with the frame it was about, where that was kept whole."""
    frames, ticks = recording.frames, recording.ticks
    _, of_frames, of_ticks = np.intersect1d(
        frames["index"], ticks["frame_index"], return_indices=True
    )
    for place, tick in zip(of_frames.tolist(), of_ticks.tolist(), strict=True):
        if is_broken(frames, place):
            continue
        yield (
            ticks[tick : tick + 1],
            Frame(
                index=int(frames["index"][place]),
                t_s=float(frames["t_s"][place]),
                received_s=float(frames["received_s"][place]),
                image=np.array(frames["pixels"][place], np.uint8),
            ),
        )


def _is_rising(t_s: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Leave out stamps that do not rise."""
    highest = np.maximum.accumulate(t_s)
    return np.append(np.ones(min(1, len(t_s)), np.bool_), t_s[1:] > highest[:-1])

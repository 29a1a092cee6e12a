"""One frame of a recording, step by step: what was seen, chosen, believed and commanded.

What the loop chose, believed and sent stands in the recording's tables; heat map and candidates
are not kept in it, so that a model is asked again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hardware.types import Vec2
from models.detection import Candidate, Detector, GreyImage, Pixel
from models.evaluate.heat import Heat, HeatMaker
from tracker.errors import RecordingError
from tracker.geometry import nudged, to_image_px, um_per_px
from tracker.messages import GuardAction
from tracker.record.opened import OpenedRecording
from tracker.record.schema import Rows

NAMES = ("picture", "heat map", "candidates", "choice", "estimate", "command")
SHOWN_S = 0.1  # a velocity is drawn as the way that it leads in this time


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """A frame and what the loop made of it; places (2,) in its pixels, NaN where not known.

    `candidates` are what the model sees in it now, `then_count` how many there were at the time;
    `was_taken_up` is False where the loop was busy with another frame. `expected_px` is where the
    head was awaited. `asked_px` and `sent_px` say where the field's centre was to go in `SHOWN_S`.
    """

    frame_index: int
    since_s: float
    image: GreyImage
    heat: Heat | None
    candidates: Sequence[Candidate]
    was_taken_up: bool
    then_count: int
    is_found: bool
    confidence: float
    keypoints_px: NDArray[np.float64]
    head_px: Pixel
    expected_px: Pixel
    estimate_px: Pixel
    foreseen_px: Pixel
    foreseen_in_s: float
    true_px: Pixel
    center_px: Pixel
    asked_px: Pixel
    sent_px: Pixel
    asked_um_s: Vec2
    sent_um_s: Vec2
    action: GuardAction
    um_per_px: float

    def apart_um(self, one_px: Pixel, other_px: Pixel) -> float:
        """Return how far two places are apart on the plate; NaN where one is not known."""
        return float(np.hypot(*(one_px - other_px))) * self.um_per_px


def steps_of(
    recording: OpenedRecording, number: int, *, eye: Detector, heat: HeatMaker | None
) -> Steps:
    """Gather a frame's steps, by the frame's own number.

    Raises:
        RecordingError: the recording does not hold that frame.
    """
    place = _place_of(recording, number)
    image = recording.frames[place]
    t_s = float(recording.frames.t_s[place])
    ticks, stage = recording.table("ticks"), recording.table("stage")
    tick = ticks[ticks["frame_index"] == number][:1]
    seen = _Seen(recording, tick if len(tick) else _nearest(ticks, t_s))
    sent = stage[stage["sequence"] == (tick["sequence"][0] if len(tick) else -2)][:1]
    asked_um_s, sent_um_s = _first(tick, "command_um_s"), _first(sent, "sent_um_s")
    truth = recording.table("truth")
    return Steps(
        frame_index=number,
        since_s=t_s - recording.header.started_s,
        image=image,
        heat=None if heat is None else heat(image),
        candidates=eye.detect(image),
        was_taken_up=bool(len(tick)),
        then_count=int(tick["candidate_count"][0]) if len(tick) else 0,
        is_found=bool(len(tick) and tick["is_found"][0]),
        confidence=float(tick["confidence"][0]) if len(tick) else np.nan,
        keypoints_px=_first(tick, "keypoints_px", (3, 2)),
        head_px=_first(tick, "head_px"),
        expected_px=seen.px(_carried_on(ticks, t_s)),
        estimate_px=seen.px(_first(tick, "estimate_um")),
        foreseen_px=seen.px(_first(tick, "foreseen_um")),
        foreseen_in_s=float(tick["foreseen_s"][0]) - t_s if len(tick) else np.nan,
        true_px=seen.px(_first(truth[truth["frame_index"] == number], "head_um")),
        center_px=seen.px(seen.stage_um),
        asked_px=seen.px(seen.stage_um + SHOWN_S * asked_um_s),
        sent_px=seen.px(seen.stage_um + SHOWN_S * sent_um_s),
        asked_um_s=asked_um_s,
        sent_um_s=sent_um_s,
        action=GuardAction(int(sent["action"][0])) if len(sent) else GuardAction.NONE,
        um_per_px=um_per_px(recording.calibration),
    )


class _Seen:
    """Places on the plate as the frame showed them, by what the loop knew of the stage."""

    def __init__(self, recording: OpenedRecording, tick: Rows) -> None:
        self.stage_um = _first(tick, "stage_um")
        nudge_um = np.nan_to_num(_first(tick, "nudge_um"))
        self._calibration = nudged(recording.calibration, nudge_um)

    def px(self, point_um: Vec2) -> Pixel:
        """Return where a place on the plate is in the picture."""
        return to_image_px(point_um, stage_um=self.stage_um, calibration=self._calibration)


def _first(rows: Rows, field: str, shape: tuple[int, ...] = (2,)) -> NDArray[np.float64]:
    return np.array(rows[field][0], float) if len(rows) else np.full(shape, np.nan)


def _nearest(ticks: Rows, t_s: float) -> Rows:
    if not len(ticks):
        return ticks
    place = int(np.argmin(np.abs(ticks["t_s"] - t_s)))
    return ticks[place : place + 1]


def _carried_on(ticks: Rows, t_s: float) -> Vec2:
    """Return where the head was expected: the estimate before, carried on at its velocity."""
    before = ticks[ticks["t_s"] < t_s][-1:]
    if not len(before):
        return np.full(2, np.nan)
    passed_s = t_s - float(before["t_s"][0])
    return _first(before, "estimate_um") + passed_s * _first(before, "estimate_um_s")


def frames_around(recording: OpenedRecording, numbers: Sequence[int], *, beside: int) -> list[int]:
    """Return these frames and so many on each side that the recording holds, in order.

    Raises:
        RecordingError: the recording does not hold one of them.
    """
    held = recording.frames.index.tolist()
    wanted: set[int] = set()
    for number in numbers:
        near = _place_of(recording, number)
        wanted.update(held[max(0, near - beside) : near + beside + 1])
    return sorted(wanted)


def _place_of(recording: OpenedRecording, number: int) -> int:
    held = recording.frames.index
    places = np.flatnonzero(held == number)
    if not len(places):
        kept = f"{held.min()} to {held.max()}" if len(held) else "none"
        raise RecordingError(f"{recording.folder}: no frame {number}: it holds {kept}")
    return int(places[0])

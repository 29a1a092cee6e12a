"""The ten-second look: is today's picture one of those that the model learned from?

A lamp that was turned, another objective or binning, a new kind of plate: each makes pictures that
the model has never seen, and it says nothing of it by itself. So grey levels, the scale of the
animal and the confidence of the first ten seconds are held against what the manifest tells of the
frames learned from. Nothing is stopped by it: the operator is told, once.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from models.contract import SeenFrames
from models.detection import Candidate, GreyImage
from models.seen import greys_of
from tracker.messages import Mode, Tick

LOOK_S = 10.0
_EVERY_S = 0.25
_MARGIN = 0.1  # of a range's own width: so far beyond it nothing is told
_LEAST_GREYS = 8.0
_LEAST_SEEN = 6  # heads: fewer say nothing of their scale
_SURENESS = 0.1  # below what nearly all heads were found with: a dull day is no other picture
_LIGHT = "set lamp, exposure and focus back"
_SCALE = "check objective, binning and the calibration's um/px"
_LABEL = "label a hundred of these frames and `wormlock train LABELS --from` this model"


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What came of the look: one line where the picture has left what is known, and figures."""

    message: str  # "" where nothing is to be said
    values: Mapping[str, float]


@dataclass(slots=True)
class FirstLook:
    """Looks at the first ten seconds of pictures in which an animal is followed.

    While nobody says that an animal is there (idle, and none found) pictures do not count.
    `magnification` is by how much the model is shown them larger.
    """

    model: str
    seen: SeenFrames
    magnification: float = 1.0
    _began_s: float = math.nan
    _looked_s: float = -math.inf
    _is_over: bool = False
    _greys: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])
    _heads_px: list[float] = field(default_factory=list[float])
    _sure: list[float] = field(default_factory=list[float])

    def see(self, image: GreyImage, tick: Tick) -> Looked | None:
        """Take note of a frame and what the loop made of it; return the outcome, once."""
        if self._is_over or tick.t_s - self._looked_s < _EVERY_S:
            return None
        if tick.mode is Mode.IDLE and tick.sighting is None:
            return None
        self._looked_s = tick.t_s
        if math.isnan(self._began_s):
            self._began_s = tick.t_s
        self._greys.append(greys_of(image))
        self._sure.append(_confidence(tick.candidates))
        if tick.sighting is not None:
            nose_px, _, bulb_px = tick.sighting.candidate.keypoints_px
            self._heads_px.append(self.magnification * math.dist(nose_px, bulb_px))
        if tick.t_s - self._began_s < LOOK_S:
            return None
        self._is_over = True
        return self._outcome()

    def _outcome(self) -> Looked:
        grey, contrast = np.median(self._greys, axis=0).tolist()
        head_px = float(np.median(self._heads_px)) if self._heads_px else math.nan
        confidence = float(np.median(self._sure))
        faults, todo = self._light(grey, contrast)
        if len(self._heads_px) >= _LEAST_SEEN:
            fault = _beside("heads of {:.0f} px as the model is shown them", head_px,
                            self.seen.head_px, margin=0.0)  # fmt: skip
            faults += fault
            todo += [_SCALE] if fault else []
        least, usual = self.seen.confidence
        if confidence < least - _SURENESS:
            faults.append(
                f"a median confidence of {confidence:.2f} (learned to {usual:.2f}, seldom below "
                f"{least:.2f})"
            )
        values = {
            "grey": grey,
            "contrast": contrast,
            "confidence": confidence,
            "heads_found": float(len(self._heads_px)),
        }
        if self._heads_px:
            values["head_px"] = head_px
        return Looked(message=self._words(faults, [*todo, _LABEL]), values=values)

    def _light(self, grey: float, contrast: float) -> tuple[list[str], list[str]]:
        faults = _beside("a median grey of {:.0f}", grey, self.seen.grey, margin=_MARGIN)
        faults += _beside("a contrast of {:.0f}", contrast, self.seen.contrast, margin=_MARGIN)
        return faults, [_LIGHT] if faults else []

    def _words(self, faults: Sequence[str], todo: Sequence[str]) -> str:
        if not faults:
            return ""
        return (
            f"the picture has left what {self.model} learned from: {', '.join(faults)}: "
            f"{'; '.join(todo[:-1])}{', or else ' if todo[:-1] else ''}{todo[-1]}"
        )


def _beside(words: str, value: float, known: tuple[float, float], *, margin: float) -> list[str]:
    """Say where a value lies outside what is known, with some room on both sides."""
    low, high = known
    room = max(margin * (high - low), _LEAST_GREYS) if margin else 0.0
    if low - room <= value <= high + room:
        return []
    return [f"{words.format(value)} (learned {low:.0f} to {high:.0f})"]


def _confidence(candidates: Sequence[Candidate]) -> float:
    return max((one.confidence for one in candidates), default=0.0)

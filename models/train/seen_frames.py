"""What a model's manifest tells of the frames that it learned from."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch

from models.contract import SeenFrames
from models.seen import greys_of
from models.train.candidates import CandidateGraph
from models.train.examples import SCALES
from models.train.frames import FrameSet

_MOST = 300  # frames looked at, evenly spread
_LOOKED_AT = 80  # by the network
_NEARLY_ALL = (1.0, 99.0)  # percent
_FEW_SURE = 10.0  # percent of heads are less sure


def seen_frames(
    graph: CandidateGraph, learned: FrameSet, held_out: Sequence[FrameSet]
) -> SeenFrames | None:
    """Return how the frames learned from look, and how sure the network is of others' heads.

    None where there is no head to tell by.
    """
    looks = np.array([greys_of(np.asarray(learned.images[at])) for at in _some(learned, _MOST)])
    lengths_px = [
        float(learned.magnification[at]) * math.dist(animal[0], animal[-1])
        for at in _some(learned, _MOST)
        for animal in learned.animals(at)
    ]
    sure = [one for frames in held_out for one in _confidences(graph, frames)]
    if not lengths_px or not sure:
        return None
    shortest, longest = np.percentile(lengths_px, _NEARLY_ALL).tolist()
    scales = [math.exp(by) for by in SCALES]
    least, usual = np.percentile(sure, (_FEW_SURE, 50.0)).tolist()
    return SeenFrames(
        grey=_range(*np.percentile(looks[:, 0], _NEARLY_ALL).tolist()),
        contrast=_range(*np.percentile(looks[:, 1], _NEARLY_ALL).tolist()),
        head_px=_range(shortest * scales[0], longest * scales[1]),
        confidence=(round(least, 3), round(usual, 3)),
    )


def _some(frames: FrameSet, most: int) -> list[int]:
    places = np.linspace(0, len(frames) - 1, min(len(frames), most)).astype(int)
    return places.tolist()


def _confidences(graph: CandidateGraph, frames: FrameSet) -> list[float]:
    sure: list[float] = []
    for at in _some(frames, _LOOKED_AT):
        image, animals = frames.shown(at)
        if len(animals):
            with torch.no_grad():
                sure.append(float(graph(torch.from_numpy(np.array(image)))[2][0]))
    return sure


def _range(low: float, high: float) -> tuple[float, float]:
    return round(low, 1), round(high, 1)

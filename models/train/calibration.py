"""Candidates on frames that were not trained on: what doubt is fitted to, and judged by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.detection import GreyImage
from models.train.candidates import FAR_PX, CandidateGraph
from models.train.doubt import Doubt, fit_doubt
from models.train.ensemble import Eye
from models.train.frames import FrameSet, Progress, head_center_px

_LEAST_HEAT = 0.03  # lower peaks are on every frame, and nobody asks about them
_CROP_PX = 256
_OFF_PX = 25.0


@dataclass(frozen=True, slots=True)
class Sighted:
    """Candidates: features (count, FEATURES), and errors (count, 4) in network pixels.

    The errors are those of the three keypoints and of the head's centre, to the animal nearest.
    """

    features: Tensor
    errors_px: Tensor


def calibrated(
    network: Eye, sets: Sequence[FrameSet], *, seed: int, tell: Progress
) -> CandidateGraph:
    """Return the graph of a trained network, its doubts fitted on frames held out for that.

    Each set of frames counts for as much as any other, however few it has.
    """
    sighted = [sight(network, frames, seed=seed, tell=tell) for frames in sets]
    doubt = fit_doubt(
        torch.cat([one.features for one in sighted]),
        torch.cat([one.errors_px for one in sighted]),
        torch.cat([_weights(len(one.features)) for one in sighted]),
        far_px=FAR_PX,
        seed=seed,
    )
    return CandidateGraph(network, doubt).eval()


def _weights(count: int) -> Tensor:
    return torch.full((count,), 1.0 / max(count, 1))


def sight(network: Eye, frames: FrameSet, *, seed: int, tell: Progress) -> Sighted:
    """Look at every frame, whole and in a crop about each head, and collect the candidates."""
    random = np.random.default_rng(seed)
    graph = CandidateGraph(network, Doubt()).eval()
    features: list[Tensor] = []
    errors_px: list[Tensor] = []
    with torch.no_grad():
        for index in range(len(frames)):
            image, animals = frames.shown(index)
            looks = [(image, animals)]
            for head_px in head_center_px(animals):
                looks.append(_cropped(image, animals, head_px + random.normal(0.0, _OFF_PX, 2)))
            for look, there in looks:
                reading = graph.read(torch.from_numpy(np.array(look)))
                is_seen = reading.heat > _LEAST_HEAT
                features.append(reading.features[is_seen])
                said = reading.keypoints_px[is_seen].numpy().astype(np.float64)
                errors_px.append(torch.from_numpy(errors_of(said, there)).float())
            tell((index + 1) / len(frames))
    return Sighted(torch.cat(features), torch.cat(errors_px))


def errors_of(said: NDArray[np.float64], animals: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how far (count, 4) keypoints (count, 3, 2) and their head's centre are off.

    Compared is the animal whose head's centre is nearest; infinitely far where there is none.
    """
    if not len(animals) or not len(said):
        return np.full((len(said), 4), np.inf)
    off_px = np.linalg.norm(head_center_px(said)[:, None] - head_center_px(animals)[None], axis=2)
    nearest = off_px.argmin(axis=1)
    keypoints_px = np.linalg.norm(said - animals[nearest], axis=2)
    return np.column_stack([keypoints_px, off_px.min(axis=1)])


def _cropped(
    image: GreyImage, animals: NDArray[np.float64], near_px: NDArray[np.float64]
) -> tuple[GreyImage, NDArray[np.float64]]:
    """Return the crop that a track graph would be asked about, and the animals in its pixels."""
    size = np.array([image.shape[1], image.shape[0]])
    first = np.clip(near_px - _CROP_PX / 2.0, 0, np.maximum(size - _CROP_PX, 0)).astype(int)
    crop = image[first[1] : first[1] + _CROP_PX, first[0] : first[0] + _CROP_PX]
    return crop, animals - first

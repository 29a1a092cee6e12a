"""One small network learns what several say together (distillation, Hinton et al. 2015).

On labelled frames it learns from labels and teachers alike, on all others from the teachers alone:
from their heat as it is, doubts included, and from the places of the heads of which they are sure.
So frames that nobody labelled teach it as well.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from models.detection import KEYPOINTS, MAX_CANDIDATES
from models.detector import padded
from models.train.candidates import CandidateGraph
from models.train.ensemble import EnsembleNetwork
from models.train.examples import Batch
from models.train.frames import MOST_ANIMALS, FrameSet
from models.train.grid import CELL_ORIGIN_PX, STRIDE_PX
from models.train.lesson import Cost
from models.train.loss import loss_of, target_for
from models.train.network import FINE, HEAT, ROUGH

_SURE = 0.5  # heads of less heat are taught as heat alone
_DOUBTFUL = 0.1
_PEAK_CELLS = 7
_CELLS_A_PEAK = 9.0  # the heat of one whole head, summed up
_FROM_LABELS = 0.5  # of the heat's cost, where a frame is labelled


@dataclass(frozen=True, slots=True)
class Teacher:
    """Fulfils `models.train.lesson.Lesson`; `is_labelled` (frames,) says which frames are."""

    ensemble: EnsembleNetwork
    is_labelled: NDArray[np.bool_]

    def __call__(self, batch: Batch, cells: Tensor) -> Cost:
        """Return what an answer costs, by labels and by teachers."""
        with torch.no_grad():
            taught = self.ensemble(torch.from_numpy(batch.pieces)[:, None])
        heat = torch.sigmoid(taught[:, HEAT][:, 0])
        labelled = torch.from_numpy(self.is_labelled[[frame for frame, _, _ in batch.origin]])
        labels, seen = torch.from_numpy(batch.keypoints_px), heads_of(taught)
        padding = torch.full((len(seen), abs(seen.shape[1] - labels.shape[1]), 3, 2), torch.nan)
        if seen.shape[1] > labels.shape[1]:
            labels = torch.cat([labels, padding], dim=1)
        else:
            seen = torch.cat([seen, padding], dim=1)
        rows, columns = cells.shape[2:]
        both = torch.where(labelled[:, None, None, None], labels, seen)
        _, keypoints = loss_of(cells, target_for(both, rows=rows, columns=columns))
        cost = heat_cost(cells, heat)
        if labelled.any():
            own = target_for(labels[labelled], rows=rows, columns=columns)
            by_labels, _ = loss_of(cells[labelled], own)
            cost = torch.lerp(cost, by_labels, _FROM_LABELS)
        return Cost(cost, keypoints, heat)


def labelled_by(graph: CandidateGraph, frames: FrameSet) -> FrameSet:
    """Return the frames of which a graph is sure, each with the heads that it sees.

    Those without any head are left out: nobody knows whether it is right about them.
    """
    sure: list[int] = []
    keypoints_px = np.full((len(frames), MOST_ANIMALS, len(KEYPOINTS), 2), np.nan)
    for index in range(len(frames)):
        image, _ = frames.shown(index)
        with torch.no_grad():
            said, _, confidence, _, _ = graph(torch.from_numpy(np.array(padded(image))))
        heads = said[confidence > _SURE].numpy()
        if len(heads) and not bool(((confidence > _DOUBTFUL) & (confidence <= _SURE)).any()):
            own = np.array(frames.images[index]).shape
            ratio = np.array([image.shape[1] / own[1], image.shape[0] / own[0]])
            keypoints_px[index, : len(heads)] = (heads + 0.5) / ratio - 0.5
            sure.append(index)
    return replace(frames, keypoints_px=keypoints_px).part(sure)


def heat_cost(cells: Tensor, heat: Tensor) -> Tensor:
    """Return what it costs to be warmer or colder than `heat` (batch, rows, columns).

    The further off, the more it counts (quality focal loss, Li et al. 2020): else the many cells
    without anything would outvote the few that matter.
    """
    logit = cells[:, HEAT][:, 0]
    off = (torch.sigmoid(logit) - heat).square()
    each = functional.binary_cross_entropy_with_logits(logit, heat, reduction="none")
    return (off * each).sum() / (heat.sum() / _CELLS_A_PEAK).clamp(min=1.0)


def heads_of(cells: Tensor) -> Tensor:
    """Return the heads (batch, 4, 3, 2) that maps show surely, in network pixels; NaN: none more.

    A keypoint lies where the cell at its rough place says, or there where that is not on the map.
    """
    heat = torch.sigmoid(cells[:, HEAT][:, 0])
    rows, columns = heat.shape[1:]
    summit = functional.max_pool2d(heat[:, None], _PEAK_CELLS, stride=1, padding=_PEAK_CELLS // 2)
    peaks = torch.where(heat == summit[:, 0], heat, torch.zeros_like(heat)).flatten(1)
    height, index = torch.topk(peaks, MAX_CANDIDATES, dim=1)
    middle = torch.stack([index % columns, index // columns], dim=2).float()
    flat = cells.flatten(2).permute(0, 2, 1)  # (batch, cells, channels)
    batch = torch.arange(len(cells))[:, None]
    rough = flat[batch, index][:, :, ROUGH].unflatten(2, (3, 2)) + middle[:, :, None]
    near = rough.round()
    is_on = ((near >= 0) & (near <= torch.tensor([columns - 1.0, rows - 1.0]))).all(dim=3)
    column = near[..., 0].clamp(0, columns - 1).long()
    row = near[..., 1].clamp(0, rows - 1).long()
    said = flat[batch[:, :, None], row * columns + column][..., FINE].unflatten(3, (3, 2))
    own = torch.arange(3)
    fine = said[:, :, own, own] + near
    at = torch.where(is_on[..., None], fine, rough) * STRIDE_PX + CELL_ORIGIN_PX
    return torch.where((height > _SURE)[:, :, None, None], at, torch.full_like(at, torch.nan))

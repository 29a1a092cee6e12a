"""What a network is asked for on a batch of pieces, and what its answer costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from models.train.examples import Batch
from models.train.loss import loss_of, target_for


@dataclass(frozen=True, slots=True)
class Cost:
    """What an answer costs, and the heat (batch, rows, columns) that was asked for."""

    heat: Tensor
    keypoints: Tensor
    asked: Tensor


class Lesson(Protocol):
    """Judges the cells (batch, channels, rows, columns) that a network answers a batch with."""

    def __call__(self, batch: Batch, cells: Tensor) -> Cost:
        """Return the cost."""
        ...


def by_labels(batch: Batch, cells: Tensor) -> Cost:
    """Ask for what the labels say."""
    rows, columns = cells.shape[2:]
    target = target_for(torch.from_numpy(batch.keypoints_px), rows=rows, columns=columns)
    heat, keypoints = loss_of(cells, target)
    return Cost(heat, keypoints, target.heat)

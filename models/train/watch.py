"""When to stop: a training is watched on frames that it does not learn from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

import numpy as np
import torch
from torch import Tensor

from models.train.examples import Batch, Sampler
from models.train.frames import FrameSet
from models.train.loss import loss_of, target_for
from models.train.network import HeadNetwork

_BATCHES, _BATCH_SIZE = 6, 16


@dataclass(slots=True)
class Watch:
    """Looks at a network now and then, keeps the best one, and says when it improves no more.

    The pieces looked at are drawn once, the same every time. A score is what the network costs
    on them, in units of the training's own loss.
    """

    frames: FrameSet
    seed: int
    patience: int = 8  # looks without a better one
    best: float = float("inf")
    since_best: int = 0
    weights: dict[str, Tensor] = field(default_factory=dict[str, Tensor])
    _batches: list[Batch] = field(default_factory=list[Batch])

    @property
    def is_over(self) -> bool:
        """Whether it has not become better for so many looks."""
        return self.since_best >= self.patience

    def state(self) -> dict[str, object]:
        """Return what is to be kept, so that a training can be gone on with."""
        return {"best": self.best, "since_best": self.since_best, "weights": self.weights}

    def restore(self, state: Mapping[str, object]) -> None:
        """Take up what was kept."""
        best, since_best, weights = state["best"], state["since_best"], state["weights"]
        assert isinstance(best, float)
        assert isinstance(since_best, int)
        self.best, self.since_best = best, since_best
        self.weights = cast("dict[str, Tensor]", weights)

    def look(self, network: HeadNetwork, *, keypoint_weight: float) -> float:
        """Return what the network costs here, and remember it if it is the best so far."""
        if not self._batches:
            sampler = Sampler(self.frames, np.random.default_rng((self.seed, 1)))
            self._batches = [sampler.draw(_BATCH_SIZE) for _ in range(_BATCHES)]
        was_training = network.training
        network.eval()
        with torch.no_grad():
            costs = [_cost(network, batch, keypoint_weight) for batch in self._batches]
        network.train(was_training)
        cost = float(np.mean(costs))
        self.since_best += 1
        if cost < self.best:
            self.best, self.since_best = cost, 0
            self.weights = {name: value.clone() for name, value in network.state_dict().items()}
        return cost


def _cost(network: HeadNetwork, batch: Batch, keypoint_weight: float) -> float:
    cells = network(torch.from_numpy(batch.pieces)[:, None])
    rows, columns = cells.shape[2:]
    target = target_for(torch.from_numpy(batch.keypoints_px), rows=rows, columns=columns)
    heat_loss, keypoint_loss = loss_of(cells, target)
    return float(heat_loss + keypoint_weight * keypoint_loss)

"""Several networks as one: what they say in the mean, and how far they disagree.

Networks that began with other seeds and saw other draws of the same labels agree where the labels
taught them something, and disagree where each has guessed for itself. Where they disagree about
the place of a keypoint, the scale of error that their cells own up to is widened by it, and so
does whatever is fitted to that scale.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import torch
from torch import Tensor, nn

from models.train.closer import CloserLook
from models.train.network import FINE, HEAT, ROUGH, SCALE, HeadNetwork, contrast

_LEAST_SCALE_CELLS, _LEAST_SCALE_PX = 0.02, 0.1
_LEAST_HEAT = 1e-4


class EnsembleNetwork(nn.Module):
    """Answers as a `HeadNetwork` does, with the mean of what its members say."""

    def __init__(self, members: Sequence[HeadNetwork]) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)
        self.closer = _CloserLooks([member.closer for member in members])

    def forward(self, shrunk: Tensor) -> Tensor:
        """Map (batch, 1, rows, columns), shrunk, to (batch, 16, rows / 4, columns / 4)."""
        return self.cells(contrast(shrunk))

    def cells(self, seen: Tensor) -> Tensor:
        """Map what `contrast` made of a shrunk picture."""
        return mean_cells(
            [member.cells(seen) for member in self.members if isinstance(member, HeadNetwork)]
        )


class _CloserLooks:
    """Several closer looks as one. No module: its weights are those of the members."""

    def __init__(self, looks: Sequence[CloserLook]) -> None:
        self._looks = looks

    def refine(self, seen: Tensor, keypoints_px: Tensor) -> tuple[Tensor, Tensor]:
        """Return what `CloserLook.refine` does, in the mean; scales tell of disagreement too."""
        said = [look.refine(seen, keypoints_px) for look in self._looks]
        places = torch.stack([places for places, _ in said])
        features = torch.stack([features for _, features in said])
        middle = places.mean(dim=0)
        apart = (places - middle).square().sum(dim=3)
        own = torch.exp(features[:, :, 1:]).square()
        scale = (own + apart).mean(dim=0).sqrt().clamp(min=_LEAST_SCALE_PX).log()
        return middle, torch.cat([features[:, :, :1].mean(dim=0), scale], dim=1)


Eye: TypeAlias = HeadNetwork | EnsembleNetwork


def mean_cells(maps: Sequence[Tensor]) -> Tensor:
    """Return one map (batch, 16, rows, columns) of several.

    Heat is their mean. Who sees a head has a say in where its keypoints roughly are; who is
    surer of a keypoint's very place has more of a say in it. Its scale of error is the root mean
    square of theirs and of their distances from the mean.
    """
    cells = torch.stack(list(maps))
    heat = torch.sigmoid(cells[:, :, HEAT])
    said = heat + _LEAST_HEAT
    rough = (cells[:, :, ROUGH] * said).sum(dim=0) / said.sum(dim=0)
    scale = torch.exp(cells[:, :, SCALE].clamp(-4.0, 3.0)) + _LEAST_SCALE_CELLS
    precision = scale.reciprocal().square()
    share = precision / precision.sum(dim=0)
    both = share.repeat_interleave(2, dim=2)
    fine = (cells[:, :, FINE] * both).sum(dim=0)
    off = (cells[:, :, FINE] - fine).square()
    apart = (off[:, :, 0::2] + off[:, :, 1::2] + scale.square()).mul(share).sum(dim=0).sqrt()
    logit = torch.logit(heat.mean(dim=0), eps=1e-6)
    return torch.cat([logit, rough, fine, torch.log(apart)], dim=1)

"""What the network is asked for, and what its mistakes cost."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from models.train.frames import HEAD_FRACTION
from models.train.network import CELL_ORIGIN_PX, STRIDE_PX

_HEAT_CELLS = 1.2  # how wide a head's peak is asked to be
_TEACHING_CELLS = 1.5  # cells nearer than this to a head answer for its keypoints
_LEAST_SCALE_CELLS = 0.02


@dataclass(frozen=True, slots=True)
class Target:
    """What a batch should be answered with.

    `heat` (batch, rows, columns) 0..1, one at each head's own cell; `keypoints` (batch, 6, rows,
    columns) in cells from each cell's middle; `teaches` (batch, rows, columns) where they hold.
    """

    heat: Tensor
    keypoints: Tensor
    teaches: Tensor


def head_px(keypoints_px: Tensor) -> Tensor:
    """Return the head's centre (..., 2) of keypoints (..., 3, 2)."""
    return torch.lerp(keypoints_px[..., 1, :], keypoints_px[..., 2, :], HEAD_FRACTION)


def target_for(keypoints_px: Tensor, *, rows: int, columns: int) -> Target:
    """Return the target of keypoints (batch, animals, 3, 2); NaN stands for no animal."""
    at = (keypoints_px - CELL_ORIGIN_PX) / STRIDE_PX
    is_there = torch.isfinite(at).all(dim=3).all(dim=2)
    at = torch.where(is_there[:, :, None, None], at, torch.full_like(at, -1e4))
    head = head_px(at)
    grid_y, grid_x = torch.meshgrid(torch.arange(rows), torch.arange(columns), indexing="ij")
    grid = torch.stack([grid_x, grid_y], dim=2).to(at.dtype)
    to_middle = (grid - head.round()[:, :, None, None, :]).square().sum(dim=4)
    heat = torch.exp(-to_middle / (2.0 * _HEAT_CELLS**2)).amax(dim=1)
    distance = (grid - head[:, :, None, None, :]).square().sum(dim=4).sqrt()
    nearest = distance.argmin(dim=1)
    batch = torch.arange(len(at))[:, None, None]
    offsets = at[batch, nearest] - grid[:, :, None, :]
    return Target(
        heat=heat,
        keypoints=offsets.flatten(3).permute(0, 3, 1, 2),
        teaches=distance.amin(dim=1) < _TEACHING_CELLS,
    )


def loss_of(cells: Tensor, target: Target) -> tuple[Tensor, Tensor]:
    """Return what the heads' map and the keypoints cost, for cells (batch, 10, rows, columns)."""
    return _heat_loss(cells[:, 0], target.heat), _keypoint_loss(cells, target)


def _heat_loss(logit: Tensor, heat: Tensor) -> Tensor:
    """Penalty-reduced focal loss (Zhou et al. 2019, Objects as Points, eq. 1)."""
    sure = torch.sigmoid(logit)
    is_peak = heat > 0.999
    hit = (1.0 - sure).square() * functional.logsigmoid(logit) * is_peak
    false = (1.0 - heat).pow(4) * sure.square() * functional.logsigmoid(-logit) * ~is_peak
    return -(hit.sum() + false.sum()) / is_peak.sum().clamp(min=1)


def _keypoint_loss(cells: Tensor, target: Target) -> Tensor:
    """Two-dimensional Laplace law with a scale of its own for each keypoint, and plain distance.

    The law lets the network say how far off it may be; the distance keeps it learning where it
    has given itself a wide scale.
    """
    teaches = target.teaches
    count = teaches.sum().clamp(min=1)
    said = cells[:, 1:7].permute(0, 2, 3, 1)[teaches].reshape(-1, 3, 2)
    meant = target.keypoints.permute(0, 2, 3, 1)[teaches].reshape(-1, 3, 2)
    scale = torch.exp(cells[:, 7:].permute(0, 2, 3, 1)[teaches]) + _LEAST_SCALE_CELLS
    distance = ((said - meant).square().sum(dim=2) + 1e-6).sqrt()
    weight = distance.new_tensor([0.5, 1.0, 1.0])  # the tracked point rests on the last two
    return (weight * (distance / scale + 2.0 * torch.log(scale) + distance)).sum() / count

"""What the network is asked for, and what its mistakes cost."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from models.train.frames import HEAD_FRACTION
from models.train.grid import CELL_ORIGIN_PX, STRIDE_PX
from models.train.network import FINE, HEAT, ROUGH, SCALE

_HEAT_CELLS = 1.2  # how wide a head's peak is asked to be
_TEACHING_CELLS = 1.5  # cells nearer than this to a head answer for its keypoints, roughly
_FINE_CELLS = 2.2  # cells nearer than this to a keypoint answer for its very place
_LEAST_SCALE_CELLS = 0.02
_POINT_WEIGHTS = (0.7, 1.0, 1.0)  # the tracked point rests on the last two


@dataclass(frozen=True, slots=True)
class Target:
    """What a batch should be answered with, for maps of (batch, rows, columns).

    `heat` is 0..1, one at each head's own cell. `rough` and `fine` (batch, rows, columns, 3, 2)
    are in cells from each cell's middle; `is_rough` and `is_fine` (batch, rows, columns, 3) say
    where they hold.
    """

    heat: Tensor
    rough: Tensor
    is_rough: Tensor
    fine: Tensor
    is_fine: Tensor


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
    rough, away = _offsets(at, head[:, :, None].expand(at.shape), grid)
    fine, apart = _offsets(at, at, grid)
    return Target(
        heat=heat,
        rough=rough,
        is_rough=away < _TEACHING_CELLS,
        fine=fine,
        is_fine=apart < _FINE_CELLS,
    )


def _offsets(at: Tensor, near: Tensor, grid: Tensor) -> tuple[Tensor, Tensor]:
    """Return where the keypoints of the animal nearest to each cell lie from it.

    Nearest is whose `near` (batch, animals, 3, 2) is; its distance comes too.
    """
    distance = (grid[:, :, None] - near[:, :, None, None]).square().sum(dim=5).sqrt()
    apart, nearest = distance.min(dim=1)
    batch = torch.arange(len(at))[:, None, None, None]
    number = torch.arange(at.shape[2])
    return at[batch, nearest, number] - grid[:, :, None, :], apart


def loss_of(cells: Tensor, target: Target) -> tuple[Tensor, Tensor]:
    """Return what the heads' map and the keypoints cost, for cells (batch, 16, rows, columns)."""
    return _heat_loss(cells[:, HEAT][:, 0], target.heat), _keypoint_loss(cells, target)


def _heat_loss(logit: Tensor, heat: Tensor) -> Tensor:
    """Penalty-reduced focal loss (Zhou et al. 2019, Objects as Points, eq. 1)."""
    sure = torch.sigmoid(logit)
    is_peak = heat > 0.999
    hit = (1.0 - sure).square() * functional.logsigmoid(logit) * is_peak
    false = (1.0 - heat).pow(4) * sure.square() * functional.logsigmoid(-logit) * ~is_peak
    return -(hit.sum() + false.sum()) / is_peak.sum().clamp(min=1)


def _keypoint_loss(cells: Tensor, target: Target) -> Tensor:
    """Plain distance roughly; finely a two-dimensional Laplace law with a scale of its own.

    The law lets a cell say how far off it may be; the distance keeps it learning where it has
    given itself a wide scale.
    """
    weight = cells.new_tensor(_POINT_WEIGHTS)
    rough = _distance(cells[:, ROUGH], target.rough)
    rough_loss = (rough * target.is_rough * weight).sum() / target.is_rough.sum().clamp(min=1)
    fine = _distance(cells[:, FINE], target.fine)
    scale = torch.exp(cells[:, SCALE].permute(0, 2, 3, 1)) + _LEAST_SCALE_CELLS
    law = fine / scale + 2.0 * torch.log(scale) + fine
    fine_loss = (law * target.is_fine * weight).sum() / target.is_fine.sum().clamp(min=1)
    return 3.0 * (rough_loss + fine_loss)


def _distance(said: Tensor, meant: Tensor) -> Tensor:
    """Return how far (batch, rows, columns, 3) the places of a map's six channels are off."""
    off = said.permute(0, 2, 3, 1).unflatten(3, (3, 2)) - meant
    return (off.square().sum(dim=4) + 1e-6).sqrt()

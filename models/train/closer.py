"""A closer look at each candidate: a window about it, turned so that the head points one way.

The map's cells are 8 px wide, and a head may lie in them at any angle. In the window, cut from
the picture that the network sees, every head lies alike: so a few small convolutions tell a head
from a tail, and find its keypoints more exactly.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.train.blocks import Block, spread_like
from models.train.grid import CELL_ORIGIN_PX, SHRINK

LONG, WIDE = 64, 24  # samples of a window along the head and across it
STEP_PX = 2.5  # frame pixels between samples, where a head is as long as most
_HEAD_PX = 104.0
_LEAST_PX, _MOST_PX = 52.0, 208.0  # a candidate's own length counts between these
_AHEAD, _ASIDE = 29.0, 11.5  # samples before and beside the middle, half way from nose to bulb
_COARSE = 4  # samples of a window to a vote, each way
_POINTS = 3
CLOSER_FEATURES = 4  # logit of being a head, logarithms of three scales of error in pixels


@dataclass(frozen=True, slots=True)
class Pose:
    """How windows lie in their pictures: middle (count, 2) px, samples' steps (count, 2, 2) px.

    Row 0 of a step leads along the head, to the nose; row 1 across it.
    """

    middle_px: Tensor
    step_px: Tensor

    def in_picture(self, samples: Tensor) -> Tensor:
        """Return places (count, any, 2) of a window in pixels of the picture."""
        return self.middle_px[:, None] + samples @ self.step_px

    def in_window(self, places_px: Tensor) -> Tensor:
        """Return places (count, any, 2) of the picture in samples from the window's middle."""
        square = self.step_px.square().sum(dim=2)[:, None]
        return (places_px - self.middle_px[:, None]) @ self.step_px.transpose(1, 2) / square


def pose_of(keypoints_px: Tensor) -> Pose:
    """Return how the windows about candidates (count, 3, 2) lie."""
    nose, bulb = keypoints_px[:, 0], keypoints_px[:, 2]
    reach = nose - bulb
    length = reach.norm(dim=1, keepdim=True).clamp(min=1.0)
    ahead = reach / length * (length.clamp(_LEAST_PX, _MOST_PX) * (STEP_PX / _HEAD_PX))
    aside = torch.stack([-ahead[:, 1], ahead[:, 0]], dim=1)
    return Pose((nose + bulb) / 2.0, torch.stack([ahead, aside], dim=1))


def windows(seen: Tensor, pose: Pose) -> Tensor:
    """Cut windows (count, 1, LONG, WIDE) from pictures (1 or count, 1, rows, columns), shrunk.

    The nose lies towards the first row.
    """
    middle_px = pose.middle_px - (CELL_ORIGIN_PX - SHRINK / 2.0)
    both = torch.cat([pose.step_px, middle_px[:, None]], dim=1)
    # Of the size one side by one: a tensor of both would be exported as a constant.
    x = both[..., 0] / (seen.shape[3] * SHRINK / 2.0) - torch.tensor([0.0, 0.0, 1.0])
    y = both[..., 1] / (seen.shape[2] * SHRINK / 2.0) - torch.tensor([0.0, 0.0, 1.0])
    # One product with (ahead, aside, 1): sums over so many places are slow on a processor.
    grid = _homogeneous(LONG, WIDE) @ torch.stack([x, y], dim=2)
    grid = grid.reshape(seen.shape[0], -1, WIDE, 2)
    cut = functional.grid_sample(seen, grid, padding_mode="border", align_corners=False)
    return cut.reshape(-1, 1, LONG, WIDE)


def _homogeneous(rows: int, columns: int) -> Tensor:
    samples = _samples(rows, columns, 1.0)
    return torch.cat([samples, torch.ones_like(samples[..., :1])], dim=2)


def _samples(rows: int, columns: int, step: float) -> Tensor:
    """Return where samples lie from the window's middle (1, rows * columns, 2): ahead, aside."""
    half = (step - 1.0) / 2.0
    ahead = -(torch.arange(rows) * step) + (_AHEAD - half)
    aside = torch.arange(columns) * step + (half - _ASIDE)
    both = torch.meshgrid(ahead, aside, indexing="ij")
    return torch.stack(both, dim=2).reshape(1, -1, 2)


class CloserLook(nn.Module):
    """From windows to keypoints, in samples from the window's middle, and how sure they are.

    Every place of a coarse grid names the keypoints, and their votes are weighed. Until it is
    trained (`trust` is 0) it leaves candidates as they are.
    """

    trust: Tensor

    def __init__(self, *, near: int = 16, middle: int = 32, far: int = 48) -> None:
        super().__init__()
        rows, columns = LONG // _COARSE, WIDE // _COARSE
        self.register_buffer("trust", torch.zeros(()))
        self.stem = nn.Sequential(
            nn.Conv2d(1, near, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(near), nn.ReLU()
        )
        self.near = Block(near, middle, stride=2)
        self.place = nn.Parameter(torch.zeros(1, middle, rows, columns))
        self.around = Block(middle, middle)
        self.far = nn.Sequential(Block(middle, far, stride=2), Block(far, far), Block(far, far))
        self.back = nn.Conv2d(far, middle, 1)
        self.answer = nn.Sequential(Block(middle, middle), nn.Conv2d(middle, 4 * _POINTS, 1))
        self.whole = nn.Sequential(
            nn.Conv2d(far, far, (rows // 2, columns // 2), groups=far),
            nn.ReLU(),
            nn.Conv2d(far, 1, 1),
        )

    def forward(self, cut: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return places (count, 3, 2), log scales (count, 3) and the logit of a head (count,).

        Places are in samples from the window's middle; scales too.
        """
        near = self.around(self.near(self.stem(cut)) + self.place)
        far = self.far(near)
        said = self.answer(near + spread_like(self.back(far), near)).flatten(2)
        said = said.reshape(-1, 4, _POINTS, said.shape[2])
        share = torch.softmax(said[:, 0], dim=2)
        at = _samples(LONG // _COARSE, WIDE // _COARSE, _COARSE).transpose(1, 2)[:, :, None]
        places = ((at + _COARSE * said[:, 1:3]) * share[:, None]).sum(dim=3)
        scale = (said[:, 3] * share).sum(dim=2).clamp(-5.0, 3.0)
        return places.transpose(1, 2), scale, self.whole(far).flatten()

    def refine(self, seen: Tensor, keypoints_px: Tensor) -> tuple[Tensor, Tensor]:
        """Return candidates (count, 3, 2) looked at closer, and features (count, 4) of doubt."""
        pose = pose_of(keypoints_px)
        places, scale, logit = self(windows(seen, pose))
        closer_px = keypoints_px + self.trust * (pose.in_picture(places) - keypoints_px)
        wide = pose.step_px[:, 0].norm(dim=1, keepdim=True).log()
        features = torch.cat([logit[:, None], scale + wide], dim=1)
        return closer_px, self.trust * features

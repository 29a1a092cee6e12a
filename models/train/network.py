"""The network of the eye, its answer included: one set of weights serves crop and whole frame.

It sees the frame shrunk twice, as contrast against the local background, and answers in cells
of 8x8 frame pixels: how surely the head's centre lies there, where about from there the three
keypoints lie, and, in the cells around each keypoint, where it lies exactly.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.train.blocks import Block, spread_like
from models.train.closer import CloserLook

_GRAIN_PX, _BACKGROUND_PX = 4, 32  # network pixels over which grains and background are taken
# Contrasts weaker than this are not raised to the others' strength: they are noise.
_LEAST_SHARE, _LEAST_GREY = 0.04, 1.5
_MOST_CONTRAST = 4.0

# The channels of the map.
HEAT = slice(0, 1)  # the head's logit
ROUGH = slice(1, 7)  # x and y of each keypoint from the middle of a cell at the head's centre
FINE = slice(7, 13)  # the same from the middle of a cell at the keypoint itself
SCALE = slice(13, 16)  # logarithm of the scale of error of each fine place, in cells
CHANNELS = 16


class HeadNetwork(nn.Module):
    """From grey pictures to a map of cells, `CHANNELS` deep.

    Down to 32 frame pixels, where a head and what it hangs on is seen at one glance, and back
    up to cells of 8.
    """

    def __init__(self, *, fine: int = 32, middle: int = 64, coarse: int = 80) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(1, 16, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(16), nn.ReLU()
        )
        self.near = Block(16, fine, stride=2)
        self.around = nn.Sequential(Block(fine, middle, stride=2), Block(middle, middle))
        self.far = nn.Sequential(
            Block(middle, coarse, stride=2),
            Block(coarse, coarse),
            Block(coarse, coarse),
            nn.Conv2d(coarse, middle, 1),
        )
        self.back = nn.Sequential(Block(middle, middle), nn.Conv2d(middle, fine, 1))
        self.answer = nn.Sequential(Block(fine, fine), nn.Conv2d(fine, CHANNELS, 1))
        last = self.answer[-1]
        assert isinstance(last, nn.Conv2d)
        assert last.bias is not None
        nn.init.constant_(last.bias[:1], -4.0)  # a head is a rare thing
        self.closer = CloserLook()

    def forward(self, shrunk: Tensor) -> Tensor:
        """Map (batch, 1, rows, columns), shrunk, to (batch, 16, rows / 4, columns / 4)."""
        return self.cells(contrast(shrunk))

    def cells(self, seen: Tensor) -> Tensor:
        """Map what `contrast` made of a shrunk picture."""
        near = self.near(self.stem(seen))
        around = self.around(near)
        around = around + spread_like(self.far(around), around)
        return self.answer(near + spread_like(self.back(around), near))


def contrast(shrunk: Tensor) -> Tensor:
    """Return how much brighter or darker than the background around it each pixel is.

    Lamp, gain and vignette cancel; so does the strength of contrast, which is a hundred times
    greater in dark field than in a faint near-infrared picture. Background and strength are
    taken over some 200 frame pixels and made smooth.
    """
    grains = functional.avg_pool2d(shrunk, _GRAIN_PX, ceil_mode=True, count_include_pad=False)
    both = torch.cat([grains, grains.square()], dim=1)
    window = _BACKGROUND_PX // _GRAIN_PX
    coarse = functional.avg_pool2d(both, window, ceil_mode=True, count_include_pad=False)
    smooth = functional.avg_pool2d(coarse, 3, stride=1, padding=1, count_include_pad=False)
    background = smooth[:, :1]
    variance = (smooth[:, 1:] - background.square()).clamp(min=0.0)
    least = _LEAST_SHARE * background + _LEAST_GREY
    strength = torch.rsqrt(variance + least.square())
    down = _blend(shrunk.shape[2], smooth.shape[2])
    across = _blend(shrunk.shape[3], smooth.shape[3])
    spread = down @ torch.cat([background, strength], dim=1) @ across.T
    return ((shrunk - spread[:, :1]) * spread[:, 1:]).clamp(-_MOST_CONTRAST, _MOST_CONTRAST)


def _blend(fine: int, coarse: int) -> Tensor:
    """Return how much each coarse pixel counts at each fine one, (fine, coarse).

    Two products with such matrices are bilinear interpolation, at a tenth of its usual price.
    """
    place = (torch.arange(fine) + 0.5) / _BACKGROUND_PX - 0.5
    away = place.clamp(min=0.0)[:, None].clamp(max=coarse - 1.0) - torch.arange(coarse)
    return (1.0 - away.abs()).clamp(min=0.0)

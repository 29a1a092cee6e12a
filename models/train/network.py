"""The network of the eye, its answer included: one set of weights serves crop and whole frame.

It sees the frame shrunk twice, as contrast against the local background, and answers in cells
of 8x8 frame pixels: how surely the head's centre lies there, where from there the three
keypoints lie, and how far off that may be. Peaks are picked and averaged inside the graph.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.detection import MAX_CANDIDATES

SHRINK = 2  # frame pixels per network pixel
STRIDE_PX = 8  # frame pixels per cell
# A cell's middle in frame pixels: strided convolutions centre cell c on network pixel 4 c,
# and network pixel i is the mean of frame pixels 2 i and 2 i + 1.
CELL_ORIGIN_PX = 0.5
FAR_PX = 10.0  # beyond this a keypoint counts as missed
_BACKGROUND_PX = 32  # network pixels over which the background is taken
_CONTRAST_GAIN = 6.0
_MOST_CONTRAST = 5.0  # dark field: bright on nothing
_LEAST_CONFIDENCE = 0.01
_PEAK_CELLS = 7  # two heads nearer than half of this are one


class _Block(nn.Module):
    """Look around within each channel, then mix the channels."""

    def __init__(self, inputs: int, outputs: int, *, stride: int = 1) -> None:
        super().__init__()
        self.is_residual = inputs == outputs and stride == 1
        self.layers = nn.Sequential(
            nn.Conv2d(inputs, inputs, 3, stride=stride, padding=1, groups=inputs, bias=False),
            nn.Conv2d(inputs, outputs, 1, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(),
        )

    def forward(self, features: Tensor) -> Tensor:
        seen = self.layers(features)
        return features + seen if self.is_residual else seen


class HeadNetwork(nn.Module):
    """From grey pictures to a map of cells.

    Down to 32 frame pixels, where a head and what it hangs on is seen at one glance, and back
    up to cells of 8. Channels out: the head's logit; x and y of nose, metacorpus and terminal
    bulb from the cell's middle, in cells; the logarithm of each one's scale of error, in cells.
    """

    def __init__(self, *, fine: int = 32, middle: int = 64, coarse: int = 80) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(1, 16, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(16), nn.ReLU()
        )
        self.near = nn.Sequential(_Block(16, fine, stride=2), _Block(fine, fine))
        self.around = nn.Sequential(_Block(fine, middle, stride=2), _Block(middle, middle))
        self.far = nn.Sequential(
            _Block(middle, coarse, stride=2),
            _Block(coarse, coarse),
            _Block(coarse, coarse),
            nn.Conv2d(coarse, middle, 1),
        )
        self.back = nn.Sequential(_Block(middle, middle), nn.Conv2d(middle, fine, 1))
        self.answer = nn.Sequential(_Block(fine, fine), nn.Conv2d(fine, 10, 1))
        last = self.answer[-1]
        assert isinstance(last, nn.Conv2d)
        assert last.bias is not None
        nn.init.constant_(last.bias[:1], -4.0)  # a head is a rare thing

    def forward(self, shrunk: Tensor) -> Tensor:
        """Map (batch, 1, rows, columns), shrunk, to (batch, 10, rows / 4, columns / 4)."""
        near = self.near(self.stem(contrast(shrunk)))
        around = self.around(near)
        around = around + _spread(self.far(around), like=around)
        return self.answer(near + _spread(self.back(around), like=near))


def _spread(features: Tensor, *, like: Tensor) -> Tensor:
    """Double the resolution; a row or column too many is cut off."""
    spread = functional.interpolate(features, scale_factor=2.0)
    return spread[:, :, : like.shape[2], : like.shape[3]]


def contrast(shrunk: Tensor) -> Tensor:
    """Return how much brighter or darker than the background around it each pixel is.

    Lamp, gain and vignette cancel; the background is a mean over some 64 frame pixels, made
    smooth, so that it costs next to nothing.
    """
    coarse = functional.avg_pool2d(shrunk, _BACKGROUND_PX, ceil_mode=True, count_include_pad=False)
    smooth = functional.avg_pool2d(coarse, 3, stride=1, padding=1, count_include_pad=False)
    spread = functional.interpolate(smooth, scale_factor=float(_BACKGROUND_PX), mode="bilinear")
    background = spread[:, :, : shrunk.shape[2], : shrunk.shape[3]]
    relative = shrunk / (background + 1.0) - 1.0
    return (_CONTRAST_GAIN * relative).clamp(-_MOST_CONTRAST, _MOST_CONTRAST)


class CandidateGraph(nn.Module):
    """What is exported: one frame in, up to four candidates out, in pixels of that frame."""

    def __init__(self, network: HeadNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """Map (rows, columns) uint8 to the outputs of `models.contract`, in its order."""
        cells = self.network(functional.avg_pool2d(image[None, None].float(), SHRINK))[0]
        rows, columns = cells.shape[1], cells.shape[2]
        heat = torch.sigmoid(cells[:1])
        summit = functional.max_pool2d(heat, _PEAK_CELLS, stride=1, padding=_PEAK_CELLS // 2)
        peaks = torch.where(heat == summit, heat, torch.zeros_like(heat)).flatten()
        confidence, index = torch.topk(peaks, MAX_CANDIDATES)
        keypoints_px, scale_px = _average_around(cells, heat, index, rows=rows, columns=columns)
        reach = FAR_PX / scale_px
        confidences = 1.0 - (1.0 + reach) * torch.exp(-reach)
        # The mean distance of a two-dimensional Laplace law is twice its scale.
        expected_error_px = 2.0 * scale_px[:, 1:].mean(dim=1)
        count = (confidence > _LEAST_CONFIDENCE).sum()
        return keypoints_px, confidences, confidence, count, expected_error_px


def _average_around(
    cells: Tensor, heat: Tensor, index: Tensor, *, rows: int, columns: int
) -> tuple[Tensor, Tensor]:
    """Return keypoints (4, 3, 2) and scales of error (4, 3), in frame pixels.

    The nine cells around a peak each say where the keypoints are; their mean by heat is
    steadier than any of them.
    """
    every_row = torch.arange(rows)[:, None].expand(rows, columns).flatten()
    every_column = torch.arange(columns)[None, :].expand(rows, columns).flatten()
    step = torch.arange(-1, 2)
    row = (every_row[index][:, None, None] + step[None, :, None]).clamp(0, rows - 1)
    column = (every_column[index][:, None, None] + step[None, None, :]).clamp(0, columns - 1)
    place = (row * columns + column).flatten(1)
    weight = heat.flatten()[place]
    weight = weight / weight.sum(dim=1, keepdim=True)
    said = cells.flatten(1)[:, place]
    x = ((said[1:7:2] + every_column[place]) * weight).sum(dim=2)
    y = ((said[2:7:2] + every_row[place]) * weight).sum(dim=2)
    scale = (torch.exp(said[7:]) * weight).sum(dim=2)
    at_px = torch.stack([x.T, y.T], dim=2) * STRIDE_PX + CELL_ORIGIN_PX
    return at_px, scale.T * STRIDE_PX

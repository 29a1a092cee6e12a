"""What is exported: the network's map, and how up to four candidates are read from it."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.detection import KEYPOINTS, MAX_CANDIDATES
from models.train.doubt import FEATURES, Doubt
from models.train.ensemble import Eye
from models.train.grid import CELL_ORIGIN_PX, SHRINK, STRIDE_PX
from models.train.network import FINE, HEAT, ROUGH, SCALE, contrast

FAR_PX = 10.0  # beyond this a keypoint counts as missed
_LEAST_CONFIDENCE = 0.01
_PEAK_CELLS = 7  # two heads nearer than half of this are one
_STEADY = 0.05  # cells: no vote counts for more than one with this scale of error
_LEAST_LENGTH_PX = 1.0


@dataclass(frozen=True, slots=True)
class Reading:
    """Candidates as the map shows them, surest first: keypoints (4, 3, 2) in frame pixels.

    `heat` (4,) is the height of the peak; `features` (4, FEATURES) are what doubt is told by.
    """

    keypoints_px: Tensor
    heat: Tensor
    features: Tensor


class CandidateGraph(nn.Module):
    """One frame in, up to four candidates out, in pixels of that frame."""

    def __init__(self, network: Eye, doubt: Doubt) -> None:
        super().__init__()
        self.network = network
        self.doubt = doubt

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """Map (rows, columns) uint8 to the outputs of `models.contract`, in its order."""
        reading = self.read(image)
        confidence, scale_px = self.doubt(reading.features)
        confidence, order = torch.topk(confidence, MAX_CANDIDATES)
        scale_px = scale_px[order]
        reach = FAR_PX / scale_px
        confidences = 1.0 - (1.0 + reach) * torch.exp(-reach)
        # The mean distance of a two-dimensional Laplace law is twice its scale.
        expected_errors_px = 2.0 * scale_px
        count = (confidence > _LEAST_CONFIDENCE).sum()
        return reading.keypoints_px[order], confidences, confidence, count, expected_errors_px

    def read(self, image: Tensor) -> Reading:
        """Return what the map of a frame, (rows, columns) uint8, shows, looked at closer."""
        seen = contrast(functional.avg_pool2d(image[None, None].float(), SHRINK))
        return looked_at(self.network, seen, read_cells(self.network.cells(seen)[0]))


def looked_at(network: Eye, seen: Tensor, reading: Reading) -> Reading:
    """Return candidates after a closer look at the picture (1, 1, rows, columns) they are of."""
    keypoints_px, closer = network.closer.refine(seen, reading.keypoints_px)
    logit = closer[:, :1]
    best = torch.topk(logit.flatten(), 2).values
    rival = torch.where(logit >= best[:1], best[1:], best[:1])
    features = torch.cat([reading.features, closer, rival], dim=1)
    assert features.shape[1] == FEATURES
    return Reading(keypoints_px, reading.heat, features)


def read_cells(cells: Tensor) -> Reading:
    """Find the four highest peaks of a map (16, rows, columns), and their keypoints.

    Features are those of the map alone, the first of all.
    """
    heat = torch.sigmoid(cells[HEAT])
    summit = functional.max_pool2d(heat, _PEAK_CELLS, stride=1, padding=_PEAK_CELLS // 2)
    peaks = torch.where(heat == summit, heat, torch.zeros_like(heat)).flatten()
    height, index = torch.topk(peaks, MAX_CANDIDATES)
    grid = _Grid(cells)
    at_peak = grid.around(index)  # (4, 9)
    nearby = heat.flatten()[at_peak]
    share = nearby / nearby.sum(dim=1, keepdim=True)
    rough = grid.votes(ROUGH, at_peak[:, None, :], share[:, None, :])
    fine, fine_scale, scatter = _refined(grid, rough)
    keypoints_px = fine * STRIDE_PX + CELL_ORIGIN_PX
    apart = (fine - rough).norm(dim=2)
    length = (fine[:, 0] - fine[:, 2]).norm(dim=1, keepdim=True)
    rival = torch.where(torch.arange(MAX_CANDIDATES) == 0, height[1], height[0])
    features = torch.cat(
        [
            torch.logit(height, eps=1e-4)[:, None],
            torch.logit(rival, eps=1e-4)[:, None],
            nearby.sum(dim=1, keepdim=True),
            torch.log(fine_scale),
            torch.log(scatter + _STEADY),
            torch.log(apart + _STEADY),
            torch.log(length + _LEAST_LENGTH_PX / STRIDE_PX),
        ],
        dim=1,
    )
    return Reading(keypoints_px, height, features)


def _refined(grid: _Grid, rough: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return the keypoints as the cells around each of them see it (4, 3, 2), in cells.

    With it the scale of error that these cells own up to and the scatter of their nine votes,
    both (4, 3). Beyond the picture there are no cells: there the rough places stay.
    """
    column = rough[..., 0].round().clamp(0, grid.columns - 1)
    row = rough[..., 1].round().clamp(0, grid.rows - 1)
    around = grid.around((row * grid.columns + column).long())  # (4, 3, 9)
    said = grid.picked(grid.flat[SCALE], around)
    scale = torch.exp(said.clamp(-4.0, 3.0)) + _STEADY
    weight = scale.reciprocal().square()
    share = weight / weight.sum(dim=2, keepdim=True)
    fine = grid.votes(FINE, around, share)
    scatter = grid.scatter(FINE, around, share, fine)
    # Compared one by one: a tensor of both sides would be exported as a constant.
    is_in = (rough > -0.5).all(dim=2)
    is_in = is_in & (rough[..., 0] < grid.columns - 0.5) & (rough[..., 1] < grid.rows - 0.5)
    own = (scale * share).sum(dim=2)
    return torch.where(is_in[..., None], fine, rough), own, scatter


class _Grid:
    """The cells of a map as one long row, and what a few of them say together."""

    def __init__(self, cells: Tensor) -> None:
        self.rows, self.columns = cells.shape[1], cells.shape[2]
        self.flat = cells.flatten(1)
        shape = (self.rows, self.columns)
        self._row = torch.arange(self.rows)[:, None].expand(shape).flatten()
        self._column = torch.arange(self.columns)[None, :].expand(shape).flatten()

    def around(self, index: Tensor) -> Tensor:
        """Return the indices (..., 9) of the cells about each; at the border some come twice."""
        step = torch.arange(-1, 2)
        row = (self._row[index][..., None, None] + step[:, None]).clamp(0, self.rows - 1)
        column = (self._column[index][..., None, None] + step[None, :]).clamp(0, self.columns - 1)
        return (row * self.columns + column).flatten(-2)

    def votes(self, channels: slice, cells: Tensor, share: Tensor) -> Tensor:
        """Return keypoints (4, 3, 2) in cells: what `cells` (4, 1 or 3, 9) say, by shares."""
        return (self._said(channels, cells) * share[..., None]).sum(dim=2)

    def scatter(self, channels: slice, cells: Tensor, share: Tensor, mean: Tensor) -> Tensor:
        """Return how far (4, 3) the votes lie from their mean, root mean square."""
        off = (self._said(channels, cells) - mean[:, :, None]).square().sum(dim=3)
        return (off * share).sum(dim=2).sqrt()

    def _said(self, channels: slice, cells: Tensor) -> Tensor:
        """Return the place (4, 3, 9, 2) that each cell names for each keypoint."""
        cells = cells.expand(-1, len(KEYPOINTS), -1)
        offsets = self.flat[channels]
        x = self.picked(offsets[0::2], cells) + self._column[cells]
        y = self.picked(offsets[1::2], cells) + self._row[cells]
        return torch.stack([x, y], dim=3)

    def picked(self, maps: Tensor, cells: Tensor) -> Tensor:
        """Return what each keypoint's own of three maps, (3, all cells), says at (4, 3, 9)."""
        first = torch.arange(len(KEYPOINTS))[:, None] * (self.rows * self.columns)
        return maps.flatten()[cells + first]

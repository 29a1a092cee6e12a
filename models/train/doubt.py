"""How surely a candidate is a head, and how far off its keypoints may be.

Peaks and votes of the map tell much of it, but on a scale of their own. A few weights, fitted on
frames that the network was not trained on, turn them into a chance and into pixels.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.detection import KEYPOINTS

FEATURES = 18  # 13 of the map, 4 of the closer look, and the closest look at a rival
_HIDDEN = 16
_STEPS = 1500
_RATE = 1e-2
_LEAST_SCALE_PX, _MOST_SCALE_PX = 0.05, 200.0


class Doubt(nn.Module):
    """From features (candidates, FEATURES) to confidence (candidates,) and scale of error.

    The scale (candidates, 3) is that of a two-dimensional Laplace law, in frame pixels: an error
    is twice as large in the mean. Unfitted, confidence is the height of the peak.
    """

    mean: Tensor
    spread: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(FEATURES))
        self.register_buffer("spread", torch.ones(FEATURES))
        self.inner = nn.Linear(FEATURES, _HIDDEN)
        self.outer = nn.Linear(_HIDDEN, 1 + len(KEYPOINTS))
        self.straight = nn.Linear(FEATURES, 1 + len(KEYPOINTS))
        for layer in (self.outer, self.straight):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)
        with torch.no_grad():
            self.straight.weight[0, 0] = 1.0

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Return confidence and scale of error."""
        logit, log_scale = self.judged(features)
        return torch.sigmoid(logit), torch.exp(log_scale)

    def judged(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Return the logit of the confidence and the logarithm of the scale."""
        seen = (features - self.mean) / self.spread
        answer = self.outer(torch.tanh(self.inner(seen))) + self.straight(seen)
        low, high = torch.tensor([_LEAST_SCALE_PX, _MOST_SCALE_PX]).log().tolist()
        return answer[:, 0], answer[:, 1:].clamp(low, high)


def fit_doubt(
    features: Tensor, errors_px: Tensor, weights: Tensor, *, far_px: float, seed: int
) -> Doubt:
    """Fit on candidates: their features, the distance of each keypoint (candidates, 4), weights.

    The last column of `errors_px` is the head's centre, by which a candidate is right or wrong.
    Only right ones tell how far off keypoints are. With fewer than 50 candidates nothing is
    fitted, and confidence remains the height of the peak.
    """
    doubt = Doubt()
    if len(features) < 50:
        return doubt
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        nn.init.normal_(doubt.inner.weight, std=0.3)
    doubt.mean.copy_(features.mean(dim=0))
    doubt.spread.copy_(features.std(dim=0).clamp(min=1e-3))
    is_right = (errors_px[:, -1] <= far_px).float()
    near = errors_px[:, :-1].clamp(max=3.0 * far_px)
    share = weights / weights.sum()
    right_share = is_right * weights / (is_right * weights).sum().clamp(min=1e-6)
    optimizer = torch.optim.AdamW(doubt.parameters(), lr=_RATE, weight_decay=1e-2)
    for step in range(_STEPS):
        for group in optimizer.param_groups:
            group["lr"] = _RATE * (1.0 - step / _STEPS)
        logit, log_scale = doubt.judged(features)
        chance = functional.binary_cross_entropy_with_logits(
            logit, is_right, share, reduction="sum"
        )
        law = near / torch.exp(log_scale) + 2.0 * log_scale
        distance = (law * right_share[:, None]).sum()
        optimizer.zero_grad()
        ((chance * share).sum() + 0.1 * distance).backward()
        optimizer.step()
    return doubt.eval().requires_grad_(False)

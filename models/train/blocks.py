"""What the networks are built of."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional


class Block(nn.Module):
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
        """Return as many rows and columns, or half as many."""
        seen = self.layers(features)
        return features + seen if self.is_residual else seen


def spread_like(features: Tensor, like: Tensor) -> Tensor:
    """Double the resolution; a row or column too many is cut off."""
    spread = functional.interpolate(features, scale_factor=2.0)
    return spread[:, :, : like.shape[2], : like.shape[3]]

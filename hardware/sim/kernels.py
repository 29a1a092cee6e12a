"""Small kernels: the blur of a motion, of a lens, and light that comes from one side."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from hardware.sim.noise import Layer
from hardware.types import Matrix2, Vec2


def line_kernel(motion_px: Vec2) -> Layer:
    """Return the blur of a straight motion, drawn with sub-pixel weights."""
    reach = math.ceil(float(np.abs(motion_px).max()) / 2.0) + 1
    kernel = np.zeros((2 * reach + 1, 2 * reach + 1), np.float32)
    for step in np.linspace(-0.5, 0.5, 4 * reach + 1):
        x, y = (reach + step * motion_px).tolist()
        column, row = int(x), int(y)
        part_x, part_y = x - column, y - row
        kernel[row, column] += (1 - part_x) * (1 - part_y)
        kernel[row, column + 1] += part_x * (1 - part_y)
        kernel[row + 1, column] += (1 - part_x) * part_y
        kernel[row + 1, column + 1] += part_x * part_y
    return kernel / kernel.sum()


def bell_kernel(covariance_px2: Matrix2) -> Layer:
    """Return a Gaussian blur of a covariance in px2."""
    covariance = covariance_px2 + 0.02 * np.eye(2)  # a blur of nothing is still a kernel
    widest_px = math.sqrt(float(np.linalg.eigvalsh(covariance)[-1]))
    span = np.arange(-max(1, math.ceil(2.5 * widest_px)), max(1, math.ceil(2.5 * widest_px)) + 1)
    (a, b), (_, d) = np.linalg.inv(covariance).tolist()
    x, y = span[None, :], span[:, None]
    kernel: NDArray[np.float64] = np.exp(-0.5 * (a * x**2 + 2.0 * b * x * y + d * y**2))
    return (kernel / kernel.sum()).astype(np.float32)


def slant_kernel(strength: float, direction_deg: float) -> Layer:
    """Return the picture itself plus its slope along a direction: light from one side."""
    span = np.arange(-4, 5)
    x, y = span[None, :], span[:, None]
    bell = np.exp(-(x**2 + y**2) / (2.0 * 1.8**2))
    direction_rad = math.radians(direction_deg)
    slope = (math.cos(direction_rad) * x + math.sin(direction_rad) * y) * bell
    kernel = 5.0 * strength * slope / np.abs(slope).sum()
    kernel[4, 4] += 1.0
    return kernel.astype(np.float32)

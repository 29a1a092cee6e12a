"""Toy frames that a network learns within seconds: dark discs in a row, the head at one end."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator

import cv2
import numpy as np
import pytest

from models.train.frames import LabelledFrame

SHAPE = (300, 320)


@pytest.fixture(autouse=True)
def one_thread():
    """Keep PyTorch from filling a machine on which other tests run."""
    if importlib.util.find_spec("torch") is None:
        yield
        return
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def toy_frames(seed: int, *, empty_share: float = 0.2) -> Iterator[LabelledFrame]:
    """Yield grey frames with at most one animal: three discs, 26 px apart, growing."""
    random = np.random.default_rng(seed)
    while True:
        image = random.normal(170.0, 4.0, SHAPE)
        if random.random() < empty_share:
            yield image.astype(np.uint8), np.empty((0, 3, 2))
            continue
        nose = random.uniform([80, 80], [SHAPE[1] - 80, SHAPE[0] - 80])
        angle = random.uniform(0, 2 * np.pi)
        along = np.array([np.cos(angle), np.sin(angle)])
        keypoints = nose + np.arange(3)[:, None] * 26.0 * along
        for place, radius in zip(keypoints, (8, 12, 16), strict=True):
            cv2.circle(image, tuple(int(v) for v in place.round()), radius, 90.0, -1)
        yield cv2.GaussianBlur(image, (0, 0), 1.5).astype(np.uint8), keypoints[None]


@pytest.fixture
def toys():
    """Return the maker of toy frames."""
    return toy_frames

"""A manifest tells how the frames look that a model learned from."""

import numpy as np
import pytest

from models.seen import greys_of
from models.train.frames import FrameSet, collect_frames

torch = pytest.importorskip("torch")

from models.train.candidates import CandidateGraph  # noqa: E402 (PyTorch may be missing)
from models.train.doubt import Doubt  # noqa: E402
from models.train.network import HeadNetwork  # noqa: E402
from models.train.seen_frames import seen_frames  # noqa: E402


@pytest.fixture
def graph():
    torch.manual_seed(1)
    return CandidateGraph(HeadNetwork(), Doubt()).eval()


def test_greys_are_those_of_the_whole_picture_however_large():
    small = np.tile(np.linspace(50, 150, 120).astype(np.uint8), (90, 1))

    large = np.repeat(np.repeat(small, 7, axis=0), 7, axis=1)

    assert greys_of(large) == pytest.approx(greys_of(small), abs=4.0)
    assert greys_of(small) == pytest.approx((100.0, 90.0), abs=2.0)


def test_ranges_hold_nearly_all_frames_and_heads_as_they_are_shown(graph, toys, tmp_path):
    frames = collect_frames(toys(5), 20, tmp_path, recipe="t", tell=lambda done: None)

    seen = seen_frames(graph, frames, [frames])

    greys = [greys_of(image)[0] for image in frames.images]
    assert seen.grey[0] <= np.percentile(greys, 2) <= np.percentile(greys, 98) <= seen.grey[1]
    # Toy heads are 52 px long, and are shown from 0.74 to 1.35 times as large.
    assert seen.head_px == pytest.approx((38.5, 70.2), abs=0.2)
    assert 0.0 <= seen.confidence[0] <= seen.confidence[1] <= 1.0


def test_frames_without_any_head_tell_nothing(graph):
    images = [np.full((80, 90), 100, np.uint8)] * 3
    empty = FrameSet(images, np.full((3, 4, 3, 2), np.nan), np.ones(3))

    assert seen_frames(graph, empty, [empty]) is None

"""The shipped model finds the heads of rendered animals, in both of its ways."""

import itertools
from functools import cache

import numpy as np
import pytest

from hardware.sim.training_frames import training_frames
from models.contract import SHIPPED_MANIFEST
from models.detector import open_detector
from models.train.frames import head_center_px

FRAMES = 24
SEED = 77_001  # no frame of it was trained on


@cache
def shipped():
    return open_detector("shipped", "cpu", 0.5)


@cache
def frames_with_one_head():
    """Typical frames whose one head is at least 60 px inside the picture."""
    frames = []
    for image, animals in training_frames(SEED, hard=False):
        heads = head_center_px(animals)
        inside = ((heads > 60) & (heads < (image.shape[1] - 60, image.shape[0] - 60))).all()
        if len(animals) == 1 and inside:
            frames.append((image, heads[0]))
        if len(frames) == FRAMES:
            return frames
    raise AssertionError


def test_the_search_finds_the_head_and_not_the_tail():
    off_px = [
        np.linalg.norm(head_center_px(found[0].keypoints_px) - head_px)
        for image, head_px in frames_with_one_head()
        if (found := shipped().detect(image))
    ]

    assert len(off_px) >= 0.9 * FRAMES
    assert np.median(off_px) < 4.0
    assert np.mean(np.array(off_px) > 60.0) < 0.1


def test_the_crop_and_the_whole_frame_agree_on_a_head():
    apart_px = []
    for image, head_px in frames_with_one_head():
        whole = shipped().detect(image)
        near = shipped().detect(image, near_px=head_px + np.array([20.0, -15.0]))
        apart_px += [
            np.linalg.norm(head_center_px(one.keypoints_px) - head_center_px(other.keypoints_px))
            for one, other in itertools.product(whole[:1], near[:1])
        ]

    assert len(apart_px) >= 0.9 * FRAMES
    assert np.mean(np.array(apart_px) < 3.0) > 0.9


@pytest.mark.parametrize("level", [30, 128, 220])
def test_bare_agar_shows_no_worm(level):
    noise = np.random.default_rng(level).normal(0.0, 5.5, (732, 968))
    image = np.clip(level + noise, 0, 255).astype(np.uint8)

    assert list(shipped().detect(image)) == []
    assert list(shipped().detect(image, near_px=np.array([500.0, 300.0]))) == []


def test_the_shipped_files_tell_nothing_of_the_machine_they_were_made_on():
    for file in SHIPPED_MANIFEST.parent.iterdir():
        content = file.read_bytes()
        assert b"/work" not in content
        assert b"/home" not in content


def test_the_shipped_checkpoint_is_the_shipped_graph():
    torch = pytest.importorskip("torch")
    from models.train.checkpoint import read_checkpoint

    image, _ = frames_with_one_head()[0]
    with torch.no_grad():
        keypoints_px, _, confidence, _, errors_px = read_checkpoint("shipped")(
            torch.from_numpy(image)
        )

    surest = shipped().detect(image)[0]
    assert surest.keypoints_px == pytest.approx(keypoints_px[0].numpy(), abs=0.02)
    assert surest.confidence == pytest.approx(float(confidence[0]), abs=1e-3)
    assert surest.expected_errors_px == pytest.approx(errors_px[0].numpy(), rel=1e-2)

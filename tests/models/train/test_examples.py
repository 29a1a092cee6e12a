"""However a piece is turned, scaled, mirrored and spoilt, its keypoints stay on the animal."""

import cv2
import numpy as np
import pytest

from models.train.examples import Sampler
from models.train.frames import FrameSet, collect_frames
from models.train.loss import loss_of, target_for
from models.train.spoil import spoil

torch = pytest.importorskip("torch")


@pytest.fixture
def sampler(toys, tmp_path):
    frames = collect_frames(
        toys(1, empty_share=0.0), 8, tmp_path, recipe="toys", tell=lambda done: None
    )
    return Sampler(frames, np.random.default_rng(3))


def test_a_pieces_keypoints_lie_on_what_they_name(sampler, monkeypatch):
    monkeypatch.setattr("models.train.examples.spoil", lambda piece, random, **_: piece)

    batch = sampler.draw(40)

    greys = [
        float(piece[y, x])
        for piece, animals in zip(batch.pieces, batch.keypoints_px, strict=True)
        for x, y in (animals[0] / 2.0).astype(int)
        if 3 <= x < len(piece) - 3 and 3 <= y < len(piece) - 3
    ]
    assert len(greys) > 20
    assert max(greys) < 130.0  # the discs are 90, the ground 170


def test_the_same_seed_draws_the_same_pieces(sampler):
    other = Sampler(sampler.frames, np.random.default_rng(3))

    assert np.array_equal(sampler.draw(6).pieces, other.draw(6).pieces)


def test_a_place_of_mistakes_is_visited_again(sampler):
    sampler.hard_places.append((5, 123.0, 77.0))

    places = [place for place in sampler.draw(200).origin if place[0] == 5]

    near = [place for place in places if abs(place[1] - 123) < 80 and abs(place[2] - 77) < 80]
    assert len(near) > 20


def test_a_spoilt_piece_is_still_a_picture():
    random = np.random.default_rng(1)
    piece = random.uniform(0, 255, (128, 128)).astype(np.float32)

    spoilt = [spoil(piece, random) for _ in range(50)]

    assert all(one.dtype == np.float32 and one.shape == piece.shape for one in spoilt)
    assert all(one.min() >= 0.0 and one.max() <= 255.0 for one in spoilt)


def test_the_target_asks_for_the_head_where_it_is():
    keypoints_px = torch.tensor([[[[72.5, 40.5], [88.5, 40.5], [104.5, 40.5]]]])

    target = target_for(keypoints_px, rows=16, columns=24)

    row, column = divmod(int(target.heat[0].argmax()), 24)
    assert (row, column) == (5, 12)  # the head's centre is at 93.3 px
    assert target.is_rough[0, row, column].all()
    places_px = target.rough[0, row, column] * 8 + torch.tensor([96.5, 40.5])
    assert torch.allclose(places_px, keypoints_px[0, 0])


def test_the_cells_about_each_keypoint_are_asked_for_its_very_place():
    keypoints_px = torch.tensor([[[[22.5, 40.5], [88.5, 40.5], [154.5, 40.5]]]])

    target = target_for(keypoints_px, rows=16, columns=24)

    for number, at_px in enumerate(keypoints_px[0, 0]):
        row, column = (
            int(c) for c in torch.nonzero(target.is_fine[0, :, :, number]).float().mean(0)
        )
        middle_px = torch.tensor([column * 8 + 0.5, row * 8 + 0.5])
        assert torch.allclose(target.fine[0, row, column, number] * 8 + middle_px, at_px)
        assert (at_px - middle_px).norm() < 8


def test_a_picture_without_an_animal_asks_for_no_head_and_teaches_no_keypoints():
    target = target_for(torch.full((1, 2, 3, 2), float("nan")), rows=8, columns=8)

    heat_loss, keypoint_loss = loss_of(torch.full((1, 16, 8, 8), -9.0), target)

    assert float(target.heat.max()) < 1e-6
    assert not target.is_rough.any()
    assert not target.is_fine.any()
    assert float(heat_loss) < 1e-3
    assert float(keypoint_loss) == 0.0


def test_frames_of_two_scales_are_shown_at_the_networks_own(sampler, monkeypatch):
    monkeypatch.setattr("models.train.examples.spoil", lambda piece, random, **_: piece)
    small = [cv2.resize(np.array(image), None, fx=0.5, fy=0.5) for image in sampler.frames.images]
    halved = FrameSet(small, sampler.frames.keypoints_px / 2.0 - 0.25, np.full(8, 2.0))

    batch = Sampler(halved, np.random.default_rng(3)).draw(60)

    lengths_px = np.linalg.norm(batch.keypoints_px[:, 0, 2] - batch.keypoints_px[:, 0, 0], axis=1)
    assert 45 < np.nanmedian(lengths_px) < 60  # 52 px at the network's scale

"""The closer look: windows lie along the head, and a short training makes places more exact."""

import numpy as np
import pytest

from models.train.frames import collect_frames

torch = pytest.importorskip("torch")

from models.errors import TrainingError  # noqa: E402 (PyTorch may be missing)
from models.train import closer_training  # noqa: E402
from models.train.closer import LONG, WIDE, CloserLook, pose_of, windows  # noqa: E402
from models.train.closer_training import CloserTraining  # noqa: E402
from models.train.network import HeadNetwork  # noqa: E402

HEADS_PX = torch.tensor(
    [[[60.0, 70.0], [95.0, 80.0], [130.0, 95.0]], [[150.0, 160.0], [110.0, 150.0], [80.0, 120.0]]]
)


def picture_of_places(rows, columns):
    """Return a shrunk picture of two channels whose pixels say where on the frame they lie."""
    y, x = torch.meshgrid(torch.arange(rows), torch.arange(columns), indexing="ij")
    return torch.stack([x, y]).float()[:, None] * 2.0 + 0.5


def test_a_place_in_the_window_and_one_in_the_picture_are_the_same_place():
    pose = pose_of(HEADS_PX)

    again_px = pose.in_picture(pose.in_window(HEADS_PX))

    assert torch.allclose(again_px, HEADS_PX, atol=1e-3)


def test_a_window_shows_the_picture_along_the_head_the_nose_first():
    pose = pose_of(HEADS_PX[:1])

    x_px, y_px = (windows(one[None], pose)[0, 0] for one in picture_of_places(110, 140))

    seen_px = torch.stack([x_px, y_px], dim=2)
    to_nose = (seen_px - HEADS_PX[0, 0]).norm(dim=2)
    to_bulb = (seen_px - HEADS_PX[0, 2]).norm(dim=2)
    assert seen_px.shape == (LONG, WIDE, 2)
    assert float(to_nose.min()) < 2.0
    assert float(to_bulb.min()) < 2.0
    assert int(to_nose.argmin()) < int(to_bulb.argmin())
    assert int(to_nose.argmin()) % WIDE in (WIDE // 2 - 1, WIDE // 2)


def test_until_it_is_trained_it_leaves_candidates_as_they_are():
    closer = CloserLook().eval()

    with torch.no_grad():
        keypoints_px, features = closer.refine(torch.randn(1, 1, 110, 140), HEADS_PX)

    assert torch.equal(keypoints_px, HEADS_PX)
    assert not features.any()


@pytest.fixture
def frames(toys, tmp_path):
    return collect_frames(
        toys(5, empty_share=0.3), 12, tmp_path / "frames", recipe="t", tell=lambda done: None
    )


def train(frames, folder, *, stop_at):
    training = CloserTraining(HeadNetwork(), frames, minutes=10.0, seed=1, folder=folder)
    costs = []

    def tell(moment):
        costs.append(moment.keypoint_loss)
        if moment.step == stop_at:
            raise KeyboardInterrupt

    training.run(tell)
    return training, costs


def test_the_cost_of_places_falls_and_the_map_stands_as_it_is(frames, tmp_path):
    torch.manual_seed(2)
    training, costs = train(frames, tmp_path, stop_at=20)

    assert np.median(costs[-5:]) < 0.8 * np.median(costs[:4])
    assert all(
        parameter.grad is None
        for name, parameter in training.network.named_parameters()
        if not name.startswith("closer.")
    )


def test_a_look_that_began_from_nothing_is_not_trusted_before_it_has_learned(
    frames, tmp_path, monkeypatch
):
    training, _ = train(frames, tmp_path, stop_at=3)
    assert float(training.learned().closer.trust) == 0.0

    monkeypatch.setattr(closer_training, "_LEAST_STEPS", 3)
    training, _ = train(frames, tmp_path, stop_at=4)
    assert float(training.learned().closer.trust) == 1.0


def test_a_look_that_had_learned_before_is_trusted_after_a_single_step(frames, tmp_path):
    network = HeadNetwork()
    network.closer.trust.fill_(1.0)
    training = CloserTraining(network, frames, minutes=1e-6, seed=1, folder=tmp_path)

    training.run(lambda moment: None)

    assert training.step == 1
    assert float(training.learned().closer.trust) == 1.0


def test_an_interrupted_look_keeps_what_it_learned_and_goes_on(frames, tmp_path):
    first, _ = train(frames, tmp_path, stop_at=3)

    second, costs = train(frames, tmp_path, stop_at=5)

    assert first.step == 3
    assert second.step == 5
    assert len(costs) == 2


def test_the_state_of_another_look_is_refused(frames, tmp_path):
    (tmp_path / "closer.pt").write_bytes(b"not a state")

    with pytest.raises(TrainingError, match=r"closer\.pt: not the state of a training like this"):
        train(frames, tmp_path, stop_at=1)

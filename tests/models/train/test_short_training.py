"""A short training gives what it learned, not the running mean that still holds its beginning."""

import pytest

from models.train.frames import collect_frames

torch = pytest.importorskip("torch")

from models.train import watch  # noqa: E402 (PyTorch may be missing)
from models.train.loop import Schedule, Training  # noqa: E402


def test_a_short_training_that_is_watched_gives_the_better_of_mean_and_network(
    toys, tmp_path, monkeypatch
):
    monkeypatch.setattr(watch, "_BATCHES", 1)
    monkeypatch.setattr(watch, "_BATCH_SIZE", 4)
    torch.set_num_threads(1)
    frames = collect_frames(toys(5), 12, tmp_path / "frames", recipe="t", tell=lambda done: None)
    seen = watch.Watch(frames, 1)
    training = Training(
        frames,
        Schedule(minutes=10.0, batch_size=4, warm_up_steps=5),
        seed=1,
        folder=tmp_path,
        watch=seen,
    )

    def stop_at_25(moment):
        if moment.step == 25:
            raise KeyboardInterrupt

    training.run(stop_at_25)

    own = training.network.state_dict()
    assert training.was_stopped
    assert all(torch.equal(value, own[name]) for name, value in seen.weights.items())
    learned = training.learned().state_dict()
    assert all(torch.equal(value, own[name]) for name, value in learned.items())

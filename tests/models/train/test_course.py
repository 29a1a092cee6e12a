"""A short training learns, can be gone on with, and leaves a model that says what it learned."""

import json

import numpy as np
import pytest

from models.detection import KEYPOINTS
from models.detector import open_detector
from models.errors import TrainingError
from models.train.frames import collect_frames

torch = pytest.importorskip("torch")

from models.train.candidates import CandidateGraph  # noqa: E402 (PyTorch may be missing)
from models.train.course import open_beginning  # noqa: E402
from models.train.doubt import Doubt  # noqa: E402
from models.train.export import export_model  # noqa: E402
from models.train.loop import Schedule, Training  # noqa: E402
from models.train.network import HeadNetwork  # noqa: E402
from models.train.report import judge  # noqa: E402


@pytest.fixture
def frames(toys, tmp_path):
    return collect_frames(
        toys(5, empty_share=0.3), 12, tmp_path / "frames", recipe="t", tell=lambda done: None
    )


def train(frames, folder, *, minutes, stop_at=None):
    training = Training(
        frames, Schedule(minutes=minutes, batch_size=4, warm_up_steps=5), seed=1, folder=folder
    )
    losses = []

    def tell(moment):
        losses.append(moment.heat_loss)
        if moment.step == stop_at:
            raise KeyboardInterrupt

    training.run(tell)
    return training, losses


def test_the_loss_falls(frames, tmp_path):
    _, losses = train(frames, tmp_path, minutes=10.0, stop_at=40)

    assert np.median(losses[-8:]) < 0.6 * np.median(losses[:4])  # single steps are wild


def test_an_interrupted_training_keeps_what_it_learned_and_goes_on(frames, tmp_path):
    first, _ = train(frames, tmp_path, minutes=10.0, stop_at=3)

    second, _ = train(frames, tmp_path, minutes=10.0, stop_at=5)

    assert first.step == 3
    assert second.step == 5
    assert second.trained_s > first.trained_s


def test_a_training_whose_time_is_up_trains_no_more(frames, tmp_path):
    first, _ = train(frames, tmp_path, minutes=0.001)

    second, losses = train(frames, tmp_path, minutes=0.001)

    assert losses == []
    assert second.step == first.step


def test_the_state_of_another_training_is_refused(frames, tmp_path):
    (tmp_path / "state.pt").write_bytes(b"not a state")

    with pytest.raises(TrainingError, match=r"state\.pt: not the state of a training like this"):
        train(frames, tmp_path, minutes=1.0)


def test_an_exported_model_says_what_the_network_says(toys, tmp_path):
    torch.manual_seed(4)
    graph = CandidateGraph(HeadNetwork(), Doubt()).eval()
    image = next(toys(2, empty_share=0.0))[0]

    manifest = export_model(
        graph,
        tmp_path,
        stem="toy",
        version="1",
        trained_on="nothing",
        um_per_px=(1.0, 1.5),
        probe=image,
    )

    detector = open_detector(str(manifest), "cpu", 1e-6)
    said = detector.detect(image)
    with torch.no_grad():
        keypoints_px, _, confidence, _, _ = graph(torch.from_numpy(image))
    assert said[0].confidence == pytest.approx(float(confidence[0]), abs=1e-4)
    assert said[0].keypoints_px == pytest.approx(keypoints_px[0].numpy(), abs=0.02)
    assert str(tmp_path.parents[1]) not in (tmp_path / "toy.onnx").read_bytes().decode("latin1")


class Oracle:
    """Says what it was given to say, frame after frame."""

    def __init__(self, answers):
        self.answers = iter(answers)

    def detect(self, image, *, near_px=None):
        del image, near_px
        return next(self.answers)


def test_a_report_tells_a_near_miss_from_a_head_taken_elsewhere(frames, tmp_path, candidate_at):
    animals = [frames.animals(index) for index in range(len(frames))]
    off_px = [0.0, 6.0, 200.0]
    answers = []
    for number, heads in enumerate(animals):
        found = [candidate_at(heads[0] + [off_px[number % 3], 0.0])] if len(heads) else []
        answers += [found, found]

    report = judge(Oracle(answers), frames, seed=1, tell=lambda done: None)
    report.write(tmp_path / "report.json")

    with_animal = [number for number, heads in enumerate(animals) if len(heads)]
    far = sum(number % 3 == 2 for number in with_animal)
    assert report.search.with_animal == len(with_animal)
    assert report.search.elsewhere == pytest.approx(far / len(with_animal))
    assert report.search.head_within_10_px == pytest.approx(1 - far / len(with_animal))
    assert report.search.false_alarms == 0.0
    assert json.loads((tmp_path / "report.json").read_text())["track"]["answered"] == 1.0
    assert report.search.found == pytest.approx(1 - far / len(with_animal))
    assert len(KEYPOINTS) == 3


def test_a_checkpoint_without_its_model_is_not_judged_beside_the_new_one(tmp_path):
    (tmp_path / "own.pt").write_bytes(b"a checkpoint")

    assert open_beginning(str(tmp_path / "own.pt")) is None
    assert open_beginning("shipped") is not None


@pytest.fixture
def candidate_at():
    from models.detection import Candidate

    def make(keypoints_px):
        return Candidate(keypoints_px=keypoints_px, confidences=np.ones(3), confidence=0.9)

    return make

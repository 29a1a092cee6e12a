"""Networks are trained one after the other, gone on with, and compared with the one they teach."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from models.detection import Candidate  # noqa: E402 (PyTorch may be missing)
from models.train import ensemble_course  # noqa: E402
from models.train.candidates import CandidateGraph  # noqa: E402
from models.train.course import Listener, Plan, Sources  # noqa: E402
from models.train.doubt import Doubt  # noqa: E402
from models.train.ensemble import EnsembleNetwork  # noqa: E402
from models.train.ensemble_course import Crowd, run_ensemble_course  # noqa: E402
from models.train.frames import FrameSet, collect_frames  # noqa: E402
from models.train.network import HeadNetwork  # noqa: E402
from models.train.side_by_side import (  # noqa: E402
    BEGAN,
    DISTILLED,
    ENSEMBLE,
    SINGLE,
    disagreement_px,
    look_side_by_side,
)
from models.train.side_by_side_words import lines  # noqa: E402
from models.train.teaching import labelled_by  # noqa: E402
from models.train.unlabelled import read_unlabelled  # noqa: E402

PLAN = Plan(frames=6, minutes=0.003, seed=1, threads=1)


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


class Lookup:
    """Finds in each frame what it was told is there, off by some pixels to the right."""

    def __init__(self, frames, off_px, expected_px=2.0):
        self.known = {
            frames.shown(at)[0].tobytes(): frames.animals(at) for at in range(len(frames))
        }
        self.off_px, self.expected_px = off_px, expected_px

    def detect(self, image, *, near_px=None):
        del near_px
        return [
            Candidate(
                keypoints_px=animal + np.array([self.off_px, 0.0]),
                confidences=np.ones(3),
                confidence=0.9,
                expected_errors_px=np.full(3, self.expected_px),
            )
            for animal in self.known[image.tobytes()][:1]
        ]


@pytest.fixture
def sources(toys):
    return Sources(
        learn=toys(1),
        calibrate=toys(2),
        judge={"toy": toys(3)},
        recipe="toys",
        um_per_px=(1.0, 1.5),
    )


@pytest.fixture
def course(sources, tmp_path, monkeypatch):
    """Run a course, all but its export and judgement; return the stages that were told."""
    finished = []

    def finish(network, *_, stem, **__):
        finished.append((stem, network))
        return tmp_path / f"{stem}.yaml"

    monkeypatch.setattr(ensemble_course, "finish", finish)
    monkeypatch.setattr(ensemble_course, "_judged", lambda *_: {})
    monkeypatch.setattr(ensemble_course, "open_detector", lambda *_: None)

    def run(*, stop_in="", unlabelled=None):
        stages = []

        def tell(stage, done, words):
            stages.append((stage, words))
            if stop_in and stage == stop_in:
                raise KeyboardInterrupt

        run_ensemble_course(
            sources, tmp_path, PLAN, Crowd(size=2, unlabelled=unlabelled),
            listener=Listener(tell=tell),
        )  # fmt: skip
        return stages

    run.finished = finished
    return run


def test_each_network_is_told_by_its_number_with_the_time_left_in_all(course):
    stages = course()

    named = list(dict.fromkeys(stage for stage, _ in stages))
    trained = [name for name in named if name.startswith(("network", "the one"))]
    assert trained == [
        "network 1 of 2",
        "network 1 of 2, its closer look",
        "network 2 of 2",
        "network 2 of 2, its closer look",
        "the one that all of them teach",
        "the one that all of them teach, its closer look",
    ]
    assert all("min in all" in words for stage, words in stages if stage in trained)
    assert [stem for stem, _ in course.finished] == ["single", "ensemble", "shipped"]
    assert isinstance(course.finished[1][1], EnsembleNetwork)


def test_a_stopped_ensemble_goes_on_in_the_network_where_it_was(course):
    with pytest.raises(KeyboardInterrupt):
        course(stop_in="network 2 of 2")

    trained = [stage for stage, _ in course() if stage.startswith(("network", "the one"))]

    assert trained[0].startswith("network 2 of 2")
    assert len(course.finished) == 3


def test_pictures_without_labels_are_learned_from(course, toys, tmp_path):
    frames = collect_frames(toys(9), 4, tmp_path / "more", recipe="t", tell=lambda done: None)
    unknown = FrameSet(frames.images, np.full_like(frames.keypoints_px, np.nan), np.ones(4))

    course(unlabelled=unknown)

    assert len(course.finished) == 3


def test_the_side_by_side_tells_who_is_better_and_by_how_much(toys, tmp_path):
    frames = collect_frames(
        toys(4, empty_share=0.1), 30, tmp_path / "f", recipe="t", tell=lambda done: None
    )
    detectors = {
        SINGLE: Lookup(frames, 6.0),
        ENSEMBLE: Lookup(frames, 2.0, expected_px=2.1),
        DISTILLED: Lookup(frames, 2.5),
    }

    sides = look_side_by_side(detectors, [], frames, tell=lambda done: None)
    sides.write(tmp_path / "sides.json")
    said = "\n".join(lines(sides, tmp_path / "own.yaml"))

    written = json.loads((tmp_path / "sides.json").read_text())
    assert written["models"]["single"]["px"]["median"] == pytest.approx(6.0, abs=0.01)
    assert written["against_single"]["distilled"]["error_px"]["value"] == pytest.approx(-3.5)
    assert sides.comparisons[DISTILLED].error_px.is_clear
    assert "distilled against single" in said
    assert "Which to use: " in said
    assert "own.yaml" in said


def test_a_distilled_network_that_is_clearly_worse_is_not_recommended(toys, tmp_path):
    frames = collect_frames(
        toys(4, empty_share=0.1), 30, tmp_path / "f", recipe="t", tell=lambda done: None
    )
    detectors = {
        SINGLE: Lookup(frames, 1.0),
        ENSEMBLE: Lookup(frames, 1.0),
        DISTILLED: Lookup(frames, 5.0),
    }

    sides = look_side_by_side(detectors, [], frames, tell=lambda done: None)

    said = "\n".join(lines(sides, Path("own/own.yaml")))
    assert "Which to use: own/single.yaml" in said
    assert "--unlabelled" in said


def without(sides, name):
    return replace(
        sides,
        measures={one: each for one, each in sides.measures.items() if one != name},
        comparisons={one: each for one, each in sides.comparisons.items() if one != name},
    )


def test_the_model_begun_from_is_kept_where_the_new_ones_are_worse(toys, tmp_path):
    frames = collect_frames(
        toys(4, empty_share=0.1), 30, tmp_path / "f", recipe="t", tell=lambda done: None
    )
    detectors = {
        BEGAN: Lookup(frames, 1.0),
        SINGLE: Lookup(frames, 5.0),
        ENSEMBLE: Lookup(frames, 5.0),
        DISTILLED: Lookup(frames, 4.9),
    }

    sides = replace(look_side_by_side(detectors, [], frames, tell=lambda done: None), steps=12)

    said = "\n".join(lines(sides, Path("own/own.yaml"), start="shipped"))
    assert said.splitlines()[1].startswith("begun from")
    assert "Which to use: shipped\n  Keep the one you began from" in said
    assert "Record with it" not in said
    assert "Too short: the training had 12 steps" in said
    alone = "\n".join(lines(without(sides, BEGAN), Path("own/own.yaml")))
    assert "Train longer first" in alone
    assert "Record with it" not in alone


def test_networks_without_a_head_to_show_have_no_say_in_disagreement():
    torch.manual_seed(1)
    image = np.full((96, 128), 128, np.uint8)

    apart_px = disagreement_px([HeadNetwork().eval()], image, np.ones((3, 2)))

    assert np.isnan(apart_px).all()


def test_frames_of_which_teachers_are_not_sure_get_no_labels(toys, tmp_path):
    torch.manual_seed(1)
    frames = collect_frames(toys(4), 3, tmp_path / "f", recipe="t", tell=lambda done: None)
    graph = CandidateGraph(EnsembleNetwork([HeadNetwork().eval()]).eval(), Doubt()).eval()

    assert len(labelled_by(graph, frames)) == 0


def test_pictures_of_a_folder_are_read_and_none_is_refused(tmp_path):
    import cv2

    from models.errors import TrainingError

    (tmp_path / "day1").mkdir()
    with pytest.raises(TrainingError, match="no picture there"):
        read_unlabelled([tmp_path], magnification=1.0)
    cv2.imwrite(str(tmp_path / "day1" / "a.png"), np.full((40, 50), 90, np.uint8))

    frames = read_unlabelled([tmp_path], magnification=3.0)

    assert len(frames) == 1
    assert frames.shown(0)[0].shape == (120, 150)
    assert not len(frames.animals(0))

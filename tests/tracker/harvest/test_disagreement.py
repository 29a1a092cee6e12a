"""Frames about which the networks of an ensemble disagree are worth a label."""

import csv
from types import SimpleNamespace

import numpy as np
import pytest

from models.detection import Candidate
from tracker.commands.main import main
from tracker.harvest.disagreement import disagreement_of


class Doubtful:
    """Sees a head 100 px long whose expected error is the picture's own grey level."""

    def detect(self, image, *, near_px=None):
        del near_px
        grey = float(image[0, 0])
        if grey == 0.0:
            return []
        return [
            Candidate(
                keypoints_px=np.array([[0.0, 0.0], [50.0, 0.0], [100.0, 0.0]]),
                confidences=np.ones(3),
                confidence=0.9,
                expected_errors_px=np.full(3, grey),
            )
        ]


def test_the_further_networks_are_apart_for_a_heads_length_the_more_a_frame_is_worth():
    frames = [np.full((4, 4), grey, np.uint8) for grey in (0, 5, 20, 200)]
    steps = []

    worth = disagreement_of(
        SimpleNamespace(frames=frames), Doubtful(), np.array([3, 0, 1, 2]), lambda: steps.append(1)
    )

    assert worth == pytest.approx([1.0, np.nan, 0.2, 0.8], nan_ok=True)
    assert len(steps) == 4


def test_a_model_is_asked_for_its_disagreement(made_up, tmp_path):
    recording = made_up(range(60))
    out = tmp_path / "to-label"

    status = main(
        ["harvest", str(recording.folder), "--frames", "5", "--out", str(out), "--model", "shipped"]
    )

    assert status == 0
    with (out / "worklist.csv").open() as file:
        assert len(list(csv.DictReader(file))) == 5


def test_a_model_that_is_not_there_is_named(made_up, tmp_path, capsys):
    recording = made_up(range(60))

    status = main(
        ["harvest", str(recording.folder), "--out", str(tmp_path / "new"), "--model", "no.yaml"]
    )

    assert status == 2
    assert "no.yaml: no such model" in capsys.readouterr().err

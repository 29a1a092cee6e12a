"""Candidates are read from a map cell by cell, and doubt learns which of them are wrong."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from models.errors import TrainingError  # noqa: E402 (PyTorch may be missing)
from models.train.calibration import errors_of  # noqa: E402
from models.train.candidates import CandidateGraph, read_cells  # noqa: E402
from models.train.checkpoint import read_checkpoint, write_checkpoint  # noqa: E402
from models.train.doubt import FEATURES, Doubt, fit_doubt  # noqa: E402
from models.train.loss import target_for  # noqa: E402
from models.train.network import CHANNELS, FINE, HEAT, ROUGH, HeadNetwork  # noqa: E402

HEADS_PX = torch.tensor([[[60.0, 70.0], [95.0, 80.0], [130.0, 95.0]]])


def ideal_cells(keypoints_px, *, rows=24, columns=32, rough_off_cells=0.0):
    """Return the map that a perfect network would answer with."""
    target = target_for(keypoints_px[None], rows=rows, columns=columns)
    cells = torch.zeros(CHANNELS, rows, columns)
    cells[HEAT] = torch.logit(target.heat.clamp(1e-4, 1 - 1e-4))
    rough = target.rough[0] + rough_off_cells
    cells[ROUGH] = rough.flatten(2).permute(2, 0, 1)
    cells[FINE] = target.fine[0].flatten(2).permute(2, 0, 1)
    return cells


def test_keypoints_are_where_the_cells_about_them_say_however_rough_the_first_guess():
    reading = read_cells(ideal_cells(HEADS_PX, rough_off_cells=0.8))

    assert torch.allclose(reading.keypoints_px[0], HEADS_PX[0], atol=0.01)
    assert float(reading.heat[0]) > 0.99


def test_a_keypoint_beyond_the_picture_keeps_its_rough_place():
    beyond = torch.tensor([[[-40.0, 70.0], [10.0, 72.0], [45.0, 74.0]]])

    reading = read_cells(ideal_cells(beyond))

    assert torch.allclose(reading.keypoints_px[0], beyond[0], atol=0.05)


def test_unfitted_confidence_is_the_height_of_the_peak():
    features = torch.randn(7, FEATURES)

    confidence, _ = Doubt()(features)

    assert torch.allclose(confidence, torch.sigmoid(features[:, 0]))


def test_doubt_learns_which_candidates_are_wrong_and_how_far_off_the_others_are():
    draw = torch.Generator().manual_seed(1)
    features = torch.randn(800, FEATURES, generator=draw)
    is_wrong = features[:, 3] + 0.3 * torch.randn(800, generator=draw) > 1.0
    size_px = torch.exp(0.6 * features[:, 5])
    errors_px = size_px[:, None] * torch.rand(800, 4, generator=draw)
    errors_px[is_wrong, 3] = 80.0

    doubt = fit_doubt(features, errors_px, torch.ones(800), far_px=10.0, seed=1)

    confidence, scale_px = doubt(features)
    assert confidence[~is_wrong].median() > 0.9
    assert confidence[is_wrong].median() < 0.3
    assert abs(float(confidence.mean()) - float((~is_wrong).float().mean())) < 0.03
    error_px, expected_px = errors_px[:, :3].mean(dim=1), 2.0 * scale_px.mean(dim=1)
    together = torch.stack([error_px, expected_px])[:, ~is_wrong]
    assert float(torch.corrcoef(together)[0, 1]) > 0.6


def test_too_few_candidates_fit_nothing():
    doubt = fit_doubt(
        torch.randn(9, FEATURES), torch.ones(9, 4), torch.ones(9), far_px=10.0, seed=1
    )

    assert torch.equal(doubt.straight.weight, Doubt().straight.weight)


def test_errors_are_to_the_animal_whose_head_is_nearest():
    heads = np.array([[[0.0, 0.0], [10.0, 0.0], [20.0, 0.0]], [[0.0, 90.0], [10, 90], [20, 90]]])

    errors_px = errors_of(heads[1:] + np.array([3.0, 4.0]), heads)

    assert errors_px == pytest.approx(np.full((1, 4), 5.0))
    assert np.isinf(errors_of(heads, heads[:0])).all()


def test_a_checkpoint_gives_back_the_same_answers(tmp_path):
    torch.manual_seed(3)
    graph = CandidateGraph(HeadNetwork(), Doubt()).eval()
    image = torch.randint(0, 255, (128, 160), dtype=torch.uint8)

    write_checkpoint(graph, tmp_path / "own.pt")
    again = read_checkpoint(str(tmp_path / "own.yaml"))

    with torch.no_grad():
        assert all(torch.equal(*both) for both in zip(graph(image), again(image), strict=True))


def test_what_is_no_checkpoint_is_refused_by_name(tmp_path):
    with pytest.raises(TrainingError, match=r"none\.pt: no such checkpoint"):
        read_checkpoint(str(tmp_path / "none.yaml"))
    (tmp_path / "bad.pt").write_bytes(b"not weights")
    with pytest.raises(TrainingError, match=r"bad\.pt: not the checkpoint"):
        read_checkpoint(str(tmp_path / "bad.pt"))

"""Several networks answer as one, and one learns what they say."""

import numpy as np
import pytest

from models.train.frames import FrameSet, collect_frames, joined
from models.train.resampling import resampled

torch = pytest.importorskip("torch")

from models.train.candidates import CandidateGraph  # noqa: E402 (PyTorch may be missing)
from models.train.doubt import Doubt  # noqa: E402
from models.train.ensemble import EnsembleNetwork, mean_cells  # noqa: E402
from models.train.examples import Batch  # noqa: E402
from models.train.loss import target_for  # noqa: E402
from models.train.network import CHANNELS, FINE, HEAT, ROUGH, SCALE, HeadNetwork  # noqa: E402
from models.train.teaching import Teacher, heads_of, heat_cost  # noqa: E402

HEADS_PX = torch.tensor([[[60.0, 70.0], [95.0, 80.0], [130.0, 95.0]]])
ROWS, COLUMNS = 24, 32


def ideal_cells(keypoints_px):
    """Return the map that a perfect network would answer with."""
    target = target_for(keypoints_px[None], rows=ROWS, columns=COLUMNS)
    cells = torch.zeros(1, CHANNELS, ROWS, COLUMNS)
    cells[:, HEAT] = torch.logit(target.heat.clamp(1e-4, 1 - 1e-4))
    cells[:, ROUGH] = target.rough.flatten(3).permute(0, 3, 1, 2)
    cells[:, FINE] = target.fine.flatten(3).permute(0, 3, 1, 2)
    cells[:, SCALE] = -2.0
    return cells


def frame_set(count, recordings=None):
    images = [np.full((80, 80), 100, np.uint8)] * count
    return FrameSet(
        images, np.full((count, 4, 3, 2), np.nan), np.ones(count), recordings=recordings
    )


def test_networks_that_agree_say_together_what_each_says():
    cells = ideal_cells(HEADS_PX)

    together = mean_cells([cells, cells, cells])

    assert torch.allclose(together[:, ROUGH], cells[:, ROUGH], atol=1e-4)
    assert torch.allclose(together[:, FINE], cells[:, FINE], atol=1e-4)
    assert torch.allclose(together[:, HEAT], cells[:, HEAT], atol=0.05)


def test_where_networks_disagree_the_scale_of_error_grows():
    apart = [ideal_cells(HEADS_PX + off) for off in (-6.0, 0.0, 6.0)]

    alone, together = mean_cells(apart[:1]), mean_cells(apart)

    row, column = 10, 12  # at the metacorpus
    scale = [float(torch.exp(cells[0, SCALE, row, column].mean())) for cells in (alone, together)]
    assert scale[1] > 4.0 * scale[0]


def test_the_surer_network_has_more_of_a_say_in_a_keypoints_place():
    sure, unsure = ideal_cells(HEADS_PX), ideal_cells(HEADS_PX + 8.0)
    unsure[:, SCALE] = 1.0

    together = mean_cells([sure, unsure])

    off = (together[:, FINE] - sure[:, FINE])[0, :, 10, 12].abs().max()
    assert float(off) < 0.05


def test_an_ensemble_of_one_network_answers_as_it_does():
    torch.manual_seed(2)
    network = HeadNetwork().eval()
    image = torch.randint(0, 255, (128, 160), dtype=torch.uint8)

    one = CandidateGraph(network, Doubt()).eval().read(image)
    also = CandidateGraph(EnsembleNetwork([network, network]).eval(), Doubt()).eval().read(image)

    assert torch.allclose(one.heat, also.heat, atol=1e-4)
    assert torch.allclose(one.keypoints_px[0], also.keypoints_px[0], atol=0.5)


def test_heads_are_read_from_many_maps_at_once():
    other = HEADS_PX + torch.tensor([40.0, 30.0])
    nothing = torch.full((1, CHANNELS, ROWS, COLUMNS), -9.0)

    heads = heads_of(torch.cat([ideal_cells(HEADS_PX), ideal_cells(other), nothing]))

    assert torch.allclose(heads[0, 0], HEADS_PX[0], atol=0.05)
    assert torch.allclose(heads[1, 0], other[0], atol=0.05)
    assert torch.isnan(heads[2]).all()
    assert torch.isnan(heads[:2, 1:]).all()


def test_an_answer_like_the_teachers_costs_next_to_nothing_and_any_other_more():
    cells = ideal_cells(HEADS_PX)
    heat = torch.sigmoid(cells[:, HEAT][:, 0])

    costs = [float(heat_cost(said, heat)) for said in (cells, ideal_cells(HEADS_PX + 40.0))]

    assert costs[0] < 1e-6
    assert costs[1] > 0.5


class Known(torch.nn.Module):
    """Answers with a map that it was given."""

    def __init__(self, cells):
        super().__init__()
        self.said = cells

    def forward(self, shrunk):
        return self.said.expand(len(shrunk), -1, -1, -1)


@pytest.mark.parametrize("is_labelled", [True, False])
def test_a_frame_without_label_is_learned_from_its_teachers(is_labelled):
    teacher = Teacher(Known(ideal_cells(HEADS_PX)), np.array([is_labelled]))
    labels = HEADS_PX.numpy()[None] if is_labelled else np.full((1, 4, 3, 2), np.nan, np.float32)
    batch = Batch(np.zeros((1, 96, 128), np.float32), labels, [(0, 0.0, 0.0)])

    right = teacher(batch, ideal_cells(HEADS_PX))
    wrong = teacher(batch, ideal_cells(HEADS_PX + 30.0))

    assert float(right.heat) < 0.1 < float(wrong.heat)
    assert float(right.keypoints) < float(wrong.keypoints)


def test_whole_recordings_are_drawn_anew_where_there_are_enough():
    recordings = tuple("abcdefgh"[place // 5] for place in range(40))

    chance = resampled(frame_set(40, recordings), seed=3).chance

    by_recording = chance.reshape(8, 5)
    assert (by_recording == by_recording[:, :1]).all()
    assert by_recording[:, 0].sum() == 8
    assert len(set(by_recording[:, 0])) > 1


def test_single_frames_are_drawn_anew_where_there_are_few_recordings():
    chance = resampled(frame_set(40, ("a",) * 20 + ("b",) * 20), seed=3).chance

    assert chance.sum() == 40
    assert len(set(chance[:20])) > 1


def test_frames_drawn_anew_keep_their_chances_when_joined():
    own, rendered = resampled(frame_set(10), seed=1), frame_set(30)

    both = joined([own, rendered], [0.6, 0.4])

    assert both.chance[:10].sum() == pytest.approx(0.6)
    assert both.chance[10:].sum() == pytest.approx(0.4)
    assert ((both.chance[:10] == 0.0) == (own.chance == 0.0)).all()


def test_other_seeds_draw_other_frames(toys, tmp_path):
    frames = collect_frames(toys(5), 12, tmp_path, recipe="t", tell=lambda done: None)

    first, second = (resampled(frames, seed=seed).chance for seed in (1, 2))

    assert (first != second).any()

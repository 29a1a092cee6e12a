"""Foreign graphs: pictures brought to their size, answers given back in the picture's pixels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.adapters import Adapter, fit, ours, read

NAMES = ("nose", "metacorpus", "terminal_bulb")


def adapter(kind="point", **told):
    return Adapter.model_validate({"kind": kind, "size": (120, 160), "keypoints": NAMES, **told})


@given(
    rows=st.integers(30, 900),
    columns=st.integers(30, 900),
    share_x=st.floats(0.1, 0.9),
    share_y=st.floats(0.1, 0.9),
)
def test_a_place_comes_back_to_where_it_was_in_the_picture(rows, columns, share_x, share_y):
    told = adapter()
    at_px = np.array([share_x * (columns - 1), share_y * (rows - 1)])
    ratio = fit(np.zeros((rows, columns), np.uint8), told).ratio
    seen = ((at_px + 0.5) * ratio - 0.5).astype(np.float32)

    keypoints_px, _, _ = ours(read([np.tile(seen, 3)], told), told, ratio)

    assert keypoints_px[0] == pytest.approx(np.tile(at_px, (3, 1)), abs=0.01)
    assert (seen < [160, 120]).all()


def test_a_picture_keeps_its_proportions_its_channels_and_its_levels():
    picture = np.full((60, 40), 255, np.uint8)

    fitted = fit(picture, adapter(channels=3, white=1.0, mean=(0.5,), deviation=(0.25,)))

    assert fitted.tensor.shape == (1, 3, 120, 160)
    assert fitted.ratio == 2.0
    assert fitted.tensor[0, :, :, :80] == pytest.approx(2.0)
    assert fitted.tensor[0, :, :, 80:] == pytest.approx(0.0)  # grey, half of white


def test_fractions_are_of_the_graphs_own_picture():
    told = adapter(unit="fraction", keypoints=("terminal_bulb",))

    found = read([np.array([[0.5, 0.25]], np.float32)], told)

    assert found.keypoints_px.tolist() == [[[79.5, 29.5]]]


def test_a_keypoint_that_the_graph_does_not_know_lies_amid_the_others_with_no_confidence():
    told = adapter(keypoints=("", "terminal_bulb", "nose"))
    answer = read([np.array([1.0, 1.0, 30.0, 40.0, 50.0, 60.0], np.float32)], told)

    keypoints_px, confidences, confidence = ours(answer, told, 1.0)

    assert keypoints_px[0].tolist() == [[50.0, 60.0], [40.0, 50.0], [30.0, 40.0]]
    assert confidences[0].tolist() == [1.0, 0.0, 1.0]
    assert confidence.tolist() == [1.0, 0.0, 0.0, 0.0]


def blob(x_px, y_px, *, stride=4):
    rows, columns = np.indices((30, 40))
    centre = (np.array([x_px, y_px]) + 0.5) / stride - 0.5
    far2 = (columns - centre[0]) ** 2 + (rows - centre[1]) ** 2
    return np.exp(-far2 / 2.0).astype(np.float32)


def test_a_map_is_read_between_its_cells():
    places = [(37.0, 41.5), (80.2, 60.0), (121.0, 90.7)]
    maps = np.array([[blob(*place) for place in places]])

    found = read([maps], adapter("heatmaps"))

    assert found.keypoints_px[0] == pytest.approx(np.array(places), abs=0.8)
    assert found.confidence[0] > 0.8


def test_maps_that_are_no_confidences_yet_become_some():
    maps = np.full((1, 3, 30, 40), -6.0, np.float32)
    maps[0, :, 10, 20] = 4.0

    found = read([maps], adapter("heatmaps", has_sigmoid=False))

    assert found.confidences[0] == pytest.approx(1.0 / (1.0 + np.exp(-4.0)))


def test_deeplabcuts_offsets_place_a_keypoint_within_its_cell():
    maps = np.zeros((1, 3, 30, 40), np.float32)
    maps[0, :, 10, 20] = 0.9
    offsets = np.zeros((1, 6, 30, 40), np.float32)
    offsets[0, 0:2, 10, 20] = [0.1, -0.2]

    found = read([maps, offsets], adapter("heatmaps", offsets_px=7.2801))

    assert found.keypoints_px[0, 0] == pytest.approx([81.5 + 0.728, 41.5 - 1.456], abs=0.01)
    assert found.keypoints_px[0, 1] == pytest.approx([81.5, 41.5])


def test_yolos_boxes_that_overlap_are_one_animal():
    table = np.zeros((14, 5), np.float32)
    for column, (x, score) in enumerate(
        [(40, 0.9), (42, 0.8), (110, 0.7), (111, 0.95), (20, 0.01)]
    ):
        table[:5, column] = [x, 60.0, 30.0, 20.0, score]
        table[5:, column] = [x + 10.0, 60.0, 0.9, x, 60.0, 0.8, x - 10.0, 60.0, 0.7]

    told = adapter("yolo-pose")
    keypoints_px, confidences, confidence = ours(read([table[None]], told), told, 1.0)

    assert confidence[:2] == pytest.approx([0.95, 0.9])
    assert keypoints_px[1, 0] == pytest.approx([49.5, 59.5])
    assert confidences[0] == pytest.approx([0.9, 0.8, 0.7])


@pytest.mark.parametrize("kind", ["point", "heatmaps", "yolo-pose"])
def test_outputs_of_another_kind_are_refused(kind):
    with pytest.raises(ValueError, match="keypoints"):
        read([np.zeros((1, 11, 7), np.float32)], adapter(kind))

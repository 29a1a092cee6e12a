"""A heat map is hot where the head is, at any scale, and only where a model has one."""

import cv2
import numpy as np
import pytest

from hardware.sim.training_frames import training_frames
from models.adapters import Adapter
from models.contract import SHIPPED_MANIFEST, load_model
from models.evaluate import heat as heat_room
from models.evaluate.finding import open_any
from models.evaluate.heat import Heat, heat_png, open_heat
from models.train.frames import head_center_px

pytest.importorskip("onnx")


def middle_px(heat, row, column):
    """Where the middle of a cell lies in the picture."""
    x, y = heat.corner_px
    return np.array([x + (column + 0.5) * heat.cell_px[0], y + (row + 0.5) * heat.cell_px[1]])


def hottest_px(heat):
    return middle_px(heat, *np.unravel_index(heat.levels.argmax(), heat.levels.shape))


@pytest.fixture(scope="module")
def frame():
    """A picture with one animal, and its keypoints."""
    for image, animals in training_frames(4, hard=False, shape=(366, 484)):
        if len(animals) == 1 and ((animals > 60) & (animals < 300)).all():
            return image, animals[0]
    raise AssertionError


def test_the_hottest_place_is_the_heads_middle_and_is_as_hot_as_the_answer_is_sure(frame):
    image, keypoints_px = frame

    heat = open_heat("shipped")(image)

    assert np.hypot(*(hottest_px(heat) - head_center_px(keypoints_px))) < 16.0
    assert 0.0 <= heat.levels.min() < heat.levels.max() <= 1.0


def test_a_picture_shown_larger_has_its_heat_at_the_same_place(frame):
    image, keypoints_px = frame
    small = cv2.resize(image, (242, 183), interpolation=cv2.INTER_AREA)

    heat = open_heat("shipped", magnification=2.0)(small)

    at_px = (head_center_px(keypoints_px) + 0.5) / 2.0 - 0.5
    assert np.hypot(*(hottest_px(heat) - at_px)) < 8.0


def test_a_graph_by_itself_has_the_same_map_as_its_manifest(frame):
    graph = str(load_model(SHIPPED_MANIFEST).search_file)

    own, of_graph = open_heat("shipped")(frame[0]), open_heat(graph)(frame[0])

    assert np.array_equal(own.levels, of_graph.levels)
    assert open_any(graph, provider="cpu", min_confidence=0.5, um_per_px=None)[1] is None


def test_without_the_package_there_is_no_map(monkeypatch):
    monkeypatch.setattr(heat_room.importlib.util, "find_spec", lambda name: None)

    assert open_heat("shipped") is None


def test_a_drawn_map_is_clear_where_it_is_cold():
    levels = np.array([[0.0, 0.01], [0.3, 1.0]], np.float32)
    heat = Heat(levels=levels, corner_px=(-0.5, -0.5), cell_px=(8.0, 8.0))

    drawn = cv2.imdecode(np.frombuffer(heat_png(heat), np.uint8), cv2.IMREAD_UNCHANGED)

    clear = drawn[..., 3]
    assert clear[0].tolist() == [0, 0]
    assert 0 < clear[1, 0] < clear[1, 1]


def test_the_maps_of_another_tool_lie_where_its_cells_do():
    adapter = Adapter(kind="heatmaps", size=(64, 96), keypoints=("nose", ""), has_sigmoid=False)
    maps = np.full((1, 2, 8, 12), -9.0, np.float32)
    maps[0, 1, 3, 5] = 9.0  # of the second keypoint: the hottest of all counts

    heat = heat_room._theirs(lambda tensor: [maps], np.zeros((128, 192), np.uint8), adapter)

    assert heat.levels.shape == (8, 12)
    assert heat.levels.max() > 0.99
    assert hottest_px(heat) == pytest.approx([5.5 * 16.0 - 0.5, 3.5 * 16.0 - 0.5])


def test_a_graph_of_points_has_no_map(write_graph):
    graph = write_graph("graph.onnx", (32, 48))

    assert open_heat(str(graph)) is None

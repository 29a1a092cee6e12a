"""A bound graph says what the unbound one says; where a GPU is missing that is told in one line."""

from types import SimpleNamespace

import numpy as np
import pytest

from models import bound
from models.bound import ON_GPU, BoundGraph, Way, open_bound
from models.contract import REFERENCE_FILE, SHIPPED_MANIFEST, load_model
from models.errors import ProviderError
from models.providers import SHAPES, open_graph, why_no_cuda

ON_CPU = Way(name="CPU, bound", provider="CPUExecutionProvider", device="cpu")
SHAPE = (96, 128)


def picture(seed):
    return np.random.default_rng(seed).integers(0, 256, SHAPE, dtype=np.uint8)


@pytest.mark.parametrize("file", [REFERENCE_FILE, load_model(SHIPPED_MANIFEST).search_file])
def test_picture_after_picture_it_says_what_the_unbound_graph_says(file):
    graph, other = open_bound(file, ON_CPU, SHAPE), open_graph(file, "cpu")

    for seed in range(3):
        one, two = graph.ask(picture(seed)), other.ask(picture(seed))
        assert one.keypoints_px == pytest.approx(two.keypoints_px, abs=1e-3)
        assert one.count == two.count
    assert graph.provider == "CPU, bound"


class Value:
    """Memory of a card that is not there: it only keeps what is written to it."""

    def __init__(self, shape, kind, device):
        self.array, self.device = np.zeros(shape, kind), device

    def update_inplace(self, array):
        self.array[...] = array

    def numpy(self):
        return self.array.copy()


class Session:
    """A session that answers with the picture's mean, and counts how often it was run."""

    def __init__(self):
        self.bound, self.runs = {}, 0

    def get_outputs(self):
        names = [*SHAPES, "something else"]
        kinds = ["tensor(int64)" if name == "count" else "tensor(float)" for name in names]
        return [
            SimpleNamespace(name=one, type=kind) for one, kind in zip(names, kinds, strict=True)
        ]

    def io_binding(self):
        return self

    def bind_ortvalue_input(self, name, value):
        self.bound[name] = value

    bind_ortvalue_output = bind_ortvalue_input

    def run_with_iobinding(self, binding):
        self.runs += 1
        if self.runs == 3:
            raise RuntimeError("out of\nmemory")
        self.bound["confidence"].array[:] = self.bound["image"].array.mean()
        self.bound["count"].array[...] = 1


@pytest.fixture
def session(monkeypatch):
    monkeypatch.setattr(bound, "_value", Value)
    return Session()


def test_on_a_card_every_place_is_made_once_and_kept(session):
    graph = BoundGraph(session, ON_GPU[1], SHAPE)
    places = {name: id(value) for name, value in session.bound.items()}

    answers = [graph.ask(np.full(SHAPE, level, np.uint8)) for level in (10, 20)]

    assert {name: id(value) for name, value in session.bound.items()} == places
    assert set(places) == {"image", *SHAPES}
    assert {value.device for value in session.bound.values()} == {"cuda"}
    assert [answer.confidence[0] for answer in answers] == [10.0, 20.0]


def test_a_run_that_fails_is_one_line_that_names_the_way(session):
    graph = BoundGraph(session, ON_GPU[0], SHAPE)
    session.runs = 2

    with pytest.raises(ProviderError, match="CUDA, bound: failed: out of memory"):
        graph.ask(picture(0))


@pytest.mark.skipif(why_no_cuda() is None, reason="this machine has a GPU")
@pytest.mark.parametrize("way", ON_GPU, ids=lambda way: way.name)
def test_without_a_gpu_each_way_is_refused_and_never_replaced(way, capfd):
    with pytest.raises(ProviderError, match=f"{way.name}: cannot be had"):
        open_bound(REFERENCE_FILE, way, SHAPE)

    assert capfd.readouterr().err == ""

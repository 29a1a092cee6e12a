"""The bench of detection: which rows there are, and what is refused."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from models.contract import load_named_model
from models.errors import ProviderError
from tracker.bench import detect
from tracker.bench.detect import DetectBench, Latency, bench_detect, table
from tracker.commands.main import main
from tracker.statistics import spread


@pytest.fixture
def without_gpu(monkeypatch):
    monkeypatch.setattr(detect, "why_no_cuda", lambda: "no NVIDIA driver here")


def latency(milliseconds, shape=(256, 256), provider="CPUExecutionProvider"):
    took_s = milliseconds / 1e3
    return Latency(
        graph="track",
        provider=provider,
        shape=shape,
        least_s=took_s,
        took_s=spread([took_s]),
        reference_s=spread([took_s / 2]),
        ratio=2.0,
    )


def test_each_size_is_searched_and_the_crop_is_tracked(without_gpu):
    bench = bench_detect(load_named_model("shipped"), shapes=[(64, 96)], count=2)

    rows = [(one.graph, one.shape, one.provider) for one in bench.latencies]
    assert rows == [
        ("search", (64, 96), "CPUExecutionProvider"),
        ("track", (256, 256), "CPUExecutionProvider"),
    ]
    assert all(0.0 < one.least_s <= one.took_s["p50"] for one in bench.latencies)


def test_where_no_gpu_answers_the_table_says_why(without_gpu):
    bench = DetectBench(model="m", latencies=[latency(0.5)], without_cuda="no NVIDIA driver here")

    assert table(bench).splitlines()[-1] == "no GPU: no NVIDIA driver here"


def test_only_one_cpu_core_is_held_to_the_goals():
    assert latency(0.9).is_over_goal
    assert not latency(0.7).is_over_goal
    assert not latency(0.9, shape=(300, 300)).is_over_goal


def test_a_gpu_is_held_to_its_99th_percentile():
    assert not latency(0.9, provider="CUDA, graph").is_over_goal
    assert latency(1.1, provider="CUDA, graph").is_over_goal
    assert "goal 1 ms: missed" in table(
        DetectBench(model="m", latencies=[latency(1.1, provider="TensorRT")], without_cuda=None)
    )


def test_on_a_gpu_the_quicker_ways_have_rows_and_what_is_lacking_is_told(monkeypatch):
    def opened(file, way, *how):
        name = getattr(way, "name", way)
        if name == "TensorRT":
            raise ProviderError("TensorRT: cannot be had: no libnvinfer")
        return SimpleNamespace(provider=name, ask=lambda image: None)

    monkeypatch.setattr(detect, "why_no_cuda", lambda: None)
    monkeypatch.setattr(detect, "open_graph", opened)
    monkeypatch.setattr(detect, "open_bound", opened)

    bench = bench_detect(load_named_model("shipped"), shapes=[(64, 96)], count=1)

    assert [one.provider for one in bench.latencies] == [
        *["cpu"] * 2,
        *["cuda"] * 2,
        *["CUDA, bound"] * 2,
        *["CUDA, graph"] * 2,
    ]
    assert "track 256 x 256: TensorRT: cannot be had: no libnvinfer" in table(bench).splitlines()


def test_json_has_the_same_rows(without_gpu, capsys):
    assert main(["bench", "detect", "--size", "64x64", "--count", "1", "--json"]) == 0

    told = json.loads(capsys.readouterr().out)
    assert [one["graph"] for one in told["latencies"]] == ["search", "track"]
    assert np.isfinite([one["ratio"] for one in told["latencies"]]).all()


def test_a_size_that_is_none_is_refused_by_name(capsys):
    with pytest.raises(SystemExit):
        main(["bench", "detect", "--size", "big"])

    assert "--size: expected ROWSxCOLUMNS" in capsys.readouterr().err

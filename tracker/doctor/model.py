"""Does the model load, and how long does it think?"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from models.errors import ModelError
from tracker.doctor.case import Case, needed
from tracker.doctor.finding import Finding, fault_of, ok, warning

_WARM_UP_RUNS = 10
_RUNS = 50


@dataclass(frozen=True, slots=True)
class Latency:
    """Of the runs of one graph."""

    median_s: float
    p99_s: float

    def __str__(self) -> str:
        return f"{self.median_s * 1e3:.1f} ms (p99 {self.p99_s * 1e3:.1f})"


def examine(case: Case) -> list[Finding]:
    """Run both graphs on noise: what is in a picture alters nothing of the time."""
    told = case.config.detector
    need = needed(case)
    try:
        from models.contract import load_named_model
        from models.providers import Graph, open_graph

        model = load_named_model(told.model)
        manifest = model.manifest
        search = open_graph(model.search_file, told.provider, manifest.search.adapter)
        track = open_graph(model.track_file, told.provider, manifest.track.adapter)

        def timed(graph: Graph, shape: tuple[int, int]) -> Latency:
            picture = np.random.default_rng(1).integers(0, 255, shape, np.uint8)
            times_s: list[float] = []
            for _ in range(_WARM_UP_RUNS + _RUNS):
                asked_s = time.perf_counter()
                graph.ask(picture)
                times_s.append(time.perf_counter() - asked_s)
            median_s, p99_s = np.percentile(times_s[_WARM_UP_RUNS:], [50, 99])
            return Latency(float(median_s), float(p99_s))

        shape = search.input_shape
        whole = (shape[0] or need.rows, shape[1] or need.columns)
        name = f"{manifest.name} {manifest.version}"
        found = judge(name, timed(search, whole), timed(track, model.track_shape), need.rate_hz)
    except (ImportError, ModelError) as error:
        return [fault_of(error, "detector.model: name a manifest, or shipped")]
    return [found]


def judge(name: str, search: Latency, track: Latency, rate_hz: float) -> Finding:
    """Judge latencies against the camera's rate.

    >>> quick, slow = Latency(0.001, 0.002), Latency(0.03, 0.05)
    >>> judge("n 1", quick, quick, 40.0).verdict, judge("n 1", slow, slow, 40.0).verdict
    ('ok', 'warning')
    """
    says = f"{name}: whole picture {search}, near the head {track}"
    facts = {
        "search_median_s": search.median_s,
        "search_p99_s": search.p99_s,
        "track_median_s": track.median_s,
        "track_p99_s": track.p99_s,
    }
    period_s = 1.0 / rate_hz
    if track.median_s > period_s / 2.0:
        return warning(
            f"{says}: too slow for {rate_hz:.0f} frames/s, frames will be passed over",
            "use a GPU (detector.provider), close what else runs, or lower the camera's rate",
            **facts,
        )
    if track.p99_s > period_s:
        return warning(f"{says}: now and then longer than a frame", "close what else runs", **facts)
    return ok(says, **facts)

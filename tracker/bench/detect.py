"""Detection on the bench: a model's graphs beside the reference network, by device and size.

Each run of a graph has one of the reference network just after it, on the same picture and the
same device, so that their ratio says the same on a busy computer as on an idle one. On a GPU each
graph is run as the loop runs it, and then in the quicker ways of `models.bound`.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from models.bound import ON_GPU, open_bound
from models.contract import REFERENCE_FILE, GraphEntry, Model
from models.detection import GreyImage
from models.errors import ProviderError
from models.providers import Answer, Provider, open_graph, why_no_cuda
from tracker.statistics import Spread, spread

_WARMING_UP = 20  # the first runs are slow, steady after five
WHOLE_FRAME = (732, 968)
# What is expected of one CPU core, from the project's own measurements.
GOALS_S = {WHOLE_FRAME: 0.004, (256, 256): 0.0008}
GPU_GOAL_S = 0.001  # p99, in the quickest way
_ON_CPU = "CPUExecutionProvider"


class Asked(Protocol):
    """A graph, however it is run."""

    @property
    def provider(self) -> str:
        """Where it runs, and how."""
        ...

    def ask(self, image: GreyImage) -> Answer:
        """Run it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """How long a graph takes for a picture of (rows, columns) where it really runs."""

    graph: str
    provider: str
    shape: tuple[int, int]
    least_s: float  # what it takes where nothing disturbs it
    took_s: Spread
    reference_s: Spread
    ratio: float  # to the reference network's, median of the pairs

    @property
    def is_over_goal(self) -> bool:
        """Whether it takes longer than it should: the median on one CPU core, p99 on a GPU."""
        return self._judged_s > self.goal_s

    @property
    def goal_s(self) -> float:
        """How long it should take at most; infinite where nothing is asked."""
        if self.provider == _ON_CPU:
            return GOALS_S.get(self.shape, float("inf"))
        return GPU_GOAL_S

    @property
    def _judged_s(self) -> float:
        return self.took_s["p50" if self.provider == _ON_CPU else "p99"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectBench:
    """All that was measured; `without_cuda` says why there is no row of a GPU.

    `lacking` are the ways of running on a GPU that could not be had, each with its reason.
    """

    model: str
    latencies: Sequence[Latency]
    without_cuda: str | None
    lacking: Sequence[str] = ()

    def plain(self) -> dict[str, object]:
        """Return everything as JSON's values."""
        return asdict(self)


def bench_detect(model: Model, *, shapes: Sequence[tuple[int, int]], count: int) -> DetectBench:
    """Time the search graph on pictures of these (rows, columns), the track graph on its crop.

    Raises:
        ModelFileError: a graph is none, or breaks the contract.
        ProviderError: a graph failed, as it does on a picture of a size that it does not take.
    """
    without_cuda = why_no_cuda()
    providers: list[Provider] = ["cpu"] if without_cuda else ["cpu", "cuda"]
    manifest = model.manifest
    asked = [("search", model.search_file, manifest.search, shape) for shape in shapes]
    asked.append(("track", model.track_file, manifest.track, model.track_shape))
    latencies: list[Latency] = []
    for provider in providers:
        reference = open_graph(REFERENCE_FILE, provider)
        for name, file, entry, shape in asked:
            graph = open_graph(file, provider, entry.adapter)
            latencies.append(_latency(name, graph, reference, shape, count))
    lacking: list[str] = []
    if without_cuda is None:
        lacking = _measure_bound(asked, count, latencies)
    return DetectBench(
        model=f"{manifest.name} {manifest.version}",
        latencies=latencies,
        without_cuda=without_cuda,
        lacking=lacking,
    )


def _measure_bound(
    asked: Sequence[tuple[str, Path, GraphEntry, tuple[int, int]]],
    count: int,
    latencies: list[Latency],
) -> list[str]:
    """Add the quicker ways of a GPU, and return what of them cannot be had."""
    lacking: list[str] = []
    for way in ON_GPU:
        for name, file, entry, shape in asked:
            if entry.adapter is not None:  # it is asked by its adapter, which binds nothing
                continue
            try:
                graph = open_bound(file, way, shape)
                reference = open_bound(REFERENCE_FILE, way, shape)
                latencies.append(_latency(name, graph, reference, shape, count))
            except ProviderError as error:
                lacking.append(f"{name} {shape[0]} x {shape[1]}: {error}")
    return lacking


def _latency(
    name: str, graph: Asked, reference: Asked, shape: tuple[int, int], count: int
) -> Latency:
    image = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    pairs_s = np.array(
        [(_took_s(graph, image), _took_s(reference, image)) for _ in range(_WARMING_UP + count)]
    )[_WARMING_UP:]
    return Latency(
        graph=name,
        provider=graph.provider,
        shape=shape,
        least_s=float(pairs_s[:, 0].min()),
        took_s=spread(pairs_s[:, 0]),
        reference_s=spread(pairs_s[:, 1]),
        ratio=float(np.median(pairs_s[:, 0] / pairs_s[:, 1])),
    )


def _took_s(graph: Asked, image: GreyImage) -> float:
    begins_s = time.perf_counter()
    graph.ask(image)
    return time.perf_counter() - begins_s


def table(bench: DetectBench) -> str:
    """Return the figures for people, a line a graph and size; times in milliseconds."""
    lines = [
        f"{bench.model}, times in ms, one thread",
        f"{'graph':7} {'rows x columns':>14}  {'device':11} {'least':>6} {'median':>7} {'p99':>7}  "
        f"{'reference':>9} {'ratio':>6}",
    ]
    for one in bench.latencies:
        rows, columns = one.shape
        device = one.provider.removesuffix("ExecutionProvider")
        goal = f"  goal {1e3 * one.goal_s:g} ms: missed" if one.is_over_goal else ""
        lines.append(
            f"{one.graph:7} {f'{rows} x {columns}':>14}  {device:11} "
            f"{1e3 * one.least_s:6.2f} "
            f"{1e3 * one.took_s['p50']:7.2f} {1e3 * one.took_s['p99']:7.2f}  "
            f"{1e3 * one.reference_s['p50']:9.2f} {one.ratio:6.2f}{goal}"
        )
    lines += bench.lacking
    if bench.without_cuda:
        lines.append(f"no GPU: {bench.without_cuda}")
    return "\n".join(lines)

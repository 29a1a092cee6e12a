"""Detection on the bench: a model's graphs beside the reference network, by device and size.

Each run of a graph has one of the reference network just after it, on the same picture and the
same device, so that their ratio says the same on a busy computer as on an idle one.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from models.contract import REFERENCE_FILE, Model
from models.detection import GreyImage
from models.providers import Graph, Provider, open_graph, why_no_cuda
from tracker.statistics import Spread, spread

_WARMING_UP = 20  # the first runs are slow, steady after five
WHOLE_FRAME = (732, 968)
# What is expected of one CPU core, from the project's own measurements.
GOALS_S = {WHOLE_FRAME: 0.004, (256, 256): 0.0008}
_ON_CPU = "CPUExecutionProvider"


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
        """Whether one CPU core takes longer than it should."""
        goal_s = GOALS_S.get(self.shape, float("inf"))
        return self.provider == _ON_CPU and self.took_s["p50"] > goal_s


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectBench:
    """All that was measured; `without_cuda` says why there is no row of a GPU."""

    model: str
    latencies: Sequence[Latency]
    without_cuda: str | None

    def plain(self) -> dict[str, object]:
        """Return everything as JSON's values."""
        return asdict(self)


def bench_detect(model: Model, *, shapes: Sequence[tuple[int, int]], count: int) -> DetectBench:
    """Time the search graph on pictures of these (rows, columns), the track graph on its crop.

    Raises:
        ModelFileError: a graph is none, or breaks the contract.
        ProviderError: a graph failed, as it does on a picture of a size that it does not take.
    """
    lacking = why_no_cuda()
    providers: list[Provider] = ["cpu"] if lacking else ["cpu", "cuda"]
    latencies: list[Latency] = []
    for provider in providers:
        reference = open_graph(REFERENCE_FILE, provider)
        manifest = model.manifest
        search = open_graph(model.search_file, provider, manifest.search.adapter)
        track = open_graph(model.track_file, provider, manifest.track.adapter)
        asked = [("search", search, shape) for shape in shapes]
        for name, graph, shape in [*asked, ("track", track, model.track_shape)]:
            latencies.append(_latency(name, graph, reference, shape, count))
    name = f"{model.manifest.name} {model.manifest.version}"
    return DetectBench(model=name, latencies=latencies, without_cuda=lacking)


def _latency(
    name: str, graph: Graph, reference: Graph, shape: tuple[int, int], count: int
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


def _took_s(graph: Graph, image: GreyImage) -> float:
    begins_s = time.perf_counter()
    graph.ask(image)
    return time.perf_counter() - begins_s


def table(bench: DetectBench) -> str:
    """Return the figures for people, a line a graph and size; times in milliseconds."""
    lines = [
        f"{bench.model}, times in ms, one thread",
        f"{'graph':7} {'rows x columns':>14}  {'device':7} {'least':>6} {'median':>7} {'p99':>7}  "
        f"{'reference':>9} {'ratio':>6}",
    ]
    for one in bench.latencies:
        rows, columns = one.shape
        device = one.provider.removesuffix("ExecutionProvider")
        goal = f"  goal {1e3 * GOALS_S[one.shape]:g} ms: missed" if one.is_over_goal else ""
        lines.append(
            f"{one.graph:7} {f'{rows} x {columns}':>14}  {device:7} "
            f"{1e3 * one.least_s:6.2f} "
            f"{1e3 * one.took_s['p50']:7.2f} {1e3 * one.took_s['p99']:7.2f}  "
            f"{1e3 * one.reference_s['p50']:9.2f} {one.ratio:6.2f}{goal}"
        )
    if bench.without_cuda:
        lines.append(f"no GPU: {bench.without_cuda}")
    return "\n".join(lines)

"""The scale at which a model does best: pictures are shown to it larger or smaller.

A graph of a fixed size brings every picture to that size: to such a one a picture is shown on a
canvas of its own size, so that an animal really is so many pixels long to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from models.contract import Manifest
from models.detection import Candidate, Detector, GreyImage, Pixel
from models.evaluate.comparing import compare
from models.evaluate.evaluation import Evaluation
from models.evaluate.measures import Measures


@dataclass(frozen=True, slots=True)
class Shown:
    """Fulfils `models.detection.Detector` over another one that sees pictures `magnified`.

    With a `canvas` (rows, columns) it sees the picture's middle on it, its border carried on.
    """

    detector: Detector
    magnified: float
    canvas: tuple[int, int] | None = None

    def detect(self, image: GreyImage, *, near_px: Pixel | None = None) -> Sequence[Candidate]:
        """Return up to four animals, surest first, in pixels of the image."""
        rows, columns = (max(1, round(side * self.magnified)) for side in image.shape)
        way = cv2.INTER_CUBIC if self.magnified > 1.0 else cv2.INTER_AREA
        shown = np.asarray(cv2.resize(image, (columns, rows), interpolation=way), np.uint8)
        ratio = np.array([columns / image.shape[1], rows / image.shape[0]])
        shift = np.zeros(2)
        if self.canvas is not None:
            shown, shift = _on_canvas(shown, self.canvas)
        return [
            replace(
                one,
                keypoints_px=(one.keypoints_px - shift + 0.5) / ratio - 0.5,
                expected_errors_px=one.expected_errors_px / float(ratio.mean()),
            )
            for one in self.detector.detect(shown)
        ]


def _on_canvas(image: GreyImage, canvas: tuple[int, int]) -> tuple[GreyImage, Pixel]:
    """Return the middle of a picture on a canvas, and what was added to its places, x first."""
    before = [(wanted - side) // 2 for wanted, side in zip(canvas, image.shape, strict=True)]
    top, left = before
    cut = image[max(0, -top) :, max(0, -left) :][: canvas[0], : canvas[1]]
    above, aside = max(0, top), max(0, left)
    framed = cv2.copyMakeBorder(
        cut,
        above,
        canvas[0] - cut.shape[0] - above,
        aside,
        canvas[1] - cut.shape[1] - aside,
        cv2.BORDER_REPLICATE,
    )
    return np.asarray(framed, np.uint8), np.array([left, top], np.float64)


def at_scales(
    opened: Mapping[str, tuple[Detector, Manifest | None]], scales: Sequence[float]
) -> dict[str, Detector]:
    """Return every model at every scale, by `name_at`."""
    shown: dict[str, Detector] = {}
    for name, (detector, manifest) in opened.items():
        adapter = None if manifest is None else manifest.search.adapter
        for scale in scales:
            canvas = None if adapter is None else adapter.size
            shown[name_at(name, scale)] = Shown(detector, scale, canvas)
    return shown


def name_at(name: str, scale: float) -> str:
    """Return what a model at a scale is called.

    >>> name_at("shipped", 2.5)
    'shipped x2.5'
    """
    return f"{name} x{scale:g}"


def best_of(evaluation: Evaluation, models: Sequence[str], scales: Sequence[float]) -> Evaluation:
    """Return the evaluation with each model at the scale alone at which it found most heads.

    Of two that found as many the one whose median error is less.
    """

    def worth(name: str) -> tuple[float, float]:
        found: Measures = evaluation.measures[name]
        return found.within_half_length.part, -np.nan_to_num(found.px.median, nan=np.inf)

    best = [max((name_at(one, scale) for scale in scales), key=worth) for one in models]
    judged = {name: evaluation.judged[name] for name in best}
    first = judged[best[0]]
    return replace(
        evaluation,
        judged=judged,
        measures={name: evaluation.measures[name] for name in best},
        comparisons={name: compare(first, judged[name]) for name in best[1:]},
    )


def scale_rows(
    evaluation: Evaluation,
    models: Sequence[str],
    scales: Sequence[float],
    words: Callable[[Measures], str],
) -> list[list[str]]:
    """Return a row a scale, a column a model, as `words` say its figures."""
    return [
        [f"x{scale:g}", *(words(evaluation.measures[name_at(one, scale)]) for one in models)]
        for scale in scales
    ]

"""The eye at work: the graphs of a model, asked for one frame at a time."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import cv2
import numpy as np

from models.contract import Model, load_named_model
from models.detection import Candidate, GreyImage, Pixel
from models.errors import ModelError, ModelFileError
from models.providers import Answer, Graph, Provider, open_graph

_logger = logging.getLogger(__name__)
_WARM_UP_RUNS = 20  # the first run is slow, steady after five
_WARM_UP_SHAPE = (732, 968)
# Crops start at multiples of this where they can: then crop and whole frame fall on the same
# cells of our networks, and say the same of the same head.
_CROP_STEP_PX = 64
_LEAST_SIDE_PX = 64  # smaller pictures are framed before they are searched


class OnnxDetector:
    """A model's two graphs behind `models.detection.Detector`. For one thread."""

    def __init__(self, model: Model, *, search: Graph, track: Graph, min_confidence: float) -> None:
        self.model = model
        self.min_confidence = min_confidence
        self._search = search
        self._track = track

    @property
    def provider(self) -> str:
        """Where the graphs really run, as ONNX Runtime names it."""
        return self._track.provider

    def detect(self, image: GreyImage, *, near_px: Pixel | None = None) -> Sequence[Candidate]:
        """Return up to four animals, surest first, in pixels of the image.

        With `near_px` the crop around it is asked first, and the whole image where the crop
        shows no head surely.

        Raises:
            ModelError: the image is not (rows, columns) uint8, or a graph failed.
        """
        if image.ndim != 2 or image.dtype != np.uint8:
            raise ModelError(
                f"a detector takes grey images, (rows, columns) uint8: got {image.dtype}"
                f" {image.shape}"
            )
        if near_px is not None and np.isfinite(near_px).all() and self._fits_crop(image):
            found = self._look_near(image, near_px)
            if found:
                return found
        return self._look_everywhere(image)

    def warm_up(self) -> None:
        """Run both graphs until their times are steady."""
        picture = np.full(_WARM_UP_SHAPE, 128, np.uint8)
        for _ in range(_WARM_UP_RUNS):
            self._search.ask(picture)
            self._track.ask(np.full(self.model.track_shape, 128, np.uint8))

    def _fits_crop(self, image: GreyImage) -> bool:
        rows, columns = self.model.track_shape
        return image.shape[0] >= rows and image.shape[1] >= columns

    def _look_near(self, image: GreyImage, near_px: Pixel) -> list[Candidate]:
        rows, columns = self.model.track_shape
        left = _crop_start(float(near_px[0]), columns, image.shape[1])
        top = _crop_start(float(near_px[1]), rows, image.shape[0])
        crop = image[top : top + rows, left : left + columns]
        answer = self._track.ask(crop)
        origin_px = np.array([left, top], np.float64)
        return candidates_of(answer, min_confidence=self.min_confidence, origin_px=origin_px)

    def _look_everywhere(self, image: GreyImage) -> list[Candidate]:
        return candidates_of(self._search.ask(padded(image)), min_confidence=self.min_confidence)


def candidates_of(
    answer: Answer, *, min_confidence: float, origin_px: Pixel | None = None
) -> list[Candidate]:
    """Return the candidates of an answer that are sure enough; `origin_px` is the crop's corner."""
    shift_px = np.zeros(2) if origin_px is None else origin_px
    return [
        Candidate(
            keypoints_px=answer.keypoints_px[row] + shift_px,
            confidences=answer.confidences[row],
            confidence=float(answer.confidence[row]),
            expected_errors_px=answer.expected_errors_px[row],
        )
        for row in range(answer.count)
        if answer.confidence[row] >= min_confidence
    ]


def padded(image: GreyImage) -> GreyImage:
    """Return a picture that is large enough to be searched, framed below and to the right."""
    below = max(_LEAST_SIDE_PX - image.shape[0], 0)
    right = max(_LEAST_SIDE_PX - image.shape[1], 0)
    if not (below or right):
        return image
    framed = cv2.copyMakeBorder(image, 0, below, 0, right, cv2.BORDER_REPLICATE)
    return np.asarray(framed, np.uint8)


def open_detector(model: str, provider: Provider, min_confidence: float) -> OnnxDetector:
    """Open a model by its manifest's path, or the `shipped` one, warmed up and ready.

    Raises:
        ModelFileError: the model is missing, corrupt, or breaks the contract.
        ProviderError: the device asked for by name is not to be had.
    """
    opened = load_named_model(model)
    search = open_graph(opened.search_file, provider, opened.manifest.search.adapter)
    track = open_graph(opened.track_file, provider, opened.manifest.track.adapter)
    for graph, file, shape in (
        (search, opened.search_file, (None, None)),
        (track, opened.track_file, opened.track_shape),
    ):
        if not _takes(graph, shape):
            raise ModelFileError(
                f"{file}: takes images of {graph.input_shape}, the manifest says {shape}"
                " (None: any number)"
            )
    detector = OnnxDetector(opened, search=search, track=track, min_confidence=min_confidence)
    detector.warm_up()
    manifest = opened.manifest
    _logger.info(
        "detector_opened model=%s version=%s provider=%s",
        manifest.name,
        manifest.version,
        detector.provider,
    )
    return detector


def _takes(graph: Graph, shape: tuple[int | None, int | None]) -> bool:
    pairs = zip(graph.input_shape, shape, strict=True)
    return all(own is None or own == wanted for own, wanted in pairs)


def _crop_start(at_px: float, size_px: int, image_px: int) -> int:
    """Return the crop's first row or column: about `at_px`, on the grid, inside the image."""
    step_px = max(1, min(_CROP_STEP_PX, size_px // 4))
    start_px = step_px * round((at_px - size_px / 2.0) / step_px)
    return min(max(start_px, 0), image_px - size_px)

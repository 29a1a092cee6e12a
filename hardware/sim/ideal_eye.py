"""What an eye would answer that knows the truth, spoilt as the scenario says.

Noise on every keypoint, frames without an answer, outliers, and the other ends of the animals:
a tail looks like a head to some degree. Each frame draws from its own seed, so that what is seen
of a head does not depend on what was done before.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from hardware.sim.anatomy import keypoints_um
from hardware.sim.calibration import true_calibration
from hardware.sim.scenario import AnyDirt, PlateDirt
from hardware.sim.world import World
from hardware.sim.worm import Animal, Midline
from hardware.stepped import Glimpse
from hardware.types import Vec2

_HEAD_CONFIDENCE, _CONFIDENCE_SPREAD = 0.95, 0.02
_OUTLIER_CONFIDENCE = 0.7
_DRAWS = 9  # for one look: the noise of three points and of their confidences
_MOST_SIGMAS = 10.0
_DIRT_UM = np.array([[70.0, 0.0], [20.0, 0.0], [-60.0, 0.0]])  # a head that lies along x


class IdealEye:
    """Answers from the truth of a world."""

    def __init__(self, world: World, seed: int) -> None:
        scenario = world.scenario
        calibration = true_calibration(scenario)
        self._world = world
        self._seed = seed
        self._noise = scenario.detections
        self._stage_from_image = calibration.stage_from_image_um_per_px
        self._image_from_stage = np.linalg.inv(self._stage_from_image)
        self._target_px = calibration.target_px
        self._last_x_px, self._last_y_px = scenario.camera.columns - 1.0, scenario.camera.rows - 1.0
        self._far_um = self._farthest_um()

    def look(self, frame_index: int, t_s: float, stage_um: Vec2) -> list[Glimpse]:
        """Return what is seen of every animal in view at mid-exposure, surest first."""
        draw = np.random.default_rng((self._seed, frame_index))
        glimpses: list[Glimpse] = []
        is_blind = self._world.is_blind(t_s)
        if self._world.tracked is None and not is_blind:  # a recorded video has no midline
            video_um = self._world.keypoints_um(t_s)
            glimpses += self._see(video_um, stage_um, _HEAD_CONFIDENCE, draw)
        for animal in self._world.animals:
            if not (is_blind and animal is self._world.tracked):
                glimpses += self._animal(animal, t_s, stage_um, draw)
        for dirt in self._noise.dirt:
            points_um = self._dirt_um(dirt, stage_um)
            glimpses += self._see(points_um, stage_um, dirt.confidence, draw)
        return sorted(glimpses, key=lambda glimpse: -glimpse.confidence)

    def _dirt_um(self, dirt: AnyDirt, stage_um: Vec2) -> NDArray[np.float64]:
        """Place three points of a speck on the plate, as long as a head."""
        if isinstance(dirt, PlateDirt):
            return np.array(dirt.at_um) + _DIRT_UM
        off_px = np.array(dirt.at_px) - self._target_px
        return stage_um + self._stage_from_image @ off_px + _DIRT_UM

    def _animal(
        self, animal: Animal, t_s: float, stage_um: Vec2, draw: np.random.Generator
    ) -> list[Glimpse]:
        """Return head and tail of an animal, and now and then a speck beside it."""
        is_missed = draw.random() < self._noise.miss_fraction
        is_outlier = draw.random() < self._noise.outlier_fraction
        midline_um = animal.midline_um(t_s)
        if self._is_far(midline_um, animal.length_um, stage_um):
            _draw_in_vain(draw, is_missed=is_missed, is_outlier=is_outlier)
            return []
        head_um, tail_um = keypoints_um(midline_um), keypoints_um(midline_um[::-1])
        glimpses = self._see(tail_um, stage_um, self._noise.tail_confidence, draw)
        if not is_missed:
            glimpses += self._see(head_um, stage_um, _HEAD_CONFIDENCE, draw)
        if is_outlier:
            turn_rad = draw.uniform(0.0, 2.0 * math.pi)
            aside_px = self._noise.outlier_px * np.array([math.cos(turn_rad), math.sin(turn_rad)])
            speck_um = head_um + self._stage_from_image @ aside_px
            glimpses += self._see(speck_um, stage_um, _OUTLIER_CONFIDENCE, draw)
        return glimpses

    def _see(
        self,
        points_um: NDArray[np.float64],
        stage_um: Vec2,
        confidence: float,
        draw: np.random.Generator,
    ) -> list[Glimpse]:
        """Return three keypoints as they are seen; nothing if one is out of the picture."""
        points_px = self._target_px + (points_um - stage_um) @ self._image_from_stage.T
        points_px += draw.normal(0.0, self._noise.noise_px, (3, 2))
        confidences = confidence + draw.normal(0.0, _CONFIDENCE_SPREAD, 3)
        if not self._is_in_picture(points_px):
            return []
        confidences = np.minimum(np.maximum(confidences, 0.01), 0.999)
        return [
            Glimpse(
                keypoints_px=points_px,
                confidences=confidences,
                confidence=float(confidences.mean()),
            )
        ]

    def _farthest_um(self) -> float:
        """Return how far from the stage's place something may be that is seen in the picture."""
        x_px, y_px = self._target_px.tolist()
        corner_px = math.hypot(max(x_px, self._last_x_px - x_px), max(y_px, self._last_y_px - y_px))
        astray_px = self._noise.outlier_px + _MOST_SIGMAS * self._noise.noise_px
        most_um_per_px = float(np.linalg.norm(self._stage_from_image, 2))
        return most_um_per_px * (corner_px + astray_px)

    def _is_far(self, midline_um: Midline, length_um: float, stage_um: Vec2) -> bool:
        """Say whether an animal is so far off that nothing of it can be in the picture."""
        middle_um = midline_um[len(midline_um) // 2].tolist()
        return math.dist(middle_um, stage_um) > self._far_um + length_um

    def _is_in_picture(self, points_px: NDArray[np.float64]) -> bool:
        return all(
            0.0 <= x_px <= self._last_x_px and 0.0 <= y_px <= self._last_y_px
            for x_px, y_px in points_px.tolist()
        )


def _draw_in_vain(draw: np.random.Generator, *, is_missed: bool, is_outlier: bool) -> None:
    """Draw what an animal in view would have drawn: what the next one draws depends on it."""
    draw.standard_normal(_DRAWS if is_missed else 2 * _DRAWS)
    if is_outlier:
        draw.uniform()
        draw.standard_normal(_DRAWS)

"""Plate, animals and lens become a picture: first all that takes time, then the last moment.

`prepare` draws plate and animals ahead of time, with a margin, on the plate's own pixels; so it
does not matter to a hair where the stage will be. `finish` shifts by less than a pixel, lets
the lamp shine and adds the camera's noise. A picture made at once is the two in a row.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hardware.sim.anatomy import MIDLINE_POINTS, half_width_um
from hardware.sim.bending import COARSE_PX, add_body
from hardware.sim.body import BodyTexture
from hardware.sim.calibration import true_calibration
from hardware.sim.defocus import Defocus
from hardware.sim.illumination import illumination
from hardware.sim.kernels import line_kernel, slant_kernel
from hardware.sim.noise import Layer, NoiseBank
from hardware.sim.plate import Plate
from hardware.sim.scenario import Scenario
from hardware.sim.shadow import add_shadow
from hardware.sim.shift import Canvas, seen_at
from hardware.sim.smear import add_smear
from hardware.types import GreyImage, Vec2

MARGIN_PX = 36  # how far the stage may stand from where it was expected
_EDGE_PX = 12  # drawn beyond that, so that blurs find something to blur
_SHARP_PX = 0.5  # motion during the exposure that nobody sees
_FRACTIONS = np.linspace(0.0, 1.0, MIDLINE_POINTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """One animal to be drawn.

    `midline_um` is where it is at mid-exposure, `motion_um` how far each point of it moves over
    the plate during the exposure, both (49, 2). A hidden one lies under a smear.
    """

    texture: BodyTexture
    length_um: float
    midline_um: NDArray[np.float64]
    motion_um: NDArray[np.float64]
    is_hidden: bool = False


class Scenery:
    """The plate of a scenario under its lens and camera; animals are handed in."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self.shape = (scenario.camera.rows, scenario.camera.columns)
        self._optics = scenario.optics
        self._exposure_s = scenario.camera.exposure_s
        calibration = true_calibration(scenario)
        self._target_px = calibration.target_px
        self._image_from_stage = np.linalg.inv(calibration.stage_from_image_um_per_px)
        self._defocus = Defocus(scenario)
        self._plate = Plate(scenario, seed)
        self._lamp = illumination(scenario.optics, self.shape)
        self._noise = NoiseBank(seed, self.shape, sigma_grey=scenario.optics.noise_grey)

    def prepare(
        self,
        sights: Sequence[Sight],
        expected_stage_um: Vec2,
        *,
        stage_velocity_um_s: Vec2 | None = None,
        focus_um: float = 0.0,
    ) -> Canvas:
        """Draw what the camera will see about an expected place of the stage."""
        left, top = self._corner(expected_stage_um)
        size = self._canvas_shape
        canvas = self._plate.window(left, top, size, focus_um=focus_um)
        motion_um = np.zeros(2)
        if stage_velocity_um_s is not None:
            motion_um = stage_velocity_um_s * self._exposure_s
        canvas = self._moved(canvas, motion_um)
        origin = np.array([left, top])
        for sight in sights:
            self._add(canvas, sight, origin, motion_um, focus_um=focus_um)
        inside = slice(_EDGE_PX, -_EDGE_PX)
        layer = self._looked_at(canvas)[inside, inside]
        return Canvas(layer=layer, left_px=left + _EDGE_PX, top_px=top + _EDGE_PX)

    def finish(self, canvas: Canvas, stage_um: Vec2, frame_index: int) -> GreyImage | None:
        """Return the frame as exposed; None if the stage left the margin that was prepared."""
        corner_px = self._image_from_stage @ stage_um - self._target_px
        seen = seen_at(canvas, corner_px, self.shape)
        if seen is None:
            return None
        lit = cv2.multiply(seen, self._lamp)
        frame = cv2.add(lit, self._noise.of_frame(frame_index), dtype=cv2.CV_8U)
        return np.asarray(frame, np.uint8)

    def prefetch(self, stage_um: Vec2, *, at_most: int, focus_um: float = 0.0) -> int:
        """Make tiles of the plate that will be needed there; return how many were made."""
        left, top = self._corner(stage_um)
        shape = self._canvas_shape
        return self._plate.prefetch(left, top, shape, at_most=at_most, focus_um=focus_um)

    def to_image_px(self, place_um: NDArray[np.float64], stage_um: Vec2) -> NDArray[np.float64]:
        """Say at which pixels places on the plate, (..., 2), are seen."""
        return (place_um - stage_um) @ self._image_from_stage.T + self._target_px

    @property
    def _canvas_shape(self) -> tuple[int, int]:
        rows, columns = (size + 2 * (MARGIN_PX + _EDGE_PX) + COARSE_PX for size in self.shape)
        return rows, columns

    def _corner(self, stage_um: Vec2) -> tuple[int, int]:
        corner_px = self._image_from_stage @ stage_um - self._target_px - MARGIN_PX - _EDGE_PX
        left, top = (np.floor(corner_px / COARSE_PX) * COARSE_PX).tolist()
        return int(left), int(top)

    def _moved(self, canvas: Layer, motion_um: Vec2) -> Layer:
        """Smear the plate by the stage's own motion during the exposure."""
        motion_px = self._image_from_stage @ motion_um
        if math.hypot(*motion_px) < _SHARP_PX:
            return canvas
        moved = cv2.filter2D(canvas, -1, line_kernel(motion_px), borderType=cv2.BORDER_REPLICATE)
        return np.asarray(moved, np.float32)

    def _add(
        self,
        canvas: Layer,
        sight: Sight,
        origin: Vec2,
        stage_motion_um: Vec2,
        *,
        focus_um: float,
    ) -> None:
        midline_px = sight.midline_um @ self._image_from_stage.T - origin
        px_per_um = 1.0 / self._optics.um_per_px
        if sight.is_hidden:
            add_smear(canvas, midline_px, px_per_um=px_per_um)
            return
        motion_px = (sight.motion_um - stage_motion_um) @ self._image_from_stage.T
        height_um = self._defocus.height_um(sight.midline_um[MIDLINE_POINTS // 2], focus_um)
        sigma_px = self._defocus.sigma_px(height_um)

        def blur_px2(fraction: float) -> NDArray[np.float64]:
            along_px = motion_px[round(fraction * (MIDLINE_POINTS - 1))]
            return sigma_px**2 * np.eye(2) + np.outer(along_px, along_px) / 12.0

        if self._optics.shadow:
            half_px = half_width_um(_FRACTIONS, length_um=sight.length_um) * px_per_um
            strength = self._optics.shadow
            add_shadow(canvas, midline_px, half_px, px_per_um=px_per_um, strength=strength)
        contrast = self._defocus.contrast(height_um)
        add_body(canvas, sight.texture, midline_px, blur_px2=blur_px2, strength=contrast)

    def _looked_at(self, canvas: Layer) -> Layer:
        """Apply what the light path does to contrast: sign, strength, light from one side."""
        optics = self._optics
        if optics.oblique:
            kernel = slant_kernel(optics.oblique, optics.oblique_deg)
            canvas = np.asarray(cv2.filter2D(canvas, -1, kernel), np.float32)
        if optics.contrast != 1.0:
            canvas = np.float32(optics.contrast) * canvas + np.float32(1.0 - optics.contrast)
        return canvas

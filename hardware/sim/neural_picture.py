"""What a confocal's camera sees of the simulated head: glowing neurons, shot and read noise.

The neurons have their places in the animal's head and bend with it. The camera looks where the
scenario's `field` says, turned as it is turned; what the stage leaves of the head's motion is
what moves in its pictures. A pure function of the world's time, the seed and the stage's place.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hardware.sim.anatomy import TERMINAL_BULB, half_width_um
from hardware.sim.calcium import Calcium
from hardware.sim.calibration import true_calibration
from hardware.sim.noise import NoiseBank, place_generator
from hardware.sim.scenario import Scenario
from hardware.sim.world import World
from hardware.types import Matrix2, Vec2

_NEURONS, _CAMERAS = 96, 97  # tell these streams of random numbers from others
_FROM, _TO = 0.02, 0.16  # of the body's length: before the nerve ring to behind it
_ACROSS = 0.75  # of the half width
_LARGEST_COUNT = 65_535.0
_DRAWN_WITHIN = 5.0  # sigmas off the picture


@dataclass(frozen=True, slots=True, kw_only=True)
class NeuralTruth:
    """Where every neuron is in the picture, (n, 2) px, and how active, (n,)."""

    neurons_px: NDArray[np.float64]
    activity: NDArray[np.float64]


class NeuralPicture:
    """Draws the neurons of a scenario's animal for one camera."""

    def __init__(
        self, scenario: Scenario, seed: int, shape: tuple[int, int], *, world: World, number: int
    ) -> None:
        """Look with a camera of (rows, columns); `number` tells cameras of one rig apart."""
        neurons = self._neurons = scenario.neurons
        self._shape, self._world = shape, world
        self._calcium = Calcium(neurons, seed)
        draw = place_generator(seed, _NEURONS, 0, 0)
        self._fraction = np.sort(draw.uniform(_FROM, _TO, neurons.count))
        self._across = draw.uniform(-_ACROSS, _ACROSS, neurons.count)
        self._brightness = draw.uniform(0.5, 1.0, neurons.count)
        self._noise = NoiseBank(seed + _CAMERAS * (number + 1), shape, sigma_grey=1.0)
        self.um_per_px = scenario.field.size_um[0] / shape[1]
        self._field_from_stage = _field_from_stage(scenario)

    @property
    def neurons(self) -> int:
        """How many there are."""
        return self._neurons.count

    def truth(self, t_s: float, stage_um: Vec2) -> NeuralTruth:
        """Return where the neurons are at a time of the world, the stage standing there."""
        off_um = (self._places_um(t_s) - stage_um) @ self._field_from_stage.T
        rows, columns = self._shape
        middle_px = (np.array([columns, rows]) - 1.0) / 2.0
        return NeuralTruth(
            neurons_px=off_um / self.um_per_px + middle_px, activity=self._calcium.activity(t_s)
        )

    def render(self, seen: list[NeuralTruth], index: int) -> NDArray[np.uint16]:
        """Return the picture (rows, columns) of an exposure, given at even times within it."""
        neurons = self._neurons
        expected = self._spots(seen)
        expected += np.float32(neurons.background_photons)
        gain = neurons.counts_per_photon
        variance = expected * np.float32(gain * gain) + np.float32(neurons.read_noise_counts**2)
        counts = np.sqrt(variance, out=variance)
        counts *= self._noise.of_frame(index)
        counts += expected * np.float32(gain) + np.float32(neurons.offset_counts + 0.5)
        return np.clip(counts, 0.0, _LARGEST_COUNT, out=counts).astype(np.uint16)

    def _spots(self, seen: list[NeuralTruth]) -> NDArray[np.float32]:
        """Return the neurons' light in photons, the mean over the moments of the exposure."""
        rows, columns = self._shape
        sigma_px = self._neurons.sigma_um / self.um_per_px
        at_px = np.concatenate([truth.neurons_px for truth in seen])
        glow = [self._brightness * (1.0 + truth.activity) for truth in seen]
        photons = np.concatenate(glow) * self._neurons.peak_photons / len(seen)
        margin_px = _DRAWN_WITHIN * sigma_px
        sides_px = np.array([columns, rows])
        with np.errstate(invalid="ignore"):  # NaN: no animal
            is_near = ((at_px > -margin_px) & (at_px < sides_px + margin_px)).all(axis=1)
        at_px, photons = at_px[is_near], photons[is_near]
        across = _profile(columns, at_px[:, 0], sigma_px)
        down = _profile(rows, at_px[:, 1], sigma_px) * photons[:, None]
        return down.T.astype(np.float32) @ across.astype(np.float32)

    def _places_um(self, t_s: float) -> NDArray[np.float64]:
        """Return the neurons' places on the plate, (n, 2)."""
        if self._world.tracked is not None:
            line_um, ends_at = self._world.tracked.midline_um(t_s), 1.0
            length_um = self._world.tracked.length_um
        else:  # a recorded video: nose, metacorpus and terminal bulb are known, or nothing is
            line_um, ends_at = self._world.keypoints_um(t_s), TERMINAL_BULB
            length_um = float(np.linalg.norm(line_um[-1] - line_um[0])) / TERMINAL_BULB
        place = np.clip(self._fraction / ends_at, 0.0, 1.0) * (len(line_um) - 1)
        before = np.minimum(place.astype(np.int64), len(line_um) - 2)
        along_um = line_um[before + 1] - line_um[before]
        on_line_um = line_um[before] + (place - before)[:, None] * along_um
        across_um = np.stack([-along_um[:, 1], along_um[:, 0]], axis=1)
        across_um = across_um / np.linalg.norm(across_um, axis=1)[:, None]
        half_um = half_width_um(self._fraction, length_um=length_um)
        return on_line_um + (self._across * half_um)[:, None] * across_um


def _profile(side: int, at_px: NDArray[np.float64], sigma_px: float) -> NDArray[np.float64]:
    """Return gaussians (k, side) about k places along one side."""
    off: NDArray[np.float64] = (np.arange(side) - at_px[:, None]) / sigma_px
    return np.exp(-0.5 * off**2)


def _field_from_stage(scenario: Scenario) -> Matrix2:
    """Return what turns micrometres on the plate into those of the field's own axes."""
    calibration = true_calibration(scenario)
    image_from_stage = np.linalg.inv(calibration.stage_from_image_um_per_px)
    picture_um_from_stage = scenario.optics.um_per_px * image_from_stage
    angle_rad = calibration.field_rotation_rad
    cos, sin = math.cos(angle_rad), math.sin(angle_rad)
    field_from_picture: Matrix2 = np.array([[cos, sin], [-sin, cos]])
    return field_from_picture @ picture_um_from_stage

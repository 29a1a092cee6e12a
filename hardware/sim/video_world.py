"""Real recorded pixels as the world: a clip lies at a fixed place of the plate, the stage moves.

The middle of the clip lies at the plate's origin, its rows along the stage's x axis, its columns
along y. Outside it the plate goes on in the grey of the clip's edge, with noise like its own.
The clip plays to its end and then back again, so that the animal never jumps.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from hardware.cameras.video import pictures
from hardware.errors import CameraError, ConfigError
from hardware.sim.calibration import true_calibration
from hardware.sim.noise import Layer, place_generator, white
from hardware.sim.prepared import PreparedFrame
from hardware.sim.scenario import Scenario, VideoWorm
from hardware.sim.shift import Canvas
from hardware.types import GreyImage, Vec2

_PAD_PX = 96  # over which the plate outside goes over from the edge's grey to an even one
_SEAM_PX = 4
_NOISE_PX = 512
_MOST_BYTES = 2_000_000_000


class VideoPicture:
    """Fulfils `hardware.sim.picture.Picture` with the frames of a clip or a folder of images."""

    def __init__(self, scenario: Scenario, video: VideoWorm, seed: int) -> None:
        """Read all frames.

        Raises:
            ConfigError: there are none, they cannot be read, or they are too many.
        """
        self._scenario = scenario
        self._video = video
        self._clip = read_clip(video.path)
        self._shape = (scenario.camera.rows, scenario.camera.columns)
        calibration = true_calibration(scenario)
        self._matrix = calibration.stage_from_image_um_per_px / video.um_per_px
        self._target_px = calibration.target_px
        self._even_grey, self._ground = _ground(self._clip)
        self._weight = _weight((self._clip.shape[1], self._clip.shape[2]))
        self._seed = seed
        self._noise = white(place_generator(seed, 30, 0, 0), (_NOISE_PX, _NOISE_PX))
        self._noise *= np.float32(_noise_grey(self._clip))

    def frame_place(self, t_s: float) -> int:
        """Return which frame of the clip is shown."""
        last = len(self._clip) - 1
        if last == 0:
            return 0
        played = (t_s * self._video.rate_hz) % (2.0 * last)
        return round(min(played, 2.0 * last - played))

    def render(
        self,
        t_s: float,
        stage_um: Vec2,
        *,
        frame_index: int | None = None,
        stage_velocity_um_s: Vec2 | None = None,
        focus_um: float = 0.0,
    ) -> GreyImage:
        """Return a frame exposed about `t_s` of the world; what was recorded keeps its focus."""
        del focus_um
        index = round(t_s / self._scenario.camera.period_s) if frame_index is None else frame_index
        prepared = self.prepare(t_s, stage_um, stage_velocity_um_s=stage_velocity_um_s)
        return self.finish(prepared, stage_um, index)

    def prepare(
        self,
        t_s: float,
        expected_stage_um: Vec2,
        *,
        stage_velocity_um_s: Vec2 | None = None,
        focus_um: float = 0.0,
    ) -> PreparedFrame:
        """Lay a frame of the clip on its ground."""
        del expected_stage_um, focus_um
        shown: Layer = self._clip[self.frame_place(t_s)].astype(np.float32)
        if self._is_blind(t_s):
            shown = np.asarray(cv2.GaussianBlur(shown, (0, 0), 0.2 * min(shown.shape)), np.float32)
        layer = self._ground.copy()
        inside = layer[_PAD_PX:-_PAD_PX, _PAD_PX:-_PAD_PX]
        inside += self._weight * (shown - inside)
        velocity_um_s = np.zeros(2) if stage_velocity_um_s is None else stage_velocity_um_s
        return PreparedFrame(t_s=t_s, stage_velocity_um_s=velocity_um_s, canvas=Canvas(layer=layer))

    def finish(self, prepared: PreparedFrame, stage_um: Vec2, frame_index: int) -> GreyImage:
        """Return the frame as exposed at the stage's true place."""
        map_to_clip = self._map_to_clip(stage_um)
        picture = self._seen(prepared.canvas.layer, map_to_clip, beyond=self._even_grey)
        map_to_clip[:, 2] -= _PAD_PX
        outside = self._seen(1.0 - self._weight, map_to_clip, beyond=1.0)
        # On the clip's own pixels, so that it is as coarse as the clip's noise is seen.
        draw = place_generator(self._seed, 31, frame_index, 0)
        map_to_clip[:, 2] += draw.integers(0, _NOISE_PX, 2)
        noise = self._seen(self._noise, map_to_clip, beyond=None)
        return np.asarray(cv2.add(picture, cv2.multiply(outside, noise), dtype=cv2.CV_8U), np.uint8)

    def prefetch(self, stage_um: Vec2, *, at_most: int, focus_um: float = 0.0) -> int:
        """Make nothing: all frames are in memory."""
        del stage_um, at_most, focus_um
        return 0

    def _seen(
        self, layer: Layer, map_to_layer: NDArray[np.float64], *, beyond: float | None
    ) -> Layer:
        """Return a layer as the camera sees it; `beyond` is its value outside, None: it repeats."""
        seen = cv2.warpAffine(
            layer,
            map_to_layer,
            self._shape[::-1],
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_WRAP if beyond is None else cv2.BORDER_CONSTANT,
            borderValue=0.0 if beyond is None else beyond,
        )
        return np.asarray(seen, np.float32)

    def _map_to_clip(self, stage_um: Vec2) -> NDArray[np.float64]:
        """Return the affine map (2, 3) from pixels of the frame to pixels of the padded clip."""
        rows, columns = self._clip.shape[1:]
        middle = np.array([columns - 1, rows - 1]) / 2.0 + _PAD_PX
        offset = stage_um / self._video.um_per_px - self._matrix @ self._target_px + middle
        return np.column_stack([self._matrix, offset])

    def _is_blind(self, t_s: float) -> bool:
        return any(
            fault.kind == "blind" and fault.from_s <= t_s < fault.to_s
            for fault in self._scenario.faults
        )


def read_clip(path: Path) -> NDArray[np.uint8]:
    """Return all frames of a clip or folder, (frames, rows, columns); smaller ones are padded.

    Raises:
        ConfigError: there are none, they cannot be read, or they are too many.
    """
    frames: list[GreyImage] = []
    used_bytes = 0
    try:
        for frame in pictures(path):
            frames.append(frame)
            used_bytes += frame.size
            if used_bytes > _MOST_BYTES:
                raise ConfigError(f"worm.path: {path}: more than 2 GB of pixels; cut it shorter")
    except (CameraError, OSError) as error:
        raise ConfigError(f"worm.path: {error}") from error
    if not frames:
        raise ConfigError(f"worm.path: {path}: no pictures in it that OpenCV can read")
    rows, columns = (max(frame.shape[axis] for frame in frames) for axis in (0, 1))
    return np.stack([_padded(frame, rows, columns) for frame in frames])


def _padded(frame: GreyImage, rows: int, columns: int) -> GreyImage:
    """Put a smaller frame in the middle of a larger one, in the grey of its own edge."""
    if frame.shape == (rows, columns):
        return frame
    whole = np.full((rows, columns), _edge_grey(frame), np.uint8)
    top, left = (rows - frame.shape[0]) // 2, (columns - frame.shape[1]) // 2
    whole[top : top + frame.shape[0], left : left + frame.shape[1]] = frame
    return whole


def _edge_grey(frame: NDArray[np.uint8] | Layer) -> float:
    edge = (frame[0], frame[-1], frame[:, 0], frame[:, -1])
    return float(np.median(np.concatenate(edge)))


def _ground(clip: NDArray[np.uint8]) -> tuple[float, Layer]:
    """Return the even grey far outside, and the padded ground that leads there."""
    some = clip[:: max(1, len(clip) // 32)]
    median = np.median(some, axis=0).astype(np.float32)
    even_grey = _edge_grey(median)
    spread = cv2.copyMakeBorder(median, _PAD_PX, _PAD_PX, _PAD_PX, _PAD_PX, cv2.BORDER_REPLICATE)
    soft = np.asarray(cv2.GaussianBlur(spread, (0, 0), 6.0), np.float32)
    inside = np.zeros(soft.shape, np.uint8)
    inside[_PAD_PX:-_PAD_PX, _PAD_PX:-_PAD_PX] = 1
    away_px = cv2.distanceTransform(1 - inside, cv2.DIST_L2, 3)
    share = np.clip(1.0 - np.asarray(away_px, np.float32) / (0.9 * _PAD_PX), 0.0, 1.0)
    share = share * share * (3.0 - 2.0 * share)
    return even_grey, (even_grey + share * (soft - even_grey)).astype(np.float32)


def _weight(shape: tuple[int, int]) -> Layer:
    """Return how much of each pixel is the clip's: 1 but for a seam along the edge."""
    rows, columns = shape
    x = np.minimum(np.arange(columns), np.arange(columns)[::-1])[None, :]
    y = np.minimum(np.arange(rows), np.arange(rows)[::-1])[:, None]
    return np.clip((np.minimum(x, y) + 1.0) / _SEAM_PX, 0.0, 1.0).astype(np.float32)


def _noise_grey(clip: NDArray[np.uint8]) -> float:
    """Return the camera's noise as it is seen near the edges, where the animal seldom is."""
    some = clip[:: max(1, len(clip) // 16), :12].astype(np.float32)
    along = np.diff(some, axis=2)
    return float(1.4826 * np.median(np.abs(along - np.median(along))) / np.sqrt(2.0))

"""Labelled frames, drawn once and kept on disk, so that training never waits for a renderer.

A folder of frames holds `frames.u8` (count, rows, columns), raw, and `labels.npz`: keypoints
(count, animals, 3, 2) in pixels, NaN where a frame shows fewer animals.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from models.detection import KEYPOINTS, GreyImage
from models.errors import TrainingError

LabelledFrame: TypeAlias = tuple[GreyImage, NDArray[np.float64]]  # keypoints (animals, 3, 2)
Progress: TypeAlias = Callable[[float], None]  # told the share that is done

# The head's centre lies this far from metacorpus to terminal bulb: about the nerve ring.
HEAD_FRACTION = 0.3
MOST_ANIMALS = 4


@dataclass(frozen=True, slots=True)
class FrameSet:
    """Labelled frames: images (rows, columns) and `keypoints_px` (count, animals, 3, 2).

    `magnification` (count,): how much larger each is to be seen for the network's scale.
    `chance` (count,): how often each is drawn to learn from, beside the others; all alike if None.
    `recordings` says of each which it comes from; without it each stands for itself.
    """

    images: Sequence[GreyImage] | NDArray[np.uint8]
    keypoints_px: NDArray[np.float64]
    magnification: NDArray[np.float64]
    chance: NDArray[np.float64] | None = None
    recordings: tuple[str, ...] | None = None

    def __len__(self) -> int:
        return len(self.images)

    def animals(self, index: int) -> NDArray[np.float64]:
        """Return the keypoints (animals, 3, 2) of one frame, without the padding."""
        padded = self.keypoints_px[index]
        return padded[np.isfinite(padded).all(axis=(1, 2))]

    def part(self, places: Sequence[int]) -> FrameSet:
        """Return the frames at these places alone."""
        at = np.asarray(places, np.int64)
        images = [self.images[place] for place in at.tolist()]
        chance = None if self.chance is None else self.chance[at]
        recordings = None
        if self.recordings is not None:
            recordings = tuple(self.recordings[place] for place in at.tolist())
        return FrameSet(images, self.keypoints_px[at], self.magnification[at], chance, recordings)

    def shown(self, index: int) -> tuple[GreyImage, NDArray[np.float64]]:
        """Return a frame at the network's scale, and its animals in the pixels of that."""
        image, animals = np.asarray(self.images[index]), self.animals(index)
        magnification = float(self.magnification[index])
        if magnification == 1.0:
            return image, animals
        rows, columns = (max(1, round(side * magnification)) for side in image.shape)
        ratio = np.array([columns / image.shape[1], rows / image.shape[0]])
        way = cv2.INTER_CUBIC if magnification > 1.0 else cv2.INTER_AREA
        shown = np.asarray(cv2.resize(image, (columns, rows), interpolation=way), np.uint8)
        return shown, (animals + 0.5) * ratio - 0.5


def joined(sets: Sequence[FrameSet], shares: Sequence[float]) -> FrameSet:
    """Return several sets as one, each drawn from by its share however many frames it has."""
    images = [image for one in sets for image in one.images]
    chance = [share * _chances(one) for one, share in zip(sets, shares, strict=True)]
    return FrameSet(
        images,
        np.concatenate([one.keypoints_px for one in sets]),
        np.concatenate([one.magnification for one in sets]),
        np.concatenate(chance),
    )


def _chances(frames: FrameSet) -> NDArray[np.float64]:
    chance = np.ones(len(frames)) if frames.chance is None else frames.chance
    return chance / chance.sum()


def head_center_px(keypoints_px: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the head's centre (..., 2) of keypoints (..., 3, 2)."""
    metacorpus, bulb = keypoints_px[..., 1, :], keypoints_px[..., 2, :]
    return metacorpus + HEAD_FRACTION * (bulb - metacorpus)


def collect_frames(
    source: Iterable[LabelledFrame], count: int, folder: Path, *, recipe: str, tell: Progress
) -> FrameSet:
    """Take `count` frames from the source, unless the folder holds those of this recipe already.

    `recipe` says in words what the source draws (its seed, say): frames of another recipe are
    drawn anew.

    Raises:
        TrainingError: the source ended early, or its frames differ in size.
    """
    kept = _kept_frames(folder, count=count, recipe=recipe)
    if kept is not None:
        return kept
    folder.mkdir(parents=True, exist_ok=True)
    labels = np.full((count, MOST_ANIMALS, len(KEYPOINTS), 2), np.nan)
    shape: tuple[int, int] | None = None
    done = 0
    with (folder / "frames.u8").open("wb") as file:
        for image, keypoints_px in source:
            shape = shape or (image.shape[0], image.shape[1])
            if image.shape != shape or image.dtype != np.uint8:
                raise TrainingError(
                    f"frame {done} is {image.dtype} {image.shape}: expected uint8 {shape}"
                )
            file.write(np.ascontiguousarray(image).tobytes())
            animals = _with_head_in(shape, keypoints_px)[:MOST_ANIMALS]
            labels[done, : len(animals)] = animals
            done += 1
            tell(done / count)
            if done == count:
                break
    if shape is None or done < count:
        raise TrainingError(f"only {done} of {count} frames could be had: ask for fewer")
    np.savez(folder / "labels.npz", keypoints_px=labels, shape=shape, recipe=recipe)
    return FrameSet(_mapped(folder, (count, *shape)), labels, np.ones(count))


def _with_head_in(shape: tuple[int, int], keypoints_px: NDArray[np.float64]) -> NDArray[np.float64]:
    """Leave out the animals whose head's centre lies beyond the picture."""
    head_px = head_center_px(keypoints_px)
    is_in = (head_px >= 0.0) & (head_px <= (shape[1] - 1, shape[0] - 1))
    return keypoints_px[is_in.all(axis=1)]


def _kept_frames(folder: Path, *, count: int, recipe: str) -> FrameSet | None:
    file = folder / "labels.npz"
    if not file.is_file():
        return None
    with np.load(file) as labels:
        keypoints_px = labels["keypoints_px"]
        rows, columns = (int(side) for side in labels["shape"])
        if str(labels["recipe"]) != recipe or len(keypoints_px) < count:
            return None
    images = _mapped(folder, (len(keypoints_px), rows, columns))[:count]
    return FrameSet(images, keypoints_px[:count], np.ones(count))


def _mapped(folder: Path, shape: tuple[int, int, int]) -> NDArray[np.uint8]:
    return np.memmap(folder / "frames.u8", dtype=np.uint8, mode="r", shape=shape)

"""One image of an OME-Zarr folder: frames go into their slots, shard by shard.

A shard holds whole volumes, or some dozens of frames; it is written once, when all of its frames
have come, brought to the disk, and noted. What was interrupted goes on with the shard after.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from hardware.types import RawImage
from tracker.export.resuming import Resuming

if TYPE_CHECKING:
    import zarr
    from zarr.core.common import JSON

_SHARD_BYTES = 32_000_000


class _Array(Protocol):
    def __setitem__(self, place: slice, values: RawImage) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ZarrImage:
    """An image (t, y, x) or (t, z, y, x), and in which slot of it each frame (n,) goes.

    Slots count planes, volume by volume; they never fall from one volume to the next, and -1 is a
    frame that goes nowhere. `scale` is the distance of two along each axis.
    """

    path: str  # within the folder; "" is the root
    name: str
    shape: tuple[int, ...]
    dtype: str
    slots: NDArray[np.int64]
    scale: tuple[float, ...]

    @property
    def planes(self) -> int:
        """How many there are in a volume; 1 of an image without z."""
        return math.prod(self.shape[1:-2])

    @property
    def key(self) -> str:
        """Where its array stands."""
        return f"{self.path}/0".lstrip("/")

    def ome(self) -> Mapping[str, JSON]:
        """Return what the format wants to know."""
        space: list[Mapping[str, JSON]] = [
            {"name": name, "type": "space", "unit": "micrometer"} for name in "zyx"
        ]
        axes = [{"name": "t", "type": "time", "unit": "second"}, *space[4 - len(self.shape) :]]
        transform: Mapping[str, JSON] = {"type": "scale", "scale": list(self.scale)}
        dataset: Mapping[str, JSON] = {"path": "0", "coordinateTransformations": [transform]}
        return {
            "version": "0.5",
            "multiscales": [{"name": self.name, "axes": axes, "datasets": [dataset]}],
        }


class ImageWriter:
    """Writes images into one folder, each from its first frame that is not there yet."""

    def __init__(self, root: zarr.Group, folder: Path, resuming: Resuming) -> None:
        self._root, self._folder, self._resuming = root, folder, resuming

    def write(self, image: ZarrImage, pictures_from: Callable[[int], Iterator[RawImage]]) -> None:
        """Write an image, or go on with it; `pictures_from` gives the pictures from a frame on.

        Raises:
            OSError, RecordingError: there is no room.
        """
        rows, columns = image.shape[-2:]
        volume_bytes = rows * columns * np.dtype(image.dtype).itemsize * image.planes
        volumes = min(image.shape[0], max(1, _SHARD_BYTES // volume_bytes))  # of a shard
        array = self._array(image, volumes)
        slots = volumes * image.planes
        number = self._resuming.done(image.key)  # of the shard
        left = np.flatnonzero(image.slots >= number * slots)
        if not len(left):
            return
        shard = np.zeros((slots, rows, columns), image.dtype)
        start = int(left[0])
        for slot, picture in zip(image.slots[start:].tolist(), pictures_from(start), strict=True):
            if slot < 0:
                continue
            if slot // slots != number:
                self._put(array, image, shard, number)
                number = slot // slots
                shard[:] = 0
            shard[slot % slots] = picture
        self._put(array, image, shard, number)

    def _array(self, image: ZarrImage, volumes: int) -> _Array:
        from zarr.codecs import BloscCodec

        if image.key in self._root:
            return cast("_Array", self._root[image.key])
        array = self._root.create_array(
            image.key,
            shape=image.shape,
            dtype=image.dtype,
            chunks=(*(1 for _ in image.shape[:-2]), *image.shape[-2:]),
            shards=(volumes, *image.shape[1:]),
            compressors=BloscCodec(cname="zstd", clevel=3, shuffle="bitshuffle"),
            dimension_names=("t", *"zyx"[4 - len(image.shape) :]),
        )
        return cast("_Array", array)

    def _put(self, array: _Array, image: ZarrImage, shard: RawImage, number: int) -> None:
        """Write a whole shard, and note it."""
        volumes = len(shard) // image.planes
        first = number * volumes
        count = min(volumes, image.shape[0] - first)
        place = "/".join(["c", str(number), *("0" for _ in image.shape[1:])])
        file = self._folder / image.key / place
        file.unlink(missing_ok=True)  # half a one, of a run that was killed
        array[first : first + count] = shard.reshape(volumes, *image.shape[1:])[:count]
        # A shard of nothing but zeros has no file.
        self._resuming.note(image.key, number + 1, *([file] if file.is_file() else []))

"""The frames that people are to label: listed, named as label tables name them, read one by one."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from threading import Lock

import cv2

from models.detection import GreyImage
from models.errors import PictureError
from models.evaluate.pictures import IMAGE_ENDINGS, Source, depth_shift, read_picture, source_at
from models.labels.checks import name_below
from models.labels.label import Frame, FrameKey

_STACKS = (".tif", ".tiff")  # image files that may hold several pictures
_KEPT = 8  # pictures held in memory


class Shelf:
    """Frames below one folder; `keys` are those that were asked for, in order."""

    def __init__(self, paths: Sequence[Path], images: Path | None = None) -> None:
        """List images, folders, folders of folders, and videos; names are those below `images`.

        Without `images` it is the folder that all of them share.

        Raises:
            PictureError: one is missing, no picture, or does not lie below `images`.
        """
        absolute = [Path(os.path.abspath(path)) for path in paths]
        sources = [source_at(below) for path in absolute for below in _with_images(path)]
        self.root = _shared_folder(absolute) if images is None else Path(os.path.abspath(images))
        self._sources = {file: source for source in sources for file in source.files}
        self._shifts: dict[Path, int] = {}
        self._reading = Lock()
        self.keys: tuple[FrameKey, ...] = tuple(
            dict.fromkeys(
                (self._name(file), index)
                for source in sources
                for file in source.files
                for index in range(_count(file, source))
            )
        )
        self._read = lru_cache(maxsize=_KEPT)(self._read_anew)

    def find(self, key: FrameKey) -> FrameKey | None:
        """Return the name here of a frame that another computer's table names; None: not here."""
        name = name_below(self.root, key[0])
        return None if name is None else (name, key[1])

    def image(self, key: FrameKey) -> GreyImage:
        """Return a frame in grey.

        Raises:
            PictureError: it cannot be read.
        """
        with self._reading:
            return self._read(key)

    def frame(self, key: FrameKey) -> Frame:
        """Return a frame with its size.

        Raises:
            PictureError: it cannot be read.
        """
        height_px, width_px = self.image(key).shape
        return Frame(*key, (width_px, height_px))

    def _name(self, file: Path) -> str:
        try:
            return file.relative_to(self.root).as_posix()
        except ValueError:
            raise PictureError(
                f"{file}: does not lie below --images {self.root}: labels are named from there"
            ) from None

    def _read_anew(self, key: FrameKey) -> GreyImage:
        file = self.root / key[0]
        source = self._sources.get(file) or source_at(file)
        if source.path not in self._shifts:
            self._shifts[source.path] = depth_shift(source)
        return read_picture(file, key[1], shift=self._shifts[source.path])


def _with_images(path: Path) -> list[Path]:
    """Return a folder's folders that hold images where it holds none itself, or the path alone."""
    if not path.is_dir() or _holds_images(path):
        return [path]
    return sorted(one for one in path.rglob("*") if one.is_dir() and _holds_images(one)) or [path]


def _holds_images(folder: Path) -> bool:
    return any(file.suffix.lower() in IMAGE_ENDINGS for file in folder.iterdir())


def _shared_folder(paths: Sequence[Path]) -> Path:
    folders = [path if path.is_dir() else path.parent for path in paths]
    try:
        return Path(os.path.commonpath(folders))
    except ValueError:  # two drives of Windows
        raise PictureError(
            f"{folders[0]} and {folders[-1]} share no folder: label them apart"
        ) from None


def _count(file: Path, source: Source) -> int:
    if file.suffix.lower() not in IMAGE_ENDINGS or len(source.files) == 1:
        return source.count
    return cv2.imcount(str(file)) if file.suffix.lower() in _STACKS else 1

"""One camera of a Micro-Manager core, with answers that do not depend on the backend.

MMCore in our process answers with tuples, lists, 2-D pixels and tags that are all strings; the
Java bridge with objects that must be asked again, 1-D pixels and typed tags.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias, cast

import numpy as np

from hardware.cameras.calls import Caller
from hardware.cameras.micromanager_core import Core
from hardware.cameras.pixels import Pixels
from hardware.errors import CameraError

RoiPx: TypeAlias = tuple[int, int, int, int]  # left, top, width, height


class _StrVector(Protocol):
    def size(self) -> int: ...
    def get(self, place: int, /) -> str: ...


class _Rectangle(Protocol):
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TaggedPicture:
    """A picture as it came: pixels of shape (rows, columns) or (rows x columns,), tags as text."""

    pixels: Pixels
    tags: Mapping[str, str]

    def number(self, tag: str) -> float:
        """Return a tag as a number; NaN where it is none."""
        try:
            return float(self.tags.get(tag, "nan"))
        except ValueError:
            return float("nan")

    def counter(self, tag: str) -> int:
        """Return a tag as a count.

        Raises:
            CameraError: there is no such tag, or it does not count.
        """
        number = self.number(tag)
        if not number.is_integer():
            raise CameraError(
                f"rig.camera.counter_tag: no number in {tag}; the tags are: "
                f"{', '.join(sorted(self.tags))}"
            )
        return int(number)


class MicroManagerDevice:
    """The camera that a core holds; every call may raise a `CameraError`."""

    def __init__(self, core: Core, label: str, call: Caller) -> None:
        self._core = core
        self._label = label
        self._call = call

    @property
    def label(self) -> str:
        """The camera's name in its .cfg."""
        return self._label

    def property_names(self) -> tuple[str, ...]:
        """Return what can be set or read by name."""
        return self._call(lambda: texts(self._core.get_device_property_names(self._label)))

    def is_pre_init(self, name: str) -> bool:
        """Say whether a property takes effect only before the device is initialized."""
        return self._call(lambda: bool(self._core.is_property_pre_init(self._label, name)))

    def is_read_only(self, name: str) -> bool:
        """Say whether a property cannot be set."""
        return self._call(lambda: bool(self._core.is_property_read_only(self._label, name)))

    def allowed(self, name: str) -> tuple[str, ...]:
        """Return the values that a property may have; empty: not a matter of choice."""
        return self._call(lambda: texts(self._core.get_allowed_property_values(self._label, name)))

    def limits(self, name: str) -> tuple[float, float] | None:
        """Return the lowest and highest value of a property, where it has such."""

        def ask() -> tuple[float, float] | None:
            if not self._core.has_property_limits(self._label, name):
                return None
            lower = self._core.get_property_lower_limit(self._label, name)
            return float(lower), float(self._core.get_property_upper_limit(self._label, name))

        return self._call(ask)

    def read(self, name: str) -> str:
        """Return a property's value."""
        return self._call(lambda: str(self._core.get_property(self._label, name)))

    def write(self, name: str, value: str) -> None:
        """Set a property."""
        self._call(lambda: self._core.set_property(self._label, name, value))

    def exposure_s(self) -> float:
        """Return the exposure."""
        return self._call(lambda: float(self._core.get_exposure()) / 1000.0)

    def expose_for(self, exposure_s: float) -> None:
        """Set the exposure."""
        self._call(lambda: self._core.set_exposure(exposure_s * 1000.0))

    def roi_px(self) -> RoiPx:
        """Return the part of the sensor that is read, in binned pixels."""
        return self._call(lambda: _rectangle(self._core.get_roi()))

    def read_all_of_the_sensor(self) -> None:
        """Drop any region of interest."""
        self._call(self._core.clear_roi)

    def read_only_roi(self, roi_px: RoiPx) -> None:
        """Set the part of the sensor that is read, in binned pixels."""
        self._call(lambda: self._core.set_roi(*roi_px))

    def shape(self) -> tuple[int, int]:
        """Return rows and columns."""
        return self._call(
            lambda: (int(self._core.get_image_height()), int(self._core.get_image_width()))
        )

    def bit_depth(self) -> int:
        """Return how many bits of a pixel mean something."""
        return self._call(lambda: int(self._core.get_image_bit_depth()))

    def bytes_per_pixel(self) -> int:
        """Return how many bytes a pixel takes, all of its colours together."""
        return self._call(lambda: int(self._core.get_bytes_per_pixel()))

    def colours(self) -> int:
        """Return how many components a pixel has: 1 is grey."""
        return self._call(lambda: int(self._core.get_number_of_components()))

    def start(self) -> None:
        """Expose until stopped; an overflow of the ring loses frames and goes on."""
        self._call(lambda: self._core.start_continuous_sequence_acquisition(0.0))

    def stop(self) -> None:
        """Stop exposing."""
        self._call(self._core.stop_sequence_acquisition)

    def is_running(self) -> bool:
        """Say whether the camera is exposing."""
        return self._call(lambda: bool(self._core.is_sequence_running()))

    def waiting(self) -> int:
        """Return how many pictures are in the ring."""
        return self._call(lambda: int(self._core.get_remaining_image_count()))

    def pop(self) -> TaggedPicture | None:
        """Take the oldest picture out of the ring; None: it is empty after all.

        An overflow between a look at the ring and this empties it. And never clear the ring to
        come to the newest picture: that would set the counter of pictures back to 0.
        """

        def ask() -> TaggedPicture:  # all of it in one call: the bridge's objects end there
            taken = self._core.pop_next_tagged_image()
            tags = cast(Mapping[str, object], taken.tags)
            return TaggedPicture(
                pixels=np.asarray(taken.pix),
                tags={name: str(value) for name, value in tags.items()},
            )

        try:
            return self._call(ask)
        except IndexError:
            return None
        except CameraError as error:
            if "buffer is empty" in str(error).lower():  # the bridge has no IndexError
                return None
            raise


def texts(answer: object) -> tuple[str, ...]:
    """Return a list of texts as either backend gives it."""
    if isinstance(answer, (tuple, list)):
        return tuple(str(text) for text in cast(Iterable[object], answer))
    vector = cast(_StrVector, answer)
    return tuple(str(vector.get(place)) for place in range(int(vector.size())))


def _rectangle(answer: object) -> RoiPx:
    if isinstance(answer, (tuple, list)):
        left, top, width, height = (int(number) for number in cast(Sequence[int], answer))
        return left, top, width, height
    rectangle = cast(_Rectangle, answer)
    return int(rectangle.x), int(rectangle.y), int(rectangle.width), int(rectangle.height)

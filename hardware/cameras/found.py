"""A camera that a library names before it is opened, and the choice among several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hardware.config import GenApiCamera
from hardware.errors import CameraError


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedCamera:
    """What a library says of a camera; `place` is its number in the library's own list."""

    vendor: str
    model: str
    serial: str
    place: int

    @property
    def label(self) -> str:
        """Model and serial number."""
        return f"{self.model} {self.serial}".strip()


def choose(found: Sequence[NamedCamera], config: GenApiCamera, *, source: str) -> NamedCamera:
    """Return the camera that config.yaml means.

    Args:
        found: all that there are.
        config: its keys serial, model and index say which; none of them: the only one.
        source: who has listed them.

    Raises:
        CameraError: there is none like it, or more than one.
    """
    fitting = [
        one
        for one in found
        if config.serial in {None, one.serial} and config.model in {None, one.model}
    ]
    there = ", ".join(f"{one.model} (serial {one.serial})" for one in found) or "none at all"
    told = [
        f"{key} {value}"
        for key, value in (("serial", config.serial), ("model", config.model))
        if value is not None
    ]
    wanted = f" with {' and '.join(told)}" if told else ""
    if config.index is not None and fitting:
        if config.index < len(fitting):
            return fitting[config.index]
        raise CameraError(
            f"rig.camera.index: {config.index}, but {source} lists {len(fitting)} camera(s)"
            f"{wanted}, counted from 0"
        )
    if not fitting:
        raise CameraError(
            f"rig.camera: {source} lists no free camera{wanted}; it lists: {there}. Is it plugged "
            "in, and not open in another program?"
        )
    if len(fitting) > 1:
        raise CameraError(
            f"rig.camera: {source} lists several cameras{wanted}: {there}; choose by serial, model "
            "or index"
        )
    return fitting[0]

"""Named properties of a camera: set, and read back; every fault is told with the user's key."""

from __future__ import annotations

import difflib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from hardware.errors import CameraError

SWITCHES = {"true": "On", "false": "Off"}  # what YAML has made of these words
_CLOSE_ENOUGH = 0.01  # cameras round exposures and gains to their own steps


class Settable(Protocol):
    """A camera with properties; every call may raise a `CameraError`."""

    @property
    def label(self) -> str:
        """What the operator knows it by."""
        ...

    def property_names(self) -> Sequence[str]:
        """Return what can be set or read by name."""
        ...

    def is_read_only(self, name: str) -> bool:
        """Say whether a property cannot be set, as the camera stands now."""
        ...

    def allowed(self, name: str) -> tuple[str, ...]:
        """Return the values that a property may have; empty: not a matter of choice."""
        ...

    def limits(self, name: str) -> tuple[float, float] | None:
        """Return the lowest and highest value of a property, where it has such."""
        ...

    def read(self, name: str) -> str:
        """Return a property's value."""
        ...

    def write(self, name: str, value: str) -> None:
        """Set a property."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A property that is to have a value, and the key that says so.

    A wish may be undone by a later one, unless it must hold.
    """

    key: str
    name: str
    value: str
    must_hold: bool = True


def set_one(device: Settable, wish: Wish, names: Sequence[str]) -> str | None:
    """Set one property; return what is wrong with it."""
    if wish.name not in names:
        close = difflib.get_close_matches(wish.name, names, n=3, cutoff=0.5)
        hint = f"; did you mean {' or '.join(close)}?" if close else ""
        return f"{wish.key}: the camera {device.label} has no property {wish.name}{hint}"
    if device.is_read_only(wish.name):
        has = device.read(wish.name)
        if agree(wish.value, has):
            return None
        return f"{wish.key}: {wish.name} can be read only; it is {has}"
    try:
        device.write(wish.name, wish.value)
    except CameraError as error:
        return f"{wish.key}: the camera refuses {wish.value!r}{_choice(device, wish, error)}"
    return None


def undone(device: Settable, wish: Wish) -> list[str]:
    """Return what is wrong with a property that was set, as it is read back."""
    return differs(wish.key, wish.value, device.read(wish.name))


def differs(key: str, asked: str, got: str) -> list[str]:
    """Return a fault where the camera has another value than was asked for."""
    return [] if agree(asked, got) else [f"{key}: asked for {asked}, the camera took {got}"]


def agree(asked: str, got: str) -> bool:
    """Say whether a value that was read back is the one that was asked for.

    >>> agree("0.5", "0.5000"), agree("On", "Off"), agree("10", "10.6"), agree("true", "On")
    (True, False, False, True)
    """
    try:
        return math.isclose(float(asked), float(got), rel_tol=_CLOSE_ENOUGH, abs_tol=1e-9)
    except ValueError:
        return got in {asked, SWITCHES.get(asked)}


def as_text(value: str | float | bool) -> str:
    """Return a value as it is written to a camera."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:.9g}" if isinstance(value, float) else str(value)


def _choice(device: Settable, wish: Wish, error: CameraError) -> str:
    allowed, limits = device.allowed(wish.name), device.limits(wish.name)
    if allowed:
        return f"; it takes {', '.join(sorted(allowed))}"
    if limits and not _lies_within(wish.value, limits):
        return f"; it takes {limits[0]:g} to {limits[1]:g}"
    return f": {error}"


def _lies_within(value: str, limits: tuple[float, float]) -> bool:
    try:
        return limits[0] <= float(value) <= limits[1]
    except ValueError:
        return False

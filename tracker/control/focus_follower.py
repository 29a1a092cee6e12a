"""Keeping the picture sharp: where the focus drive should be, from where the stage is."""

from __future__ import annotations

from hardware.types import Vec2
from tracker.focus_plane import FocusPlane


class FocusFollower:
    """Follows a plane, and the operator's jogs on top of it."""

    def __init__(self, plane: FocusPlane | None, *, deadband_um: float) -> None:
        """Begin; with no plane yet there is nothing to follow."""
        self._plane = plane
        self._deadband_um = deadband_um
        self._offset_um = 0.0
        self._last_um: float | None = None

    @property
    def has_plane(self) -> bool:
        """Whether there is anything to follow."""
        return self._plane is not None

    def follow(self, plane: FocusPlane) -> None:
        """Take another plane, as measured: what was jogged until now was measured with it."""
        self._plane, self._offset_um, self._last_um = plane, 0.0, None

    def jog(self, delta_um: float) -> None:
        """Follow at another height from now on."""
        self._offset_um += delta_um
        self._last_um = None

    def rest(self) -> None:
        """Take note that the drive is not led: it may be anywhere when it is led again."""
        self._last_um = None

    def goal_um(self, stage_um: Vec2) -> float | None:
        """Return where to go; None within the deadband of the last answer, or with no plane."""
        if self._plane is None:
            return None
        wanted_um = self._plane.z_um(stage_um) + self._offset_um
        if self._last_um is not None and abs(wanted_um - self._last_um) < self._deadband_um:
            return None
        self._last_um = wanted_um
        return wanted_um

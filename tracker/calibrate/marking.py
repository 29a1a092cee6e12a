"""Places that the operator marks by keys while the stage is driven by its joystick."""

from __future__ import annotations

from hardware.types import Vec2


class Marks:
    """Rim points and the load position, as marked so far."""

    def __init__(self) -> None:
        self.rim_um: list[Vec2] = []
        self.load_um: Vec2 | None = None
        self.is_done = False
        self._here_um: Vec2 | None = None

    def see(self, position_um: Vec2) -> None:
        """Take note of where the stage is."""
        self._here_um = position_um

    def press(self, keys: str) -> list[str]:
        """Do what keys ask for; return what was done, a line each."""
        return [line for key in keys for line in self._obey(key.lower())]

    def _obey(self, key: str) -> list[str]:
        here_um = self._here_um
        if key == "q":
            self.is_done = True
            return []
        if key == "u" and self.rim_um:
            self.rim_um.pop()
            return [f"{len(self.rim_um)} rim points are left"]
        if key not in {"r", "l"}:
            return []
        if here_um is None:
            return ["the stage has not said yet where it is"]
        where = f"({here_um[0]:.0f}, {here_um[1]:.0f}) um"
        if key == "r":
            self.rim_um.append(here_um)
            return [f"rim point {len(self.rim_um)} at {where}"]
        self.load_um = here_um
        return [f"load position at {where}"]

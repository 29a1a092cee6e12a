"""When a controller read its encoders, as well as question and reply can tell.

Somewhere between the question's last byte there and the reply's first byte on its way back.
The shortest such wait seen is taken for the controller's own, and its middle for the reading.
What is longer was lost on one side of the reading or the other (a busy computer delivers
either late), and then the stage itself says which: it goes on much as it went before.
"""

from __future__ import annotations

import math

from hardware.types import StageState, Vec2

_CLEAR_S = 0.001  # a wait that exceeds the shortest by less needs no explaining
_STANDING_UM_S = 1.0


class ReplyTiming:
    """Stamps positions; remembers the shortest wait and how the stage last moved."""

    def __init__(self) -> None:
        self._shortest_wait_s = math.inf
        self._last: StageState | None = None
        self._velocity_um_s = (0.0, 0.0)

    def stamp_s(self, position_um: Vec2, *, through_s: float, begun_s: float) -> float:
        """Return the time at which a position was true.

        The question was through the wire at `through_s`; at `begun_s`, at the latest, the reply
        began to come back.
        """
        wait_s = begun_s - through_s
        self._shortest_wait_s = min(self._shortest_wait_s, wait_s)
        early_s = through_s + self._shortest_wait_s / 2.0
        late_s = begun_s - self._shortest_wait_s / 2.0
        if self._last is None or late_s - early_s < _CLEAR_S:
            return early_s
        x_um_s, y_um_s = self._velocity_um_s
        speed_squared = x_um_s**2 + y_um_s**2
        if speed_squared < _STANDING_UM_S**2:
            return early_s
        x_um, y_um = (position_um - self._last.position_um).tolist()
        explained_s = self._last.t_s + (x_um * x_um_s + y_um * y_um_s) / speed_squared
        return min(max(explained_s, early_s), late_s)

    def remember(self, state: StageState) -> None:
        """Take a position that is believed."""
        if self._last is not None and state.t_s - self._last.t_s > _CLEAR_S:
            x_um, y_um = (state.position_um - self._last.position_um).tolist()
            passed_s = state.t_s - self._last.t_s
            self._velocity_um_s = (x_um / passed_s, y_um / passed_s)
        self._last = state

"""From a question's replies to where the stage was, when, and whether that can be."""

from __future__ import annotations

from collections.abc import Sequence

from hardware.stages.line_dialogue import Reply
from hardware.stages.position_trust import PositionTrust
from hardware.stages.reply_timing import ReplyTiming
from hardware.types import StageState, Vec2


class Placing:
    """Stamps positions, and doubts those that nothing sent explains."""

    def __init__(self, max_speed_um_s: float) -> None:
        self._timing = ReplyTiming()
        self._trust = PositionTrust(max_speed_um_s)

    def steered(self, t_s: float, velocity_um_s: Vec2) -> None:
        """Take note of a velocity that was given."""
        self._trust.steered(t_s, velocity_um_s)

    def place(
        self, position_um: Vec2, replies: Sequence[Reply], *, asked_s: float, now_s: float
    ) -> StageState | None:
        """Return where the stage was, and when; None for a position that cannot be."""
        read_s = self._timing.stamp_s(
            position_um,
            through_s=sum([reply.through_s for reply in replies]) / len(replies),
            begun_s=sum([reply.begun_s for reply in replies]) / len(replies),
        )
        state = StageState(t_s=min(max(read_s, asked_s), now_s), position_um=position_um)
        if not self._trust.believes(state):
            return None
        self._timing.remember(state)
        return state

"""A stage of paper: says what it is told to say, and remembers what it was sent."""

from dataclasses import dataclass, field

import numpy as np
import pytest

from hardware.clock import SteppedClock
from hardware.types import StageLimits, StageState

LIMITS = StageLimits(
    lower_um=np.array([-1e4, -1e4]),
    upper_um=np.array([1e4, 1e4]),
    max_speed_um_s=3000.0,
    max_acceleration_um_s2=1e9,
)


@dataclass
class PaperStage:
    """Fulfils `hardware.stage.Stage`; `replies` are given one a question, None: not yet."""

    clock: SteppedClock
    replies: list[object] = field(default_factory=list)
    sent: list[tuple[str, tuple[float, ...]]] = field(default_factory=list)
    can_interrupt: bool = True
    command_delay_s: float = 0.01
    wait_handle: int | None = None
    is_asked: bool = False
    limits: StageLimits = LIMITS

    def ask(self):
        self.sent.append(("ask", ()))
        self.is_asked = True

    def answer(self):
        if not self.is_asked:
            return None
        reply = self.replies.pop(0) if self.replies else np.zeros(2)
        if reply is None:
            return None
        self.is_asked = False
        if isinstance(reply, Exception):
            raise reply
        return StageState(t_s=self.clock.now_s(), position_um=np.array(reply, dtype=float))

    def set_velocity(self, velocity_um_s):
        self.sent.append(("velocity", tuple(velocity_um_s.tolist())))
        return velocity_um_s

    def stop(self):
        self.sent.append(("halt", ()))

    def close(self):
        self.stop()

    def words(self):
        return [word for word, _ in self.sent]


@pytest.fixture
def clock():
    return SteppedClock(100.0)


@pytest.fixture
def paper_stage(clock):
    return PaperStage(clock)

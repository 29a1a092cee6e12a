"""The parts that the loop is made of, as it sees them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeAlias

from hardware.types import Vec2
from models.detection import Candidate, Pixel
from tracker.history import StageHistory
from tracker.messages import Command, Estimate, Sighting, Tick

Listener: TypeAlias = Callable[[Tick], None]


class StagePost(Protocol):
    """The loop's side of the stage: it remembers where the stage was, and takes posts."""

    @property
    def delay_s(self) -> float:
        """Seconds from posting to the stage acting, as measured lately."""
        ...

    def history(self) -> StageHistory:
        """Return the stamped positions of the last second or so."""
        ...

    def post(self, command: Command) -> None:
        """Hand a command over; never waits, and the guard has the last word on it."""
        ...


class Estimator(Protocol):
    """Which candidate is ours, where its head is and where it will be."""

    def expected_px(self, t_s: float, stage: StageHistory) -> Pixel | None:
        """Return where the head should be seen at `t_s`; None: anywhere, search."""
        ...

    def update(
        self, candidates: Sequence[Candidate], t_s: float, stage: StageHistory
    ) -> Sighting | None:
        """Choose our animal among the candidates of a frame exposed at `t_s`, and learn."""
        ...

    def predict(self, t_s: float) -> Estimate | None:
        """Return the head at `t_s`; None while it has never been seen or is given up."""
        ...

    def news(self) -> Sequence[str]:
        """Return what the operator should know of the head, each once."""
        ...

    def move_field(self, nudge_um: Vec2) -> None:
        """From now on the field's centre lies `nudge_um` from where it was calibrated."""
        ...


class Controller(Protocol):
    """Which way to steer."""

    def steer(self, foreseen: Estimate, stage: StageHistory, sighting: Sighting | None) -> Vec2:
        """Return the velocity that brings the field's centre onto the foreseen head.

        `foreseen.t_s` is when the stage will act on the answer; `sighting` is what the newest
        frame showed, for laws that look no further.
        """
        ...

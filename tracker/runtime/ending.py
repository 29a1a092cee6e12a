"""How often the end has been asked for by signals: Ctrl-C, a closed terminal, a service."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from hardware.platform import ending_signals


class Asked:
    """Counts the askings for the end. The second one is in a hurry; none is skipped."""

    def __init__(self) -> None:
        self.times = 0

    @property
    def to_end(self) -> bool:
        """Whether the end has been asked for."""
        return self.times > 0

    def in_a_hurry(self) -> bool:
        """Say whether it has been asked for again."""
        return self.times > 1

    def listen(self) -> None:
        """From now on Ctrl-C, a closed terminal or a service's stop ask for the end."""
        for number in ending_signals():
    def once_more(self) -> Callable[[], bool]:
        """Return what says whether the end has been asked for since now."""
        before = self.times
        return lambda: self.times > before

            signal.signal(number, self._on_signal)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.times += 1

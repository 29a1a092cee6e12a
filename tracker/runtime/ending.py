"""How often the end has been asked for by signals: Ctrl-C, a closed terminal, a service."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from hardware.platform import ending_signals

_WORDS = {"SIGINT": "Ctrl-C", "SIGBREAK": "Ctrl-Break", "SIGHUP": "the terminal was closed"}


class Asked:
    """Counts the askings for the end. The second one is in a hurry; none is skipped."""

    def __init__(self) -> None:
        self.times = 0
        self.reason = ""  # the first of them, in the operator's words

    @property
    def to_end(self) -> bool:
        """Whether the end has been asked for."""
        return self.times > 0

    def in_a_hurry(self) -> bool:
        """Say whether it has been asked for again."""
        return self.times > 1

    def once_more(self) -> Callable[[], bool]:
        """Return what says whether the end has been asked for since now."""
        before = self.times
        return lambda: self.times > before

    def listen(self) -> None:
        """From now on Ctrl-C, a closed terminal or a service's stop ask for the end."""
        for number in ending_signals():
            signal.signal(number, self._on_signal)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        name = signal.Signals(number).name
        self.reason = self.reason or _WORDS.get(name, name)
        self.times += 1


def what_was_kept(session: Path) -> str:
    """Say what is left of a recording that nobody closed."""
    kept = sorted(session.glob("[0-9]*/recording.json"))
    if not kept:
        return "nothing was recorded"
    return f"the recording was cut short: `wormlock score {kept[-1].parent}` reads what is there"

"""Whether anything is being recorded nearby: work on the disk waits for that."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from hardware.clock import Clock
from hardware.platform_files import is_held
from tracker.record.checksums import FRAMES_FILE

LOOK_EVERY_S = 1.0
_DEPTHS = ("*", "*/*")  # a recording of a session, and of a session in a folder of sessions


def running_in(folders: Iterable[Path]) -> Path | None:
    """Return a recording that is being written in one of the folders, if there is one."""
    for folder in folders:
        for depth in _DEPTHS:
            for frames in folder.glob(f"{depth}/{FRAMES_FILE}"):
                if is_held(frames):
                    return frames.parent
    return None


class Courtesy:
    """Lets recordings go first: between two blocks of work, `wait` returns when none is running."""

    def __init__(
        self,
        folders: Iterable[Path],
        clock: Clock,
        *,
        sleep: Callable[[float], None],
        tell: Callable[[str], None],
    ) -> None:
        """Watch folders of sessions; `tell` hears when the work pauses and when it goes on."""
        self._folders = sorted(set(folders))
        self._clock = clock
        self._sleep = sleep
        self._tell = tell
        self._looked_s = float("-inf")

    def wait(self) -> None:
        """Wait as long as something is being recorded; cheap to ask often."""
        if self._clock.now_s() - self._looked_s < LOOK_EVERY_S:
            return
        running = running_in(self._folders)
        if running is not None:
            self._tell(f"paused: {running} is being recorded")
            while running_in(self._folders) is not None:
                self._sleep(LOOK_EVERY_S)
            self._tell("goes on")
        self._looked_s = self._clock.now_s()

"""The marker: what others see of a recording's start, its stop, and each of its frames.

The words of a serial marker, or the output line of the device that counts edges. Every change is a
row of `MARK_ROW`, with the time at which it was really carried out.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Protocol

from hardware.clock import Clock
from hardware.lines import Lines
from hardware.lines_config import OutputMarker, SerialMarker
from hardware.link import Link

Mark = tuple[float, int, bool]  # the fields of MARK_ROW
_NO_FRAME = -1
_PULSE_S = 0.002


class Marker(Protocol):
    """Whatever tells others."""

    @property
    def tells_frames(self) -> bool:
        """Whether it wants to hear of each frame."""
        ...

    def set_recording(self, is_recording: bool) -> None:
        """A recording has begun, or is over."""
        ...

    def frame(self, index: int) -> None:
        """A frame was handled."""
        ...

    def turn(self, changed_s: Sequence[float]) -> list[Mark]:
        """Go on; return the marks that were carried out since, `changed_s` told by the device."""
        ...

    def close(self) -> None:
        """Tell that it is over, and let go what is its own."""
        ...


class OutputLineMarker:
    """The output is up while a recording is made, or for 2 ms at each of its frames."""

    def __init__(self, section: OutputMarker, lines: Lines, clock: Clock) -> None:
        self._section, self._lines, self._clock = section, lines, clock
        self._is_recording = self._is_high = False
        self._down_s = float("inf")
        self._asked: deque[tuple[int, bool]] = deque()

    @property
    def tells_frames(self) -> bool:
        """As config.yaml says."""
        return self._section.each_frame

    def set_recording(self, is_recording: bool) -> None:
        """Move the output, or let frames move it from now on.

        Raises:
            HardwareError: the device refused.
        """
        self._is_recording = is_recording
        if not self._section.each_frame or not is_recording:
            self._set(is_recording, _NO_FRAME)

    def frame(self, index: int) -> None:
        """Begin a pulse.

        Raises:
            HardwareError: the device refused.
        """
        if self._is_recording and self._section.each_frame:
            self._set(False, _NO_FRAME)  # if the last pulse is not over
            self._set(True, index)
            self._down_s = self._clock.now_s() + _PULSE_S

    def turn(self, changed_s: Sequence[float]) -> list[Mark]:
        """End a pulse that is over.

        Raises:
            HardwareError: the device refused.
        """
        if self._clock.now_s() >= self._down_s:
            self._set(False, _NO_FRAME)
        carried_out = changed_s[: len(self._asked)]
        return [(t_s, *self._asked.popleft()) for t_s in carried_out]

    def close(self) -> None:
        """The device puts its output down when it is closed."""

    def _set(self, is_high: bool, index: int) -> None:
        self._down_s = float("inf")
        if is_high != self._is_high:
            self._is_high = is_high
            self._lines.set_output(is_high=is_high)
            self._asked.append((index, is_high))


class SerialLineMarker:
    """Words on a serial port of their own."""

    def __init__(self, section: SerialMarker, link: Link, clock: Clock) -> None:
        self._section, self._link, self._clock = section, link, clock
        self._is_recording = False
        self._said: list[Mark] = []

    @property
    def tells_frames(self) -> bool:
        """Whether there is a word for it."""
        return bool(self._section.frame)

    def set_recording(self, is_recording: bool) -> None:
        """Say so, once.

        Raises:
            LinkLostError: the port is gone.
        """
        if is_recording != self._is_recording:
            self._is_recording = is_recording
            word = self._section.start if is_recording else self._section.stop
            self._say(word, _NO_FRAME, is_high=is_recording)

    def frame(self, index: int) -> None:
        """Say so while it is recorded.

        Raises:
            LinkLostError: the port is gone.
        """
        if self._is_recording:
            self._say(self._section.frame, index, is_high=True)

    def turn(self, changed_s: Sequence[float]) -> list[Mark]:
        """Return what was said; its time is when the port took it."""
        said, self._said = self._said, []
        return said

    def close(self) -> None:
        """Say that it is over if it is not, and let the port go."""
        try:
            self.set_recording(False)
        finally:
            self._link.close()

    def _say(self, word: str, index: int, *, is_high: bool) -> None:
        if word:
            began_s = self._clock.now_s()
            self._link.write(word.encode())
            self._said.append((0.5 * (began_s + self._clock.now_s()), index, is_high))

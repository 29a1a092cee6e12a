"""The operator's line: what the session does, in figures, rewritten in place."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TextIO

import numpy as np

from hardware.ring import RingReader
from tracker.messages import FOCUS_ROW, POSITION_ROW, STAGE_ROW, TICK_ROW
from tracker.runtime.session_place import SessionPlace

_KEPT = 40
_STALE_S = 1.0  # figures of so long ago say nothing about now
_LINE_EVERY_S = 5.0
_REWRITE_EVERY_S = 0.125


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What the rings say of late; NaN where they say nothing."""

    rate_hz: float
    error_um: float
    delay_s: float
    position_um: tuple[float, float]
    focus_um: float | None = None  # None: the rig has no drive


class Gauges:
    """Reads the session's rings as a bystander."""

    def __init__(self, place: SessionPlace, *, has_stage: bool, has_focus: bool = False) -> None:
        """Map the rings.

        Raises:
            RingError: their processes have not made them.
        """
        self._ticks = RingReader(place.ticks_ring, TICK_ROW)
        self._rows = RingReader(place.stage_rows_ring, STAGE_ROW) if has_stage else None
        self._positions = RingReader(place.positions_ring, POSITION_ROW) if has_stage else None
        self._focus = RingReader(place.focus_ring, FOCUS_ROW) if has_focus else None
        self._exposed_s: dict[int, float] = {}  # mid-exposure by the number of the command
        self._delays_s: deque[float] = deque(maxlen=_KEPT)
        self._times_s: deque[float] = deque(maxlen=_KEPT)
        self._error_um = float("nan")
        self._heard_s = float("-inf")

    @property
    def ticks(self) -> int:
        """How many frames have been handled."""
        return self._ticks.count

    def read(self, now_s: float) -> Figures:
        """Return the newest figures; where no frame has been handled lately there are none."""
        ticks = self._ticks.take().rows
        if ticks.size:
            self._heard_s = now_s
            self._times_s.extend(ticks["t_s"].tolist())
            self._error_um = float(np.hypot(*ticks["error_um"][-1]))
            self._exposed_s = dict(
                [*self._exposed_s.items(), *zip(ticks["sequence"], ticks["t_s"], strict=True)][
                    -4 * _KEPT :
                ]
            )
        self._learn_delays()
        if now_s - self._heard_s > _STALE_S:
            self._error_um = float("nan")
            self._times_s.clear()
            self._delays_s.clear()
        return Figures(
            rate_hz=self._rate_hz(),
            error_um=self._error_um,
            delay_s=float(np.median(self._delays_s)) if self._delays_s else float("nan"),
            position_um=self._position_um(),
            focus_um=self._focus_um(),
        )

    def _learn_delays(self) -> None:
        if self._rows is None:
            return
        for row in self._rows.take().rows:
            exposed_s = self._exposed_s.get(int(row["sequence"]))
            if exposed_s is not None and row["sequence"] >= 0:
                self._delays_s.append(float(row["acts_s"]) - exposed_s)

    def _rate_hz(self) -> float:
        if len(self._times_s) < 2:
            return float("nan")
        return (len(self._times_s) - 1) / (self._times_s[-1] - self._times_s[0])

    def _focus_um(self) -> float | None:
        if self._focus is None:
            return None
        newest = self._focus.newest()
        return float("nan") if newest is None else float(newest["z_um"][0])

    def _position_um(self) -> tuple[float, float]:
        newest = self._positions.newest() if self._positions else None
        if newest is None:
            return float("nan"), float("nan")
        x_um, y_um = newest["position_um"][0].tolist()
        return x_um, y_um


def status_text(
    figures: Figures,
    *,
    state: str,
    recording_s: float,
    disk_bytes: int,
    drift: str = "",
    neural: str = "",
) -> str:
    """Spell the line.

    >>> print(status_text(Figures(rate_hz=40.0, error_um=3.21, delay_s=0.0141,
    ...                           position_um=(1234.0, -567.0)),
    ...       state="recording", recording_s=72.4, disk_bytes=53_000_000_000))
    recording  40.0 Hz  error   3.2 um  delay 14.1 ms   1.234  -0.567 mm 01:12 53 GB
    """
    x_um, y_um = figures.position_um
    clock = "--:--"
    if recording_s >= 0.0:
        minutes, seconds = divmod(int(recording_s), 60)
        clock = f"{minutes:02d}:{seconds:02d}"
    words = (
        f"{state:<9} {figures.rate_hz:5.1f} Hz",
        f" error {figures.error_um:5.1f} um",
        f" delay {1e3 * figures.delay_s:4.1f} ms",
        f" {1e-3 * x_um:6.3f} {1e-3 * y_um:7.3f} mm",
        *([] if figures.focus_um is None else [f" z {figures.focus_um:6.1f} um"]),
        clock,
        f"{1e-9 * disk_bytes:.0f} GB",
        *(f" {word}" for word in (neural, drift) if word),
    )
    return " ".join(words).replace("nan", "  -")


def drift_text(figures: Mapping[str, float], *, most_fraction: float, most_s: float) -> str:
    """Say what the recorder's figures tell of drift beyond these, in a few words.

    >>> figures = {"matrix_off_fraction": 0.087, "delay_off_s": 0.001}
    >>> drift_text(figures, most_fraction=0.03, most_s=0.005)
    'MATRIX 8.7 % off'
    """
    words: list[str] = []
    off, off_s = figures.get("matrix_off_fraction", 0.0), figures.get("delay_off_s", 0.0)
    if off > most_fraction:
        words.append(f"MATRIX {100.0 * off:.1f} % off")
    if abs(off_s) > most_s:
        words.append(f"DELAY {1e3 * off_s:+.1f} ms off")
    return ", ".join(words)


class Screen:
    """Where the operator reads: a line in place on a terminal, else one every few seconds."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = sys.stdout if stream is None else stream
        self._is_terminal = self._stream.isatty()
        self._next_s = 0.0
        self._is_dirty = False

    def is_due(self, now_s: float) -> bool:
        """Say whether the status should be shown again."""
        return now_s >= self._next_s

    def show(self, status: str, now_s: float) -> None:
        """Show the status line."""
        self._next_s = now_s + (_REWRITE_EVERY_S if self._is_terminal else _LINE_EVERY_S)
        if self._is_terminal:
            self._stream.write(f"\r{status}\x1b[K")
            self._is_dirty = True
        else:
            self._stream.write(f"{status}\n")
        self._stream.flush()

    def say(self, line: str) -> None:
        """Write a line that stays."""
        if self._is_dirty:
            self._stream.write("\r\x1b[K")
            self._is_dirty = False
        self._stream.write(f"{line}\n")
        self._stream.flush()

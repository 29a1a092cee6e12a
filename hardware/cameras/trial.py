"""A few frames before the session: does the camera run, how fast, and by which clock?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from hardware.cameras.source import Picture, PictureSource
from hardware.cameras.stamps import Sighting
from hardware.clock import Clock
from hardware.errors import CameraError

_FRAMES = 9
_LONGER_S = 1.0  # on a busy computer, arrivals alone tell the rate only after a while
_RATE_TOLERANCE = 0.1
_CLOCK_TOLERANCE = 5.0  # a few arrivals on a busy computer; a wrong unit is off by 10 at least
_LOOK_S = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What was seen; a period of 0 means that nothing was tried, and then nothing is known."""

    period_s: float = 0.0
    faults: tuple[str, ...] = ()
    has_stamps: bool = True
    has_counter: bool = True


class _Section(Protocol):
    """What config.yaml says of any such camera."""

    @property
    def trigger(self) -> str: ...
    @property
    def exposure_s(self) -> float: ...
    @property
    def rate_hz(self) -> float | None: ...


def try_out(source: PictureSource, clock: Clock, config: _Section, *, stamps: str) -> Trial:
    """Let a camera run for a few frames; one with an external trigger is not tried.

    Args:
        source: the camera, set as it should be.
        clock: the rig's.
        config: its section: a slow camera is waited for, and another rate is a fault.
        stamps: the key that says what a stamp's unit is, and what the stamp is called.

    Raises:
        CameraError: it gives no frames.
    """
    if config.trigger == "external":
        return Trial()
    source.start()
    try:
        seen = _watch(source, clock, within_s=2.0 + 2.0 * _FRAMES * config.exposure_s)
    finally:
        source.stop()
    return judge(seen, rate_hz=config.rate_hz, stamps=stamps)


def judge(pictures: Sequence[Picture], *, rate_hz: float | None, stamps: str) -> Trial:
    """Return the period and what is wrong with it, from stamps and arrivals in seconds."""
    sightings: list[Sighting] = [(one.stamp_s, one.received_s) for one in pictures]
    seen = np.array(sightings, dtype=np.float64)
    by_stamps_s = float(np.median(np.diff(seen[:, 0])))
    exposed = pictures[-1].counter - pictures[0].counter  # those that were lost, too
    # Several may arrive at once: the whole stretch counts.
    period_s = float(seen[-1, 1] - seen[0, 1]) / max(exposed, len(seen) - 1)
    faults: list[str] = []
    if math.isfinite(by_stamps_s):
        if not period_s / _CLOCK_TOLERANCE < by_stamps_s < period_s * _CLOCK_TOLERANCE:
            faults.append(
                f"{stamps} grew by {by_stamps_s:.4g} s a frame while frames came every "
                f"{period_s:.4g} s: its unit is another"
            )
        period_s = by_stamps_s
    if rate_hz and abs(1.0 / period_s / rate_hz - 1.0) > _RATE_TOLERANCE:
        faults.append(
            f"rig.camera.rate_hz: expected {rate_hz:g}, the camera gives {1.0 / period_s:.1f}; set "
            "its own rate property under rig.camera.properties, or change exposure or region"
        )
    return Trial(
        period_s=period_s,
        faults=tuple(faults),
        has_stamps=math.isfinite(by_stamps_s),
        has_counter=pictures[-1].counter >= 0,
    )


def _watch(source: PictureSource, clock: Clock, *, within_s: float) -> list[Picture]:
    pictures: list[Picture] = []
    until_s = clock.now_s() + within_s
    while len(pictures) < _FRAMES or _is_too_soon(pictures, clock):
        if len(pictures) < _FRAMES and clock.now_s() > until_s:
            why = source.why_silent()
            raise CameraError(
                f"{source.name} gives no frames: {len(pictures)} in {within_s:.1f} s"
                + (f" ({why})" if why else "")
                + "; is it waiting for a trigger? (then rig.camera.trigger is external)"
            )
        pictures += source.take(_LOOK_S)
    return pictures


def _is_too_soon(pictures: Sequence[Picture], clock: Clock) -> bool:
    first = pictures[0]
    return math.isnan(first.stamp_s) and clock.now_s() < first.received_s + _LONGER_S

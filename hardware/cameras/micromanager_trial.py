"""A few frames before the session: does the camera run, how fast, and by which clock?"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hardware.cameras.micromanager_device import MicroManagerDevice
from hardware.cameras.stamps import Sighting
from hardware.clock import Clock
from hardware.config import MicroManagerCamera
from hardware.errors import CameraError

_FRAMES = 9
_RATE_TOLERANCE = 0.1
_CLOCK_TOLERANCE = 5.0  # a few arrivals on a busy computer; a wrong unit is off by 10 at least


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What was seen; a period of 0 means that nothing was tried."""

    period_s: float = 0.0
    faults: tuple[str, ...] = ()


def try_out(device: MicroManagerDevice, config: MicroManagerCamera, clock: Clock) -> Trial:
    """Let the camera run for a few frames.

    Raises:
        CameraError: it gives none.
    """
    device.start()
    try:
        return judge(_watch(device, config, clock), config)
    finally:
        device.stop()


def judge(sightings: Sequence[Sighting], config: MicroManagerCamera) -> Trial:
    """Return the period and what is wrong with it, from stamps and arrivals in seconds."""
    seen = np.array(sightings, dtype=np.float64)
    by_stamps_s = float(np.median(np.diff(seen[:, 0])))
    period_s = float(seen[-1, 1] - seen[0, 1]) / (len(seen) - 1)  # several may arrive at once
    faults: list[str] = []
    if math.isfinite(by_stamps_s):
        if not period_s / _CLOCK_TOLERANCE < by_stamps_s < period_s * _CLOCK_TOLERANCE:
            faults.append(
                f"rig.camera.stamp_unit_s: {config.stamp_tag} grew by {by_stamps_s:.4g} s a frame "
                f"while frames came every {period_s:.4g} s: its unit is another"
            )
        period_s = by_stamps_s
    rate_hz = 1.0 / period_s
    if config.rate_hz and abs(rate_hz / config.rate_hz - 1.0) > _RATE_TOLERANCE:
        faults.append(
            f"rig.camera.rate_hz: expected {config.rate_hz:g}, the camera gives {rate_hz:.1f}; set "
            "its own rate property under rig.camera.properties, or change the exposure"
        )
    return Trial(period_s=period_s, faults=tuple(faults))


def _watch(device: MicroManagerDevice, config: MicroManagerCamera, clock: Clock) -> list[Sighting]:
    sightings: list[Sighting] = []
    until_s = clock.now_s() + 2.0 + 2.0 * _FRAMES * config.exposure_s
    while len(sightings) < _FRAMES:
        now_s = clock.now_s()
        if now_s > until_s:
            raise CameraError(
                f"the camera {device.label} gives no frames: {len(sightings)} in "
                f"{2.0 + 2.0 * _FRAMES * config.exposure_s:.1f} s; is it waiting for a trigger? "
                "(then rig.camera.trigger is external)"
            )
        picture = device.pop() if device.waiting() else None
        if picture is None:
            time.sleep(2e-4)
            continue
        stamp_s = picture.number(config.stamp_tag) * config.stamp_unit_s
        sightings.append((stamp_s, clock.now_s()))
    return sightings

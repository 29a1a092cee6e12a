"""What becomes of a command when the head is no longer seen."""

from __future__ import annotations

import math

_MOMENT_S = 0.01  # from a picture in hand to its command on the wire


def coasting_share(unseen_s: float, *, coast_s: float) -> float:
    """Return how much of a command is still believed, 1 to 0.

    All of it while the head was seen within `coast_s`; from there it fades and is nothing at
    twice that. A head never seen (NaN) is worth nothing, and one seen in the future neither.

    >>> [coasting_share(unseen_s, coast_s=0.3) for unseen_s in (0.1, 0.3, 0.6, float("nan"))]
    [1.0, 1.0, 0.0, 0.0]
    """
    if math.isnan(unseen_s) or unseen_s < 0.0:
        return 0.0
    if unseen_s <= coast_s:
        return 1.0
    if unseen_s >= 2.0 * coast_s:
        return 0.0
    return 2.0 - unseen_s / coast_s


def age_faults(
    *, coast_s: float, deadman_s: float, camera_delay_s: float, frame_s: float
) -> list[str]:
    """Return what of the guard's times a camera's pictures cannot keep, a line a fault.

    A sighting is usually no older than the camera's delay, one picture and a moment; a camera
    that does not say how fast it is (NaN) is not judged.

    >>> age_faults(coast_s=0.3, deadman_s=0.2, camera_delay_s=0.008, frame_s=0.025)
    []
    """
    age_s = camera_delay_s + frame_s + _MOMENT_S
    faults: list[str] = []
    if coast_s < age_s:
        faults.append(
            f"safety.coast_s is {coast_s:g} s, but with this camera a sighting is usually up to "
            f"{age_s:.3f} s old: the stage would be slowed all the time; expected more than that"
        )
    if deadman_s < frame_s + _MOMENT_S:
        faults.append(
            f"safety.deadman_s is {deadman_s:g} s, but this camera gives a picture every "
            f"{frame_s:.3f} s: the stage would be halted between any two; expected more than that"
        )
    return faults

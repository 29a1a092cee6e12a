"""Whether an exposure fits between two frames."""

from __future__ import annotations

_ROUNDED = 1.01  # a rate is written in two or three digits


def require_exposure_fits(exposure_s: float, rate_hz: float | None) -> None:
    """Make sure that a sensor, which ends one exposure before it begins the next, can do both.

    Reading out may overlap the next exposure, so the readout is not asked about. None: the rate
    is not told, and is seen when the camera is opened.

    Raises:
        ValueError: it cannot.
    """
    if rate_hz is not None and exposure_s * rate_hz > _ROUNDED:
        raise ValueError(
            f".exposure_s: expected no more than a frame's time at rate_hz {rate_hz:g}, "
            f"{1.0 / rate_hz:.3g}, got {exposure_s:g}: frames would be dropped"
        )

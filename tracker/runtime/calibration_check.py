"""Whether the calibration holds for the camera as it is set today."""

from __future__ import annotations

from tracker.config import Config, MeasuredCalibration
from tracker.errors import SessionError


def check_calibration(config: Config, shape: tuple[int, int]) -> str | None:
    """Return what is doubtful about a calibration; None where nothing is.

    Raises:
        SessionError: it was measured in pictures of another size: its pixels are not these.
    """
    calibration = config.calibration
    if not isinstance(calibration, MeasuredCalibration) or calibration.measured_with is None:
        return None
    then, camera = calibration.measured_with, config.rig.camera
    if (then.rows, then.columns) != shape:
        rows, columns = shape
        raise SessionError(
            f"calibration: it was measured in pictures of {then.columns}x{then.rows} px, the "
            f"camera gives {columns}x{rows}: calibrate anew, or set the camera as it was"
        )
    if then.camera != camera.kind:
        return f"the calibration was measured with a camera of kind {then.camera}"
    exposure_s: object = getattr(camera, "exposure_s", None)
    if then.exposure_s is not None and exposure_s != then.exposure_s:
        return f"the calibration was measured at an exposure of {then.exposure_s:g} s"
    return None

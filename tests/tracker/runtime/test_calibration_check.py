"""A calibration that was measured with other camera settings is refused or doubted."""

import datetime

import pytest

from tracker.commands.run import default_config
from tracker.config import MeasuredCalibration, MeasuredWith, load_config
from tracker.errors import SessionError
from tracker.runtime.calibration_check import check_calibration


def measured(**settings):
    calibration = MeasuredCalibration(
        kind="measured",
        stage_from_image_um_per_px=((1.0, 0.0), (0.0, 1.0)),
        target_px=(5.0, 5.0),
        field_size_um=(200.0, 200.0),
        field_rotation_deg=0.0,
        measured_on=datetime.date(2026, 3, 1),
        residual_um=0.1,
        measured_with=MeasuredWith(
            **({"camera": "simulated", "rows": 732, "columns": 968} | settings)
        ),
    )
    return load_config(default_config()).model_copy(update={"calibration": calibration})


def test_the_same_settings_are_no_doubt():
    assert check_calibration(measured(), (732, 968)) is None
    assert check_calibration(load_config(default_config()), (10, 10)) is None


def test_pictures_of_another_size_are_refused():
    with pytest.raises(SessionError, match="pictures of 968x732 px, the camera gives 484x366"):
        check_calibration(measured(), (366, 484))


def test_another_camera_or_exposure_is_told():
    assert "kind webcam" in (check_calibration(measured(camera="webcam"), (732, 968)) or "")
    assert "0.004 s" in (check_calibration(measured(exposure_s=0.004), (732, 968)) or "")

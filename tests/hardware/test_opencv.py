"""What a user reads when OpenCV cannot be loaded."""

import pytest

from hardware.opencv import explain_import_error


@pytest.mark.parametrize(
    ("message", "advice"),
    [
        ("libGL.so.1: cannot open shared object file: No such file", "sudo apt install libgl1"),
        ("libgthread-2.0.so.0: cannot open shared object", "sudo apt install libglib2.0-0"),
        ("libodd-3.so.7: cannot open shared object file", "install the package that has it"),
        ("No module named 'cv2'", "pip install --force-reinstall opencv-python"),
    ],
)
def test_the_missing_library_and_the_way_out_are_named(message, advice):
    line = explain_import_error(message)

    assert advice in line
    assert "\n" not in line


def test_the_headless_wheel_is_offered():
    assert "opencv-python-headless" in explain_import_error("libGL.so.1: cannot open")

"""What a user reads when OpenCV cannot be loaded."""

import pytest

from hardware.opencv import explain_import_error


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (ImportError("libGL.so.1: cannot open shared object file"), "sudo apt install libgl1"),
        (ImportError("libgthread-2.0.so.0: cannot open"), "sudo apt install libglib2.0-0"),
        (ImportError("libodd-3.so.7: cannot open"), "install the package that has it"),
        (ModuleNotFoundError("No module named 'cv2'", name="cv2"), "--force-reinstall opencv"),
    ],
)
def test_the_missing_library_and_the_way_out_are_named(error, advice):
    line = explain_import_error(error)

    assert line is not None
    assert advice in line
    assert "\n" not in line


def test_the_headless_wheel_is_offered():
    line = explain_import_error(ImportError("libGL.so.1: cannot open"))

    assert line is not None
    assert "opencv-python-headless" in line


def test_another_missing_module_is_not_blamed_on_opencv():
    assert explain_import_error(ModuleNotFoundError("No module named 'zmq'", name="zmq")) is None

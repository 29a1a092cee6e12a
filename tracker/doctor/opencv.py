"""Does OpenCV load, and is it installed once?"""

from __future__ import annotations

import importlib
from collections.abc import Mapping

from hardware.opencv import explain_import_error
from tracker.doctor.finding import Finding, fault, fault_of, ok, warning
from tracker.doctor.packages import installed_of

WHEELS = (
    "opencv-python",
    "opencv-python-headless",
    "opencv-contrib-python",
    "opencv-contrib-python-headless",
)


def examine() -> list[Finding]:
    """Load it."""
    wheels = installed_of(WHEELS)
    rivals = judge_wheels(wheels)
    try:
        import cv2
    except ImportError as error:
        return [
            fault_of(
                ValueError(explain_import_error(error) or f"OpenCV cannot be loaded: {error}"),
                "pip install opencv-python",
            )
        ]
    if rivals is not None:
        return [rivals]
    return [ok(f"OpenCV {cv2.__version__} loads ({', '.join(wheels) or 'not from a wheel'})")]


def loads() -> bool:
    """Say whether OpenCV can be loaded here."""
    try:
        importlib.import_module("cv2")
    except ImportError:
        return False
    return True


def judge_wheels(wheels: Mapping[str, str]) -> Finding | None:
    """Complain of wheels that write into one folder; None where there is at most one.

    >>> judge_wheels({"opencv-python": "5.0", "opencv-python-headless": "4.9"}).verdict
    'fault'
    >>> judge_wheels({"opencv-python": "5.0", "opencv-python-headless": "5.0"}).verdict
    'warning'
    """
    if len(wheels) < 2:
        return None
    told = " and ".join(f"{name} {version}" for name, version in wheels.items())
    says = f"{told} are both installed and overwrite each other's files"
    remedy = f"pip uninstall -y {' '.join(wheels)} && pip install {next(iter(wheels))}"
    is_mixed = len(set(wheels.values())) > 1
    return fault(says, remedy) if is_mixed else warning(says, remedy)

"""OpenCV, or one clear line why it cannot be loaded.

The `opencv-python` wheel needs libGL and glib of the system, which a bare Linux computer (a
server, a container) often lacks; the loader's own message names a file and nothing to do.
"""

from __future__ import annotations

import importlib
import re

from hardware.errors import HardwareError

# Debian's and Ubuntu's names of the packages that hold the libraries the wheel asks for.
_PACKAGES = {
    "libGL.so.1": "libgl1",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libSM.so.6": "libsm6",
    "libXext.so.6": "libxext6",
    "libXrender.so.1": "libxrender1",
    "libxcb.so.1": "libxcb1",
}


class OpenCvMissingError(HardwareError):
    """OpenCV is not installed, or the system lacks a library that it needs."""


def check_opencv() -> None:
    """Load OpenCV once and keep it from taking every core.

    Raises:
        OpenCvMissingError: naming the library and what to install.
    """
    try:
        cv2 = importlib.import_module("cv2")
    except ImportError as error:
        raise OpenCvMissingError(explain_import_error(str(error))) from error
    cv2.setNumThreads(1)


def explain_import_error(message: str) -> str:
    """Say in one line what to do about an ImportError of cv2.

    >>> explain_import_error("libGL.so.1: cannot open shared object file")[:52]
    'OpenCV cannot load: the system lacks libGL.so.1; run'
    """
    found = re.search(r"(lib[\w.+-]+\.so[.\d]*)", message)
    if found is None:
        return f"OpenCV cannot load ({message}); run: pip install --force-reinstall opencv-python"
    library = found.group(1)
    package = _PACKAGES.get(library)
    by_apt = f"run: sudo apt install {package}" if package else "install the package that has it"
    return (
        f"OpenCV cannot load: the system lacks {library}; {by_apt} (or use the wheel that needs "
        "no screen: pip uninstall opencv-python && pip install opencv-python-headless)"
    )

"""What to do when OpenCV cannot be loaded, in one clear line.

The `opencv-python` wheel needs libGL and glib of the system, which a bare Linux computer (a
server, a container) often lacks; the loader's own message names a file and nothing to do.
"""

from __future__ import annotations

import re

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


def explain_import_error(error: ImportError) -> str | None:
    """Say in one line what to do about an ImportError; None if it is not OpenCV's."""
    library = re.search(r"(lib[\w.+-]+\.so[.\d]*)", str(error))
    if library is None:
        is_ours = (error.name or "").split(".")[0] == "cv2"
        advice = "run: pip install --force-reinstall opencv-python"
        return f"OpenCV cannot be loaded ({error}); {advice}" if is_ours else None
    name = library.group(1)
    package = _PACKAGES.get(name)
    by_apt = f"run: sudo apt install {package}" if package else "install the package that has it"
    return (
        f"OpenCV cannot be loaded: the system lacks {name}; {by_apt} (or take the wheel that "
        "needs no screen: pip uninstall opencv-python && pip install opencv-python-headless)"
    )

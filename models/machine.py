"""What this computer offers, found out before ONNX Runtime is asked for anything."""

from __future__ import annotations

import contextlib
import ctypes
import importlib.metadata
import logging
import os
import sys
import tempfile
from collections.abc import Generator

_logger = logging.getLogger(__name__)


def why_driver_cannot_serve(cuda: int) -> str | None:
    """Return why there is no GPU that serves this major version of CUDA; None where one does."""
    library = "nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1"
    try:
        driver = ctypes.CDLL(library)
    except OSError:
        return f"no NVIDIA driver here ({library} does not load)"
    if driver.cuInit(0) != 0:
        return "the NVIDIA driver finds no usable GPU (cuInit failed)"
    version = ctypes.c_int(0)
    driver.cuDriverGetVersion(ctypes.byref(version))
    if version.value // 1000 < cuda:
        served = f"{version.value // 1000}.{version.value % 1000 // 10}"
        return f"the NVIDIA driver serves CUDA {served}, this ONNX Runtime needs {cuda}"
    return None


def rival_packages() -> list[str]:
    """Return the installed packages that are ONNX Runtime; two of them break each other."""
    names = ("onnxruntime", "onnxruntime-gpu", "onnxruntime-directml", "onnxruntime-openvino")
    found: list[str] = []
    for name in names:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            importlib.metadata.version(name)
            found.append(name)
    return found


def warn_of_rivals() -> None:
    """Warn where several packages lay claim to the name onnxruntime."""
    found = rival_packages()
    if len(found) > 1:
        _logger.warning("onnx_runtime_installed_twice packages=%s keep=one", ",".join(found))


@contextlib.contextmanager
def caught_native_text() -> Generator[list[str]]:
    """Catch what libraries write to file descriptor 2; the lines are there after the block."""
    lines: list[str] = []
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as file:
        os.dup2(file.fileno(), 2)
        try:
            yield lines
        finally:
            sys.stderr.flush()
            os.dup2(kept, 2)
            os.close(kept)
            file.seek(0)
            text = file.read().decode(errors="replace")
            lines.extend(line.strip() for line in text.splitlines() if line.strip())

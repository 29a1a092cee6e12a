"""Why a device adapter of Micro-Manager's cannot be loaded, in one line.

An adapter and MMCore must speak the same device interface, a whole number. pip does not check
it, and MMCore's own message does not name it: so the adapter's library is asked.
"""

from __future__ import annotations

import ctypes
import re
from pathlib import Path

# The newest pymmcore that speaks each device interface: the fourth number of its version.
_PYMMCORE = {
    75: "12.5.1.75.0",
    74: "11.10.0.74.1",
    73: "11.9.0.73.0",
    71: "11.2.1.71.0",
    70: "10.1.1.70.6",
}
_FILE = re.compile(r"(?:lib)?mmgr_dal_(?P<name>.+?)\.(?:so(?:\.0)?|dll|dylib)$")


def explain_load_failure(
    adapters: Path, library: str, *, core_interface: int, told: str, section: str
) -> str:
    """Say what is wrong with an adapter that MMCore did not load, and what to do.

    Args:
        adapters: the folder of the adapters.
        library: the adapter's name in the .cfg.
        core_interface: the device interface that MMCore speaks.
        told: MMCore's own message.
        section: the part's in config.yaml.
    """
    files = adapter_files(adapters)
    if library not in files:
        there = ", ".join(sorted(files)) or "none at all"
        return (
            f"{section}.mm_app_path: no device adapter {library} in {adapters}, which has: {there}"
        )
    try:
        interface = device_interface(files[library])
    except (OSError, AttributeError) as error:
        return f"{files[library]}: this adapter cannot be loaded: {' '.join(str(error).split())}"
    if interface == core_interface:
        return f"{files[library]}: {told}"
    version = _PYMMCORE.get(interface)
    remedy = (
        f'pip install "pymmcore=={version}"'
        if version
        else f"install a pymmcore whose fourth number is {interface}"
    )
    return (
        f"{files[library]}: the adapter speaks Micro-Manager's device interface {interface}, the "
        f"pymmcore that is installed {core_interface}: {remedy}, or take adapters of interface "
        f"{core_interface}"
    )


def adapter_files(adapters: Path) -> dict[str, Path]:
    """Return the adapters of a folder by their names in a .cfg."""
    if not adapters.is_dir():
        return {}
    found = ((_FILE.match(file.name), file) for file in adapters.iterdir())
    return {match["name"]: file for match, file in found if match}


def device_interface(file: Path) -> int:
    """Ask an adapter which device interface it speaks.

    Raises:
        OSError: the library or one that it needs cannot be loaded.
        AttributeError: it is no adapter.
    """
    ask = ctypes.CDLL(str(file)).GetDeviceInterfaceVersion
    ask.restype = ctypes.c_long
    return int(ask())

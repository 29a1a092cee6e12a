"""Which cameras GenICam producers and pylon can see. A vendor's library is loaded for that.

Call it in a process that can be ended.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Mapping
from pathlib import Path

from hardware.cameras.found import NamedCamera

_WHERE = "GENICAM_GENTL64_PATH"  # the standard's own: vendors' installers add their folders to it


def producer_files(environment: Mapping[str, str]) -> list[Path]:
    """Return the producers that vendors have installed, as the environment says."""
    folders = filter(None, environment.get(_WHERE, "").split(os.pathsep))
    found = (file for folder in folders for file in sorted(Path(folder).glob("*.cti")))
    return list(dict.fromkeys(found))


def has_pylon() -> bool:
    """Say whether pypylon is installed."""
    return importlib.util.find_spec("pypylon") is not None


def producer_cameras(cti_path: Path) -> list[NamedCamera]:
    """Load a producer and list its cameras.

    Raises:
        CameraError: harvesters is not installed, or the file is no producer.
    """
    from hardware.cameras.genicam_producer import listed, load_producer

    with load_producer(cti_path) as producer:
        named = listed(producer)
        producer.reset()
    return named


def basler_cameras() -> list[NamedCamera]:
    """List the cameras that pylon sees.

    Raises:
        CameraError: pypylon is not installed.
    """
    from hardware.cameras.basler_pylon import listed

    return listed()

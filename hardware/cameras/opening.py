"""From a section of config.yaml to a camera that is really there.

Imports stand inside the functions: a rig process must not load what it does not use.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator

from hardware.camera import Camera, RawCamera
from hardware.cameras.grey import GreyCamera
from hardware.clock import Clock
from hardware.config import (
    BaslerCamera,
    GenicamCamera,
    MicroManagerCamera,
    RawCameraConfig,
    RigConfig,
    SimulatedNeuralCamera,
)
from hardware.errors import ConfigError, HardwareError


def open_grey_camera(
    section: RawCameraConfig, clock: Clock, *, tell: Callable[[str], None] | None
) -> Camera:
    """Open a camera for the eye; see `hardware.registry.open_camera`."""
    return GreyCamera(_open_that_may_return(section, clock, tell))


def _open_that_may_return(
    section: RawCameraConfig, clock: Clock, tell: Callable[[str], None] | None
) -> RawCamera:
    if tell is None or section.reconnect_s == 0.0:
        return open_raw_camera(section, clock)
    from hardware.cameras.reconnecting import ReconnectingCamera

    return ReconnectingCamera(
        lambda: open_raw_camera(section, clock),
        reconnect_s=section.reconnect_s,
        clock=clock,
        tell=tell,
    )


def open_raw_camera(section: RawCameraConfig, clock: Clock) -> RawCamera:
    """Open a camera for its own counts.

    Raises:
        CameraError: it is absent, taken, or gives no pictures.
        ConfigMismatchError: it is not the camera that was configured.
    """
    if isinstance(section, MicroManagerCamera):
        from hardware.cameras.micromanager import open_micromanager

        return open_micromanager(section, clock)
    if isinstance(section, GenicamCamera):
        from hardware.cameras.genicam import open_genicam

        return open_genicam(section, clock)
    if isinstance(section, BaslerCamera):
        from hardware.cameras.basler import open_basler

        return open_basler(section, clock)
    from hardware.cameras.webcam import open_webcam

    return open_webcam(section, clock)


def open_neural_camera(
    rig: RigConfig, place: int, clock: Clock, *, tell: Callable[[str], None] | None = None
) -> RawCamera:
    """Open one of `rig.neural_cameras`, in a process of its own: it may hold an MMCore of its own.

    `tell` as in `hardware.registry.open_camera`.

    Raises:
        HardwareError: as above, with the keys as the user wrote them.
    """
    with _keys_of(f"rig.neural_cameras[{place}].camera"):
        section = rig.neural_cameras[place].camera
        if isinstance(section, SimulatedNeuralCamera):
            raise ConfigError("rig.camera.kind: got simulated: expected one that is really there")
        return _open_that_may_return(section, clock, tell)


@contextlib.contextmanager
def _keys_of(section: str) -> Generator[None]:
    try:
        yield
    except HardwareError as error:
        says = str(error).replace("rig.camera", section)
        raise type(error)(says) from error

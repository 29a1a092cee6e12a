"""What is wrong with a rig's parts and can be seen without opening them, a line a fault."""

from __future__ import annotations

from hardware.config import AnyCamera, AnyStage, GenicamCamera, RigConfig, Simulation, VideoCamera
from hardware.errors import ConfigError
from hardware.stage_config import SerialStage


def rig_faults(rig: RigConfig) -> list[str]:
    """Return what is wrong with all parts of a rig."""
    faults = [*camera_faults(rig.camera), *stage_faults(rig.stage)]
    return faults if rig.simulation is None else [*faults, *simulation_faults(rig.simulation)]


def simulation_faults(simulation: Simulation) -> list[str]:
    """Return what is wrong with the scenario that is named, a line a fault."""
    from hardware.sim.scenario import load_scenario

    try:
        load_scenario(simulation.scenario)
    except ConfigError as error:
        return [f"rig.simulation.scenario: {line}" for line in str(error).splitlines()]
    return []


def camera_faults(camera: AnyCamera) -> list[str]:
    """Return what is wrong with a camera and can be seen without opening it, a line a fault."""
    if isinstance(camera, GenicamCamera) and not camera.cti_path.is_file():
        return [f"rig.camera.cti_path: {camera.cti_path}: no such file"]
    if not isinstance(camera, VideoCamera):
        return []
    if not camera.path.exists():
        return [f"rig.camera.path: {camera.path}: no such file or folder"]
    if camera.path.is_dir() and next(camera.path.iterdir(), None) is None:
        return [f"rig.camera.path: {camera.path}: the folder is empty: expected images"]
    return []


def stage_faults(stage: AnyStage) -> list[str]:
    """Return what is wrong with a stage and can be seen without opening it, a line a fault."""
    if not isinstance(stage, SerialStage):
        return []
    from hardware.discovery import absent_port

    absent = absent_port(stage.port)
    return [] if absent is None else [f"rig.stage.port: {absent}"]

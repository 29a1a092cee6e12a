"""What is wrong with a rig's parts and can be seen without opening them, a line a fault."""

from __future__ import annotations

from collections.abc import Sequence

from hardware.config import (
    AnyCamera,
    AnyStage,
    GenicamCamera,
    MicroManagerCamera,
    NeuralCamera,
    RigConfig,
    SimulatedNeuralCamera,
    Simulation,
    VideoCamera,
)
from hardware.errors import ConfigError
from hardware.stage_config import SerialStage


def rig_faults(rig: RigConfig) -> list[str]:
    """Return what is wrong with all parts of a rig."""
    faults = [
        *camera_faults(rig.camera),
        *neural_faults(rig.neural_cameras),
        *stage_faults(rig.stage),
    ]
    return faults if rig.simulation is None else [*faults, *simulation_faults(rig.simulation)]


def simulation_faults(simulation: Simulation) -> list[str]:
    """Return what is wrong with the scenario that is named, a line a fault."""
    from hardware.sim.scenario import load_scenario

    try:
        load_scenario(simulation.scenario)
    except ConfigError as error:
        return [f"rig.simulation.scenario: {line}" for line in str(error).splitlines()]
    return []


def neural_faults(cameras: Sequence[NeuralCamera]) -> list[str]:
    """Return the same of the neural cameras, in their order in config.yaml."""
    return [
        fault
        for place, neural in enumerate(cameras)
        if not isinstance(neural.camera, SimulatedNeuralCamera)
        for fault in camera_faults(neural.camera, f"rig.neural_cameras[{place}].camera")
    ]


def camera_faults(camera: AnyCamera, key: str = "rig.camera") -> list[str]:
    """Return what is wrong with a camera and can be seen without opening it, a line a fault."""
    if isinstance(camera, GenicamCamera) and not camera.cti_path.is_file():
        return [f"{key}.cti_path: {camera.cti_path}: no such file"]
    if isinstance(camera, MicroManagerCamera):
        return _micro_manager_faults(camera, key)
    if not isinstance(camera, VideoCamera):
        return []
    if not camera.path.exists():
        return [f"{key}.path: {camera.path}: no such file or folder"]
    if camera.path.is_dir() and next(camera.path.iterdir(), None) is None:
        return [f"{key}.path: {camera.path}: the folder is empty: expected images"]
    return []


def _micro_manager_faults(camera: MicroManagerCamera, key: str) -> list[str]:
    """The usual folder of the adapters, where none is named, is looked for only when opening."""
    adapters, cfg = camera.mm_app_path, camera.config_file
    if camera.backend != "python" or adapters is None:
        return []
    if not adapters.is_dir():
        return [f"{key}.mm_app_path: {adapters}: no such folder"]
    if cfg is not None and not (cfg.exists() or (adapters / cfg).exists()):
        return [f"{key}.config_file: {adapters / cfg}: no such file"]
    return []


def stage_faults(stage: AnyStage) -> list[str]:
    """Return what is wrong with a stage and can be seen without opening it, a line a fault."""
    if not isinstance(stage, SerialStage):
        return []
    from hardware.discovery import absent_port

    absent = absent_port(stage.port)
    return [] if absent is None else [f"rig.stage.port: {absent}"]

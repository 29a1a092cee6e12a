"""How a stage of Micro-Manager's is loaded, halted, and made sure of."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hardware.cameras import micromanager_core as cores
from hardware.cameras.calls import one_line
from hardware.cameras.micromanager_config import XY_STAGE, Setting, devices_of, read_cfg
from hardware.cameras.micromanager_device import texts
from hardware.cameras.micromanager_load import adapters_folder, cfg_path, load_all
from hardware.clock import Clock
from hardware.errors import CameraError, ConfigMismatchError, LinkLostError
from hardware.stage_config import (
    MicroManagerStage,
    SteeringByProperties,
    SteeringBySerial,
    SteeringByTargets,
)
from hardware.stages.micromanager import MicroManagerXy
from hardware.stages.micromanager_bridged import BridgedCore
from hardware.stages.micromanager_steering import steering_of
from hardware.types import StageLimits


def open_micromanager_stage(
    config: MicroManagerStage, limits: StageLimits, clock: Clock
) -> MicroManagerXy:
    """Load the stage with what it stands on, halt it, and see that it says where it is.

    With the Java backend it is loaded already, by a Micro-Manager that runs.

    Raises:
        ConfigError: the .cfg has no such stage, or shares what it stands on.
        LinkLostError: Micro-Manager cannot load it: absent, switched off, or taken.
        ConfigMismatchError: it has not the properties that it is to be steered by.
    """
    if config.backend == "java":
        return _bridged(config, limits, clock)
    try:
        adapters = adapters_folder(config.mm_app_path, XY_STAGE)
        cfg = read_cfg(cfg_path(config.config_file, adapters), XY_STAGE)
        devices = devices_of(cfg, config.device, config.shared_hub, XY_STAGE)
        core = cores.join_python_core(adapters)
    except CameraError as error:
        raise LinkLostError(str(error)) from error
    try:
        load_all(core, devices, XY_STAGE, adapters, config.properties)
        ours, labels = devices[-1], [device.label for device in devices]
        loaded = _Loaded(core, ours.label, ours.after, labels, cores.leave_python_core)
        stage = _taken_in_charge(loaded, config, limits, clock)
    except CameraError as error:
        cores.leave_python_core()
        raise LinkLostError(str(error)) from error
    except BaseException:
        cores.leave_python_core()
        raise
    return stage


def _bridged(config: MicroManagerStage, limits: StageLimits, clock: Clock) -> MicroManagerXy:
    try:
        core = BridgedCore(config.host, config.port)
    except CameraError as error:
        raise LinkLostError(str(error)) from error
    try:
        label = config.device or core.get_xy_stage_device()
        labels = core.get_loaded_devices()
        if not label:
            raise LinkLostError("rig.stage.device: Micro-Manager has no XY stage: load its .cfg")
        if label not in labels:
            raise ConfigMismatchError(
                f"rig.stage.device: Micro-Manager has no {label}; it has {', '.join(labels)}"
            )
        loaded = _Loaded(core, label, (), labels, core.let_go)
        return _taken_in_charge(loaded, config, limits, clock)
    except RuntimeError as error:
        core.let_go()
        raise LinkLostError(f"rig.stage: Micro-Manager says: {one_line(error)}") from error
    except BaseException:
        core.let_go()
        raise


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A core, our stage in it with its .cfg's settings, what else is there, how to let it go."""

    core: cores.XyCore
    label: str
    settings: Sequence[Setting]
    labels: Sequence[str]
    let_go: Callable[[], None]


def _taken_in_charge(
    loaded: _Loaded, config: MicroManagerStage, limits: StageLimits, clock: Clock
) -> MicroManagerXy:
    core, label = loaded.core, loaded.label
    faults = _faults(core, label, loaded.labels, config)
    if faults:
        raise ConfigMismatchError("\n".join(faults))
    steering = steering_of(core, label, config, limits)
    try:
        steering.halt()
        for name, value in (*loaded.settings, *config.properties.items()):
            if not core.is_property_pre_init(label, name):
                core.set_property(label, name, str(value))
        core.get_xy_position(label)
    except RuntimeError as error:
        raise LinkLostError(f"{label}: Micro-Manager says: {one_line(error)}") from error
    return MicroManagerXy(
        core,
        label,
        steering=steering,
        config=config,
        limits=limits,
        clock=clock,
        let_go=loaded.let_go,
    )


def _faults(
    core: cores.XyCore, label: str, loaded: Sequence[str], config: MicroManagerStage
) -> list[str]:
    """Return what the stage lacks of what config.yaml wants to use, a line each."""
    velocity = config.velocity
    key = "rig.stage.velocity"
    match velocity:
        case SteeringByTargets():
            wanted = [(f"{key}.speed_properties", name) for name in velocity.speed_properties]
        case SteeringByProperties():
            wanted = [
                (f"{key}.x_property", velocity.x_property),
                (f"{key}.y_property", velocity.y_property),
            ]
        case SteeringBySerial():
            wanted = []
            if velocity.port_device not in loaded:
                return [
                    f"{key}.port_device: the stage {label} stands on no {velocity.port_device}; "
                    f"loaded are {', '.join(loaded)}"
                ]
    wanted += [(f"rig.stage.properties.{name}", name) for name in config.properties]
    names = texts(core.get_device_property_names(label))
    return [
        f"{key}: the stage {label} has no property {name}{_guess(name, names)}"
        for key, name in wanted
        if name not in names
    ]


def _guess(name: str, names: tuple[str, ...]) -> str:
    close = difflib.get_close_matches(name, names, n=3, cutoff=0.4)
    return f"; did you mean {' or '.join(close)}?" if close else f"; it has {', '.join(names)}"

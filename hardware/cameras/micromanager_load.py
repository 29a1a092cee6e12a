"""Opens a device by Micro-Manager: in this process out of a .cfg, or one that runs already."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hardware.cameras import micromanager_bridge as bridge
from hardware.cameras import micromanager_core as cores
from hardware.cameras.calls import DeadlineCaller, DirectCaller, one_line
from hardware.cameras.micromanager_adapter import explain_load_failure
from hardware.cameras.micromanager_config import (
    CAMERA,
    CfgDevice,
    Part,
    Setting,
    devices_of,
    read_cfg,
)
from hardware.cameras.micromanager_device import MicroManagerDevice, texts
from hardware.config import MicroManagerCamera
from hardware.errors import CameraError, HardwareError

_BRIDGE_DEADLINE_S = 5.0  # the first start allocates the ring: seconds, if it is large


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedCamera:
    """A device, the settings that its .cfg has for it, and how to let it go."""

    device: MicroManagerDevice
    from_cfg: tuple[Setting, ...]
    let_go: Callable[[], None]


def load_camera(config: MicroManagerCamera) -> LoadedCamera:
    """Reach the camera that is configured.

    Raises:
        ConfigError: the .cfg has no such camera, or shares what it stands on.
        CameraError: Micro-Manager cannot be reached, or cannot load it.
    """
    return _bridged(config) if config.backend == "java" else _in_process(config)


def _in_process(config: MicroManagerCamera) -> LoadedCamera:
    adapters = adapters_folder(config.mm_app_path, CAMERA)
    cfg = read_cfg(cfg_path(config.config_file, adapters))
    devices = devices_of(cfg, config.device, config.shared_hub)
    core = cores.open_python_core(adapters, buffer_mb=config.buffer_mb)
    call = DirectCaller()
    try:
        load_all(core, devices, CAMERA, adapters, config.properties)
        camera = devices[-1]
        call(lambda: core.set_camera_device(camera.label))
    except HardwareError:
        cores.close_python_core()
        raise
    return LoadedCamera(
        device=MicroManagerDevice(core, camera.label, call),
        from_cfg=camera.after,
        let_go=cores.close_python_core,
    )


def _bridged(config: MicroManagerCamera) -> LoadedCamera:
    call = DeadlineCaller(
        deadline_s=_BRIDGE_DEADLINE_S,
        name=f"Micro-Manager at {config.host}:{config.port}",
        when_lost=lambda: bridge.abandon(config.port),
    )
    core = call(lambda: bridge.open_java_core(config.host, config.port))

    def let_go() -> None:
        call(lambda: bridge.close_java_core(core))

    try:
        label = config.device or call(core.get_camera_device)
        if not label:
            raise CameraError("rig.camera.device: Micro-Manager has no camera: load its .cfg first")
        device = MicroManagerDevice(core, label, call)
        if device.is_running():
            raise CameraError(f"{label} runs already: switch off Micro-Manager's live view")
        call(lambda: core.set_camera_device(label))
    except HardwareError:
        let_go()
        raise
    return LoadedCamera(device=device, from_cfg=(), let_go=let_go)


def adapters_folder(told: Path | None, part: Part) -> Path:
    """Return the folder of the device adapters: as told, or the usual one.

    Raises:
        CameraError: there is none.
    """
    adapters = told or cores.default_adapters(part.section)
    if not adapters.is_dir():
        raise CameraError(f"{part.section}.mm_app_path: {adapters}: no such folder")
    return adapters


def cfg_path(told: Path | None, adapters: Path) -> Path:
    """Return where a .cfg is: in the current folder, or beside the adapters."""
    path = told or Path()
    return path if path.is_absolute() or path.exists() else adapters / path


def load_all(
    core: cores.Core,
    devices: Sequence[CfgDevice],
    part: Part,
    adapters: Path,
    properties: Mapping[str, str | int | float],
) -> None:
    """Load devices in order, each with the settings that it must have before it is initialized.

    What the core holds already is left alone. The last one is the part itself: of `properties`
    it gets those that it takes only now, and what its .cfg sets afterwards is left to the caller.

    Raises:
        CameraError: one cannot be loaded or initialized, or the last one is no such part.
    """
    ours = devices[-1]
    there = texts(core.get_loaded_devices())
    for device in devices:
        if device.label in there:
            continue
        _load(core, device, part, adapters)
        if device is ours and not cores.is_of_role(core, ours.label, part.role):
            raise CameraError(f"{part.section}.device: {ours.label} is no {part.noun}")
        early = _early(core, ours.label, properties) if device is ours else []
        try:
            for name, value in (*device.before, *early):
                core.set_property(device.label, name, value)
            if device.parent is not None:
                core.set_parent_label(device.label, device.parent)
            core.initialize_device(device.label)
            if device is not ours:
                for name, value in device.after:
                    core.set_property(device.label, name, value)
        except RuntimeError as error:
            raise CameraError(
                f"{device.label} ({device.library} {device.name}) cannot be initialized: "
                f"{one_line(error)}"
            ) from None


def _load(core: cores.Core, device: CfgDevice, part: Part, adapters: Path) -> None:
    try:
        core.load_device(device.label, device.library, device.name)
    except RuntimeError as error:
        raise CameraError(
            explain_load_failure(
                adapters,
                device.library,
                core_interface=cores.core_interface(),
                told=one_line(error),
                section=part.section,
            )
        ) from None


def _early(
    core: cores.Core, label: str, properties: Mapping[str, str | int | float]
) -> list[Setting]:
    """Return those of config.yaml's properties that a device takes only before it is opened."""
    return [
        (name, str(value))
        for name, value in properties.items()
        if core.has_property(label, name) and core.is_property_pre_init(label, name)
    ]

"""Opens a camera by Micro-Manager: in this process out of a .cfg, or one that runs already."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from hardware.cameras import micromanager_bridge as bridge
from hardware.cameras import micromanager_core as cores
from hardware.cameras.calls import DeadlineCaller, DirectCaller, one_line
from hardware.cameras.micromanager_adapter import explain_load_failure
from hardware.cameras.micromanager_config import CfgDevice, Setting, devices_of, read_cfg
from hardware.cameras.micromanager_device import MicroManagerDevice
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
    adapters = config.mm_app_path or cores.default_adapters()
    if not adapters.is_dir():
        raise CameraError(f"rig.camera.mm_app_path: {adapters}: no such folder")
    cfg = read_cfg(_cfg_path(config, adapters))
    devices = devices_of(cfg, config.device, config.shared_hub)
    core = cores.open_python_core(adapters, buffer_mb=config.buffer_mb)
    call = DirectCaller()
    try:
        _load_all(core, devices, config, adapters)
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


def _cfg_path(config: MicroManagerCamera, adapters: Path) -> Path:
    path = config.config_file or Path()
    return path if path.is_absolute() or path.exists() else adapters / path


def _load_all(
    core: cores.Core, devices: Sequence[CfgDevice], config: MicroManagerCamera, adapters: Path
) -> None:
    """Load devices in order, each with the settings that it must have before it is initialized."""
    camera = devices[-1]
    for device in devices:
        _load(core, device, adapters)
        if device is camera and not cores.is_camera(core, camera.label):
            raise CameraError(f"rig.camera.device: {camera.label} is no camera")
        ours = _ours_before(core, camera.label, config) if device is camera else []
        try:
            for name, value in (*device.before, *ours):
                core.set_property(device.label, name, value)
            if device.parent is not None:
                core.set_parent_label(device.label, device.parent)
            core.initialize_device(device.label)
            if device is not camera:  # the camera's are set together with config.yaml's
                for name, value in device.after:
                    core.set_property(device.label, name, value)
        except RuntimeError as error:
            raise CameraError(
                f"{device.label} ({device.library} {device.name}) cannot be initialized: "
                f"{one_line(error)}"
            ) from None


def _load(core: cores.Core, device: CfgDevice, adapters: Path) -> None:
    try:
        core.load_device(device.label, device.library, device.name)
    except RuntimeError as error:
        interface = cores.core_interface()
        raise CameraError(
            explain_load_failure(
                adapters, device.library, core_interface=interface, told=one_line(error)
            )
        ) from None


def _ours_before(core: cores.Core, camera: str, config: MicroManagerCamera) -> list[Setting]:
    """Return those of config.yaml's properties that the camera takes only before it is opened."""
    return [
        (name, str(value))
        for name, value in config.properties.items()
        if core.has_property(camera, name) and core.is_property_pre_init(camera, name)
    ]

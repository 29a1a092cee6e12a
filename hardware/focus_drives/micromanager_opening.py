"""How a focus drive of Micro-Manager's is loaded, and made sure of; the stage's core is shared."""

from __future__ import annotations

from hardware.cameras import micromanager_core as cores
from hardware.cameras.calls import one_line
from hardware.cameras.micromanager_config import FOCUS, devices_of, read_cfg
from hardware.cameras.micromanager_device import texts
from hardware.cameras.micromanager_load import adapters_folder, cfg_path, load_all
from hardware.clock import Clock
from hardware.errors import CameraError, ConfigMismatchError, LinkLostError
from hardware.focus_config import MicroManagerFocus
from hardware.focus_drives.micromanager import MicroManagerZ


def open_micromanager_focus(config: MicroManagerFocus, clock: Clock) -> MicroManagerZ:
    """Load the drive with what it stands on, and see that it says where it is.

    Raises:
        ConfigError: the .cfg has no such drive, or shares what it stands on.
        LinkLostError: Micro-Manager cannot load it: absent, switched off, or taken.
        ConfigMismatchError: it has not the properties that it is to be given.
    """
    try:
        adapters = adapters_folder(config.mm_app_path, FOCUS)
        cfg = read_cfg(cfg_path(config.config_file, adapters), FOCUS)
        devices = devices_of(cfg, config.device, config.shared_hub, FOCUS)
        core = cores.join_python_core(adapters)
    except CameraError as error:
        raise LinkLostError(str(error)) from error
    ours = devices[-1]
    try:
        load_all(core, devices, FOCUS, adapters, config.properties)
        _check_properties(core, ours.label, config)
        for name, value in (*ours.after, *config.properties.items()):
            if not core.is_property_pre_init(ours.label, name):
                core.set_property(ours.label, name, str(value))
        core.get_position(ours.label)
    except CameraError as error:
        cores.leave_python_core()
        raise LinkLostError(str(error)) from error
    except RuntimeError as error:
        cores.leave_python_core()
        raise LinkLostError(f"{ours.label}: Micro-Manager says: {one_line(error)}") from error
    except BaseException:
        cores.leave_python_core()
        raise
    return MicroManagerZ(
        core, ours.label, config=config, clock=clock, let_go=cores.leave_python_core
    )


def _check_properties(core: cores.Core, label: str, config: MicroManagerFocus) -> None:
    names = texts(core.get_device_property_names(label))
    missing = [name for name in config.properties if name not in names]
    if missing:
        raise ConfigMismatchError(
            f"rig.focus.properties.{missing[0]}: the drive {label} has no such property; it has "
            f"{', '.join(names)}"
        )

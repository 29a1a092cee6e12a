"""Does config.yaml mean something, and do the files that it names exist?"""

from __future__ import annotations

from pathlib import Path

from hardware.errors import HardwareError
from hardware.rig_faults import rig_faults
from tracker.config import Config, load_config
from tracker.doctor.finding import Finding, fault_of, ok
from tracker.named_files import faults_of_named
from tracker.runtime.launch import unready

_REMEDY = "mend that key; docs/set-up-your-rig.md says what each may be"


def examine_file(config_file: Path) -> tuple[Config | None, list[Finding]]:
    """Read a configuration; None where it cannot mean anything, with a finding a fault."""
    try:
        config = load_config(config_file)
    except HardwareError as error:
        lines = [*str(error).splitlines(), *faults_of_named(config_file)]
        return None, [fault_of(ValueError(line), _REMEDY) for line in lines]
    faults = [fault_of(ValueError(f"{config_file}: {line}"), _REMEDY) for line in _faults(config)]
    return config, faults or [ok(f"{config_file}: {_summary(config)}")]


def _faults(config: Config) -> list[str]:
    folder = config.record.folder
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    faults = [*rig_faults(config.rig), *unready(config)]
    if not there.is_dir():
        faults.append(f"record.folder: {there} is a file; name a folder")
    return faults


def _summary(config: Config) -> str:
    rig = config.rig
    return (
        f"camera {rig.camera.kind}, stage {rig.stage.kind}, calibration "
        f"{config.calibration.kind}, model {config.detector.model}"
    )

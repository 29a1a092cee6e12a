"""Everything that can be found wrong before a single process is started."""

from __future__ import annotations

import math
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from hardware.config import NoFocus, NoStage
from hardware.errors import ConfigError
from hardware.registry import believed_calibration
from hardware.strict_yaml import named_by
from hardware.types import Calibration
from tracker.calibrate.focus_plane import fit_plane
from tracker.config import Config, MeasuredCalibration, NoCalibration, calibration_file
from tracker.errors import CalibrationError, UsageError
from tracker.named_files import load_whole_config
from tracker.record.compression import require_compression
from tracker.runtime.field_file import CALIBRATION_FILE, FieldFile

LEAST_DISK_BYTES = 500_000_000  # half a minute of the default camera
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(s|m|h|)")
_SECONDS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """A session that may be started. `folder` does not exist yet."""

    config: Config
    config_source: str
    calibration: Calibration
    folder: Path
    duration_s: float
    calibration_file: Path | None = None  # that config.yaml names

    @property
    def field_file(self) -> FieldFile:
        """Where a field is saved that the operator has moved."""
        named = self.calibration_file
        path = self.folder / CALIBRATION_FILE if named is None else named
        return FieldFile(path=path, is_used=named is not None)

    @property
    def has_stage(self) -> bool:
        """Whether there is a stage to steer."""
        return not isinstance(self.config.rig.stage, NoStage)

    @property
    def has_focus(self) -> bool:
        """Whether there is a focus drive to jog."""
        return not isinstance(self.config.rig.focus, NoFocus)


def parse_duration(spelling: str) -> float:
    """Read a duration in seconds, minutes or hours.

    >>> [parse_duration(spelling) for spelling in ("30s", "5m", "1h", "2.5")]
    [30.0, 300.0, 3600.0, 2.5]

    Raises:
        UsageError: it is not one.
    """
    match = _DURATION.fullmatch(spelling.strip())
    seconds = float(match[1]) * _SECONDS[match[2]] if match else 0.0
    if seconds <= 0.0 or not math.isfinite(seconds):
        raise UsageError(f"--duration: expected something like 30s, 5m or 1h, got {spelling!r}")
    return seconds


def prepare(config_file: Path, *, out: Path | None, duration_s: float, now: datetime) -> Launch:
    """Check all that can be checked beforehand.

    Raises:
        ConfigError: with one line a fault.
        MissingExtraError: what compresses frames is not installed.
    """
    try:
        config = load_whole_config(config_file)
    except ConfigError as error:
        raise ConfigError("\n".join([str(error), *_folder_faults(out, "--out")])) from None
    folder = out or config.record.folder / now.strftime("%Y-%m-%d_%H%M%S")
    if faults := _folder_faults(folder, "--out" if out else f"{config_file}: record.folder"):
        raise ConfigError("\n".join(faults))
    if config.record.compress:
        require_compression()
    with named_by(str(config_file)):
        calibration = calibration_of(config)
        check_focus_plane(config)
    return Launch(
        config=config,
        config_source=str(config_file),
        calibration=calibration,
        folder=folder,
        duration_s=duration_s,
        calibration_file=calibration_file(config_file),
    )


def unready(config: Config) -> list[str]:
    """Return why a configuration that means something starts no session yet, a line a reason.

    A simulated calibration is not looked into: it is as sound as its scenario.
    """
    faults: list[str] = []
    if isinstance(config.calibration, NoCalibration):
        faults += _refused(calibration_of, config)
    return faults + _refused(check_focus_plane, config)


def check_focus_plane(config: Config) -> None:
    """Make sure that the points in focus, if config.yaml tells any, lie on a plane.

    Raises:
        ConfigError: they do not, and why.
    """
    if config.focus.points:
        points_um = np.array(config.focus.points)
        try:
            fit_plane(points_um, most_residual_um=config.focus.most_residual_um)
        except CalibrationError as error:
            raise ConfigError(f"focus.points_um: {error}") from None


def calibration_of(config: Config) -> Calibration:
    """Return how picture and stage belong together, as far as the lab knows.

    Raises:
        ConfigError: nothing is measured yet, or a scenario should say it and cannot be read.
    """
    told = config.calibration
    if isinstance(told, NoCalibration):
        raise ConfigError(
            "calibration.kind: expected measured or file, got none: measure it by "
            "`wormlock calibrate stage`, then name it here"
        )
    if not isinstance(told, MeasuredCalibration):
        return believed_calibration(config.rig)
    return Calibration(
        stage_from_image_um_per_px=np.array(told.stage_from_image_um_per_px),
        target_px=np.array(told.target_px),
        field_size_um=np.array(told.field_size_um),
        field_rotation_rad=math.radians(told.field_rotation_deg),
        measured_on=told.measured_on.isoformat(),
        residual_um=told.residual_um,
    )


def calibration_or_guess(config: Config, shape: tuple[int, int] = (1, 1)) -> Calibration:
    """Return the same; where nothing is measured yet, one that a first calibration may begin with.

    The confocal is then taken to look at the middle of the picture, (rows, columns), and to see
    200 um.

    Raises:
        ConfigError: a scenario should say it, and cannot be read.
    """
    if not isinstance(config.calibration, NoCalibration):
        return calibration_of(config)
    rows, columns = shape
    return Calibration(
        stage_from_image_um_per_px=np.eye(2),
        target_px=(np.array([columns, rows]) - 1.0) / 2.0,
        field_size_um=np.array([200.0, 200.0]),
        field_rotation_rad=0.0,
        measured_on="never",
        residual_um=0.0,
    )


def disk_left_bytes(folder: Path) -> int:
    """Return the room on the disk that a folder, there or not yet, lies on."""
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    return shutil.disk_usage(there).free


def _refused(check: Callable[[Config], object], config: Config) -> list[str]:
    try:
        check(config)
    except ConfigError as error:
        return str(error).splitlines()
    return []


def _folder_faults(folder: Path | None, key: str) -> list[str]:
    if folder is None:
        return []
    if folder.exists():
        return [f"{key}: {folder} exists already: name one that does not, nothing is overwritten"]
    there = next(path for path in folder.absolute().parents if path.exists())
    if not there.is_dir():
        return [f"{key}: {there} is a file: name a folder"]
    left = disk_left_bytes(folder)
    if left < LEAST_DISK_BYTES:
        return [
            f"{key}: {left / 1e6:.0f} MB left on the disk of {there}, "
            f"at least {LEAST_DISK_BYTES / 1e6:.0f} MB are needed: make room or name another disk"
        ]
    return []

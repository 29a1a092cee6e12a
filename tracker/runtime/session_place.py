"""Where the processes of one session meet: a folder of mapped files, named by its supervisor.

The supervisor makes it and writes `session.json`; every child is told its path and reads what it
needs. Each ring is made by the one process that fills it: frames, ticks and posts by control,
stage rows and positions by the stage process. The folder goes with the session; what a killed
session left behind is swept by the next one.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np

from hardware.errors import RingError
from hardware.platform import is_running, shared_memory_folder
from hardware.rig_place import RigPlace
from hardware.types import Calibration
from tracker.config import Config, parse_config, resolved_yaml

# Beside these there are two for each neural camera: `tracker.runtime.neural_place`.
Role: TypeAlias = str
ROLES: tuple[Role, ...] = ("emulator", "world", "stage", "control", "recorder")
_PREFIX = "wormlock-"


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraFacts:
    """What control found when it opened the camera; written before the frames ring is made."""

    shape: tuple[int, int]
    period_s: float
    delay_s: float


@dataclass(frozen=True, slots=True)
class SessionPlace:
    """The folder, and what lies where in it."""

    folder: Path

    @property
    def session_file(self) -> Path:
        """What every process is told (`Session`)."""
        return self.folder / "session.json"

    @property
    def camera_file(self) -> Path:
        """What control found when it opened the camera (`CameraFacts`)."""
        return self.folder / "camera.json"

    def neural_file(self, name: str) -> Path:
        """What was found when a neural camera was opened (`NeuralFacts`)."""
        return self.folder / f"neural_{name}.json"

    def neural_ring(self, name: str) -> Path:
        """Every frame of a neural camera: `hardware.ring.frame_record`, of its bits."""
        return self.folder / f"neural_{name}.ring"

    @property
    def wake_file(self) -> Path:
        """The loopback port on which the stage process waits to be woken."""
        return self.folder / "wake.port"

    @property
    def frames_ring(self) -> Path:
        """Every frame that control received: `hardware.ring.frame_record`."""
        return self.folder / "frames.ring"

    @property
    def ticks_ring(self) -> Path:
        """Every turn of the loop: `TICK_ROW`."""
        return self.folder / "ticks.ring"

    @property
    def posts_ring(self) -> Path:
        """Commands on their way to the guard: `POST_ROW`."""
        return self.folder / "posts.ring"

    @property
    def stage_rows_ring(self) -> Path:
        """What the guard made of them: `STAGE_ROW`."""
        return self.folder / "stage_rows.ring"

    @property
    def positions_ring(self) -> Path:
        """Where the stage was: `POSITION_ROW`."""
        return self.folder / "positions.ring"

    @property
    def focus_ring(self) -> Path:
        """Where the focus drive was: `FOCUS_ROW`."""
        return self.folder / "focus.ring"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What every process of a session is told.

    `epoch_s` is the world's time zero; `reports_address` is where reports go, and
    `order_addresses` where each role takes its orders (`tracker.runtime.orders`).
    """

    config: Config
    config_source: str
    epoch_s: float
    calibration: Calibration
    folder: Path  # of the session's recordings
    supervisor: int  # its process number
    reports_address: str
    order_addresses: Mapping[str, str]

    def rig_place(self, place: SessionPlace) -> RigPlace:
        """Return the same place as the rig's parts know it."""
        return RigPlace(folder=place.folder, epoch_s=self.epoch_s)


def make_place(session: Session) -> SessionPlace:
    """Sweep what dead sessions left, make the folder of this one, and write `session.json`.

    Raises:
        RingError: the folder cannot be made.
    """
    sweep_stale_places()
    place = SessionPlace(shared_memory_folder() / f"{_PREFIX}{os.getpid()}")
    try:
        shutil.rmtree(place.folder, ignore_errors=True)  # of a dead process with our number
        place.folder.mkdir(mode=0o700)
        write_told(place.session_file, _to_json(session))
    except OSError as error:
        raise RingError(f"cannot make the session's shared memory: {error}") from error
    return place


def sweep_stale_places() -> None:
    """Remove the folders of sessions whose supervisor is gone."""
    for folder in shared_memory_folder().glob(f"{_PREFIX}*"):
        number = folder.name.removeprefix(_PREFIX)
        if number.isdigit() and not is_running(int(number)):
            shutil.rmtree(folder, ignore_errors=True)


def remove_place(place: SessionPlace) -> None:
    """Remove the folder; whoever still has a ring mapped can go on reading it."""
    shutil.rmtree(place.folder, ignore_errors=True)


def read_session(place: SessionPlace) -> Session:
    """Read `session.json`.

    Raises:
        RingError: it is not there.
    """
    told = read_told(place.session_file, within_s=0.0)
    matrix, target, field = told["stage_from_image_um_per_px"], told["target_px"], told["field_um"]
    return Session(
        config=parse_config(str(told["config"]), source=str(told["config_source"])),
        config_source=str(told["config_source"]),
        epoch_s=float(str(told["epoch_s"])),
        calibration=Calibration(
            stage_from_image_um_per_px=np.array(matrix, dtype=np.float64),
            target_px=np.array(target, dtype=np.float64),
            field_size_um=np.array(field, dtype=np.float64),
            field_rotation_rad=float(str(told["field_rotation_rad"])),
            measured_on=str(told["measured_on"]),
            residual_um=float(str(told["residual_um"])),
        ),
        folder=Path(str(told["folder"])),
        supervisor=int(str(told["supervisor"])),
        reports_address=str(told["reports_address"]),
        order_addresses=json.loads(str(told["order_addresses"])),
    )


def write_camera_facts(place: SessionPlace, facts: CameraFacts) -> None:
    """Tell the other processes what the camera is like."""
    told: dict[str, object] = {
        "shape": facts.shape,
        "period_s": facts.period_s,
        "delay_s": facts.delay_s,
    }
    write_told(place.camera_file, told)


def read_camera_facts(place: SessionPlace, *, within_s: float) -> CameraFacts:
    """Read what control found; waits until it is there.

    Raises:
        RingError: it was not there in time.
    """
    told = read_told(place.camera_file, within_s=within_s)
    rows, columns = np.array(told["shape"], dtype=np.int64).tolist()
    return CameraFacts(
        shape=(rows, columns),
        period_s=float(str(told["period_s"])),
        delay_s=float(str(told["delay_s"])),
    )


def _to_json(session: Session) -> dict[str, object]:
    calibration = session.calibration
    return {
        "config": resolved_yaml(session.config),
        "config_source": session.config_source,
        "epoch_s": session.epoch_s,
        "stage_from_image_um_per_px": calibration.stage_from_image_um_per_px.tolist(),
        "target_px": calibration.target_px.tolist(),
        "field_um": calibration.field_size_um.tolist(),
        "field_rotation_rad": calibration.field_rotation_rad,
        "measured_on": calibration.measured_on,
        "residual_um": calibration.residual_um,
        "folder": str(session.folder.absolute()),
        "supervisor": session.supervisor,
        "reports_address": session.reports_address,
        "order_addresses": json.dumps(dict(session.order_addresses)),
    }


def write_told(path: Path, told: dict[str, object]) -> None:
    """Write words for another process, in one go: whoever finds the file finds it whole."""
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_text(json.dumps(told), encoding="utf-8")
    unfinished.replace(path)


def read_told(path: Path, *, within_s: float) -> dict[str, object]:
    """Read what another process wrote by `write_told`; waits until it is there.

    Raises:
        RingError: it was not there in time.
    """
    until_s = time.perf_counter() + within_s
    while not path.is_file():
        if time.perf_counter() > until_s:
            raise RingError(f"{path} is missing: it is written by another process of the session")
        time.sleep(0.01)
    return json.loads(path.read_text(encoding="utf-8"))

"""What a check is told: the configuration, and the figures that earlier checks have found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from hardware.clock import HostClock
from hardware.config import (
    GenApiCamera,
    MicroManagerCamera,
    NoStage,
    SimulatedCamera,
    SimulatedStage,
    WebCamera,
)
from hardware.registry import open_camera
from hardware.rig_place import RigPlace
from hardware.ring import frame_record
from tracker.config import Config
from tracker.record.schema import framed_record

NOWHERE = RigPlace(folder=Path(), epoch_s=0.0)  # for parts that are really there
_ASSUMED = (732, 968, 40.0)  # rows, columns, frames/s of the usual tracking camera


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What there is to be examined. `facts` are of earlier checks: `camera.rows` and so on."""

    config_file: Path
    config: Config
    facts: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What the camera gives: the size of its pictures, how many a second, and how we know."""

    rows: int
    columns: int
    rate_hz: float
    source: Literal["measured", "config", "assumed"]

    @property
    def frame_bytes(self) -> int:
        """Bytes of one frame on the disk, its stamps and checksum included."""
        return framed_record(frame_record((self.rows, self.columns))).itemsize

    @property
    def bytes_per_s(self) -> float:
        """What a recording writes."""
        return self.frame_bytes * self.rate_hz

    def __str__(self) -> str:
        mark = {"measured": "", "config": "", "assumed": ", assumed"}[self.source]
        return f"{self.columns} x {self.rows} px at {self.rate_hz:.0f}/s{mark}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialAddress:
    """Where a stage controller is reached, and in which language."""

    kind: str
    port: str
    baud: int


def needed(case: Case) -> Need:
    """Return what a recording must hold: as the camera was measured, else as config says."""
    facts = case.facts
    try:
        return Need(
            rows=int(facts["camera.rows"]),
            columns=int(facts["camera.columns"]),
            rate_hz=facts["camera.rate_hz"],
            source="measured",
        )
    except KeyError:
        return _configured(case.config)


def _configured(config: Config) -> Need:
    camera = config.rig.camera
    rows, columns, rate_hz = _ASSUMED
    if isinstance(camera, SimulatedCamera) and config.rig.simulation is not None:
        opened = open_camera(config.rig, NOWHERE, HostClock())  # it is attached only when started
        rows, columns = opened.shape
        rate_hz = 1.0 / opened.period_s
        return Need(rows=rows, columns=columns, rate_hz=rate_hz, source="config")
    if isinstance(camera, MicroManagerCamera | GenApiCamera) and camera.roi_px and camera.rate_hz:
        _, _, columns, rows = camera.roi_px
        return Need(rows=rows, columns=columns, rate_hz=camera.rate_hz, source="config")
    if isinstance(camera, WebCamera):
        rate_hz = camera.rate_hz
    return Need(rows=rows, columns=columns, rate_hz=rate_hz, source="assumed")


def serial_address(config: Config) -> SerialAddress | None:
    """Return the serial port that config.yaml names for the stage; None where it names none."""
    stage = config.rig.stage
    if isinstance(stage, SimulatedStage | NoStage):
        return None
    port, baud = getattr(stage, "port", None), getattr(stage, "baud", 0)
    return SerialAddress(kind=stage.kind, port=port, baud=baud) if isinstance(port, str) else None

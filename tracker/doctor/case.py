"""What a check is told: the configuration, and the figures that earlier checks have found."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from hardware.clock import HostClock
from hardware.config import (
    GenApiCamera,
    MicroManagerCamera,
    NeuralCamera,
    NoStage,
    SimulatedCamera,
    SimulatedNeuralCamera,
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
_ASSUMED_NEURAL = (512, 512, 200.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What there is to be examined. `facts` are of earlier checks: `camera.rows` and so on."""

    config_file: Path
    config: Config
    facts: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class NeuralNeed:
    """What a neural camera gives, as config.yaml says it or, where it does not, as is usual."""

    name: str
    rows: int
    columns: int
    rate_hz: float
    depth_bits: int = 16
    is_assumed: bool = False

    @property
    def frame_bytes(self) -> int:
        """Bytes of one frame on the disk."""
        ring = frame_record((self.rows, self.columns), depth_bits=self.depth_bits)
        return framed_record(ring).itemsize

    @property
    def slot_bytes(self) -> int:
        """Bytes of one frame in memory."""
        return frame_record((self.rows, self.columns), depth_bits=self.depth_bits).itemsize

    def __str__(self) -> str:
        mark = ", assumed" if self.is_assumed else ""
        return f"{self.name} {self.columns} x {self.rows} px at {self.rate_hz:.0f}/s{mark}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What the cameras give: the size of their pictures, how many a second, and how we know."""

    rows: int
    columns: int
    rate_hz: float
    source: Literal["measured", "config", "assumed"]
    neural: tuple[NeuralNeed, ...] = ()

    @property
    def frame_bytes(self) -> int:
        """Bytes of one frame on the disk, its stamps and checksum included."""
        return framed_record(frame_record((self.rows, self.columns))).itemsize

    @property
    def bytes_per_s(self) -> float:
        """What a recording writes."""
        neural = sum(camera.frame_bytes * camera.rate_hz for camera in self.neural)
        return self.frame_bytes * self.rate_hz + neural

    def ring_bytes(self, held_s: float, *, spare_frames: int) -> int:
        """Return the memory in which frames wait for the disk for so long."""
        tracking = frame_record((self.rows, self.columns)).itemsize
        sizes = [(self.rate_hz, tracking), *((it.rate_hz, it.slot_bytes) for it in self.neural)]
        return sum((math.ceil(held_s * hz) + spare_frames) * size for hz, size in sizes)

    def __str__(self) -> str:
        mark = {"measured": "", "config": "", "assumed": ", assumed"}[self.source]
        tracking = f"{self.columns} x {self.rows} px at {self.rate_hz:.0f}/s{mark}"
        return "; ".join([tracking, *map(str, self.neural)])


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialAddress:
    """Where a stage controller is reached, and in which language."""

    kind: str
    port: str
    baud: int


def needed(case: Case) -> Need:
    """Return what a recording must hold: as the camera was measured, else as config says."""
    facts = case.facts
    neural = tuple(_neural(camera) for camera in case.config.rig.neural_cameras)
    try:
        return Need(
            neural=neural,
            rows=int(facts["camera.rows"]),
            columns=int(facts["camera.columns"]),
            rate_hz=facts["camera.rate_hz"],
            source="measured",
        )
    except KeyError:
        return replace(_configured(case.config), neural=neural)


def _neural(told: NeuralCamera) -> NeuralNeed:
    camera = told.camera
    rows, columns, rate_hz = _ASSUMED_NEURAL
    if isinstance(camera, SimulatedNeuralCamera):
        return NeuralNeed(
            name=told.name, rows=camera.rows, columns=camera.columns, rate_hz=camera.rate_hz
        )
    depth_bits, is_known = 16, False
    if isinstance(camera, WebCamera):
        depth_bits = 8
    elif camera.roi_px is not None:
        _, _, columns, rows = camera.roi_px
        is_known = camera.rate_hz is not None
    return NeuralNeed(
        name=told.name,
        rows=rows,
        columns=columns,
        rate_hz=camera.rate_hz or rate_hz,
        depth_bits=depth_bits,
        is_assumed=not is_known,
    )


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

"""A camera that describes itself by GenICam: set, read back, and watched for a few frames."""

from __future__ import annotations

from typing import Protocol

from hardware.cameras import genicam_settings as settings
from hardware.cameras.features import Features
from hardware.cameras.source import PictureSource
from hardware.cameras.stream import PictureStream, Readings
from hardware.cameras.trial import Trial, try_out
from hardware.clock import Clock
from hardware.config import GenApiCamera
from hardware.errors import ConfigMismatchError, HardwareError

_STAMPS = "rig.camera.stamp_unit_s: the camera's time stamp"


class DescribedSource(PictureSource, Protocol):
    """A source whose camera has features."""

    @property
    def features(self) -> Features:
        """What can be set."""
        ...


def open_stream(source: DescribedSource, config: GenApiCamera, clock: Clock) -> PictureStream:
    """Make a stream of an opened camera; it is closed where that fails.

    Raises:
        ConfigMismatchError: with a line for everything that is not as configured.
        CameraError: it gives no frames, or is gone.
    """
    try:
        applied = settings.apply(source.features, config)
        trial = Trial() if applied.faults else try_out(source, clock, config, stamps=_STAMPS)
        if faults := [*applied.faults, *trial.faults]:
            raise ConfigMismatchError("\n".join(faults))
        notes = (*applied.notes, *_lacking(source.features.label, trial))
        readings = _read(source.features, config, trial, notes)
    except HardwareError:
        source.close()
        raise
    return PictureStream(source, readings, clock)


def _lacking(label: str, trial: Trial) -> list[str]:
    notes: list[str] = []
    if not trial.has_stamps:
        notes.append(
            f"the camera {label} gives no time stamps: frames are timed by their arrival, and one "
            "that waits because the computer is busy is dated late"
        )
    if not trial.has_counter:
        notes.append(f"the camera {label} does not number its frames: lost ones go unnoticed")
    return notes


def _read(
    features: Features, config: GenApiCamera, trial: Trial, notes: tuple[str, ...]
) -> Readings:
    return Readings(
        shape=settings.shape(features),
        period_s=trial.period_s or 1.0 / (config.rate_hz or 1.0),
        exposure_s=settings.exposure_s(features, config),
        readout_s=config.readout_s,
        white_level=settings.white_level(features, config),
        depth_bits=settings.depth_bits(features),
        may_be_silent=config.trigger == "external",
        notes=notes,
    )

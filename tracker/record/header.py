"""A recording's first file: what it is, when it began, and how its streams are spelled."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias, cast

import numpy as np

from hardware.types import Calibration
from tracker.errors import RecordingError
from tracker.record.schema import (
    HEADER_FILE,
    SCHEMA_VERSION,
    UNCOMPRESSED_VERSION,
    spell,
    stream_file,
    unspell,
)

Facts: TypeAlias = Mapping[str, str | int | float | bool | None]
Words: TypeAlias = "str | int | float | bool | Sequence[Words] | Mapping[str, Words] | None"


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a recording says about itself.

    `wall_time` (ISO 8601, with its zone) was so when the rig's clock stood at `wall_time_at_s`:
    for the reader's diary, never for aligning. The recording holds what was exposed from
    `started_s` on. `facts` were known only while running, as of the eye (`model_name`,
    `model_sha256`, `provider`); `animal` is what the experimenter told. `streams` gives each
    stream's record on disk.
    """

    session: str
    wall_time: str
    wall_time_at_s: float
    started_s: float
    software_version: str
    config_sha256: str
    calibration: Calibration
    facts: Facts
    animal: Facts
    streams: Mapping[str, np.dtype[np.void]]
    schema_version: int = UNCOMPRESSED_VERSION


def header_json(header: Header) -> str:
    """Spell a header."""
    words: dict[str, object] = {
        "schema_version": header.schema_version,
        **about_recording(header),
        "streams": {
            name: {"file": stream_file(name), "dtype": spell(record)}
            for name, record in header.streams.items()
        },
    }
    return json.dumps(words, indent=2) + "\n"


def about_recording(header: Header) -> dict[str, Words]:
    """Return what a file that goes elsewhere wants to know of its recording, as JSON's values."""
    calibration = header.calibration
    return {
        "session": header.session,
        "wall_time": header.wall_time,
        "wall_time_at_s": header.wall_time_at_s,
        "started_s": header.started_s,
        "software_version": header.software_version,
        "config_sha256": header.config_sha256,
        "facts": dict(header.facts),
        "animal": dict(header.animal),
        "calibration": {
            "stage_from_image_um_per_px": calibration.stage_from_image_um_per_px.tolist(),
            "target_px": calibration.target_px.tolist(),
            "field_size_um": calibration.field_size_um.tolist(),
            "field_rotation_rad": calibration.field_rotation_rad,
            "measured_on": calibration.measured_on,
            "residual_um": calibration.residual_um,
        },
    }


def read_header(folder: Path) -> Header:
    """Read recording.json.

    Raises:
        RecordingError: it is missing, damaged, or of a newer version than this program.
    """
    path = folder / HEADER_FILE
    try:
        words = json.loads(path.read_text(encoding="utf-8"))
        return _header(words, path)
    except OSError as error:
        raise RecordingError(
            f"{folder} is not a recording: {HEADER_FILE} cannot be read ({error.strerror})"
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RecordingError(f"{path} is damaged: {type(error).__name__} {error}") from error


def _header(words: dict[str, object], path: Path) -> Header:
    version = int(str(words["schema_version"]))
    if version > SCHEMA_VERSION:
        raise RecordingError(
            f"{path} has version {version}; this program reads up to {SCHEMA_VERSION}: update it"
        )
    streams = cast("dict[str, dict[str, dict[str, object]]]", words["streams"])
    return Header(
        session=str(words["session"]),
        wall_time=str(words["wall_time"]),
        wall_time_at_s=float(str(words["wall_time_at_s"])),
        started_s=float(str(words["started_s"])),
        software_version=str(words["software_version"]),
        config_sha256=str(words["config_sha256"]),
        calibration=_calibration(cast("dict[str, object]", words["calibration"])),
        facts=cast("Facts", words["facts"]),
        animal=cast("Facts", words["animal"]),
        streams={name: unspell(stream["dtype"]) for name, stream in streams.items()},
        schema_version=version,
    )


def _calibration(words: dict[str, object]) -> Calibration:
    matrix = np.array(words["stage_from_image_um_per_px"], dtype=np.float64)
    return Calibration(
        stage_from_image_um_per_px=matrix.reshape(2, 2),
        target_px=np.array(words["target_px"], dtype=np.float64).reshape(2),
        field_size_um=np.array(words["field_size_um"], dtype=np.float64).reshape(2),
        field_rotation_rad=float(str(words["field_rotation_rad"])),
        measured_on=str(words["measured_on"]),
        residual_um=float(str(words["residual_um"])),
    )

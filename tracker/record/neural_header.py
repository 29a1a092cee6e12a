"""What a neural camera's stream says about itself: `neural_NAME.json`, beside its frames.

Each stream has a header of its own, written by its own recorder: whichever process is killed, the
others' files are complete.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import numpy as np

from tracker.errors import RecordingError
from tracker.record.header import Header
from tracker.record.schema import neural_header_file, spell, stream_file, unspell


@dataclass(frozen=True, slots=True, kw_only=True)
class NeuralHeader:
    """A stream of neural frames; `um_per_px` is NaN where nobody knows it."""

    name: str
    started_s: float
    depth_bits: int
    white_level: int
    period_s: float
    delay_s: float
    um_per_px: float
    streams: Mapping[str, np.dtype[np.void]]


def neural_header_json(header: NeuralHeader) -> str:
    """Spell a header."""
    words: dict[str, object] = {
        "name": header.name,
        "started_s": header.started_s,
        "depth_bits": header.depth_bits,
        "white_level": header.white_level,
        "period_s": header.period_s,
        "delay_s": header.delay_s,
        "um_per_px": header.um_per_px if np.isfinite(header.um_per_px) else None,
        "streams": {
            name: {"file": stream_file(name), "dtype": spell(record)}
            for name, record in header.streams.items()
        },
    }
    return json.dumps(words, indent=2) + "\n"


def neural_names(folder: Path) -> list[str]:
    """Return the names of the neural cameras that a recording has streams of."""
    pattern = neural_header_file("*")
    return sorted(path.stem.removeprefix("neural_") for path in folder.glob(pattern))


def read_neural_header(folder: Path, name: str) -> NeuralHeader:
    """Read `neural_NAME.json`.

    Raises:
        RecordingError: it is missing or damaged.
    """
    path = folder / neural_header_file(name)
    try:
        words = cast("dict[str, object]", json.loads(path.read_text(encoding="utf-8")))
        streams = cast("dict[str, dict[str, dict[str, object]]]", words["streams"])
        um_per_px = words["um_per_px"]
        return NeuralHeader(
            name=str(words["name"]),
            started_s=float(str(words["started_s"])),
            depth_bits=int(str(words["depth_bits"])),
            white_level=int(str(words["white_level"])),
            period_s=float(str(words["period_s"])),
            delay_s=float(str(words["delay_s"])),
            um_per_px=float("nan") if um_per_px is None else float(str(um_per_px)),
            streams={stream: unspell(told["dtype"]) for stream, told in streams.items()},
        )
    except OSError as error:
        raise RecordingError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RecordingError(f"{path} is damaged: {type(error).__name__} {error}") from error


def with_neural(folder: Path, header: Header) -> tuple[Header, dict[str, str]]:
    """Return a recording's header with the neural streams beside it among its own.

    And, by their files, what is wrong with headers that cannot be read.
    """
    streams = dict(header.streams)
    faults: dict[str, str] = {}
    for name in neural_names(folder):
        try:
            streams |= read_neural_header(folder, name).streams
        except RecordingError as error:
            faults[neural_header_file(name)] = str(error)
    return replace(header, streams=streams), faults

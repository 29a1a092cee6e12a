"""What lies in a recording's folder, and how its bytes are spelled.

    recording.json   what this is: version, times, software, model, calibration, animal, streams
    config.yaml      the resolved configuration
    frames.bin       every frame of the tracking camera, each behind its magic word and checksum
    ticks.bin        one row a turn of the loop (`tracker.messages.TICK_ROW`)
    stage.bin        what the guard made of each command (`STAGE_ROW`)
    positions.bin    where the stage was (`POSITION_ROW`)
    focus.bin        where the focus drive was, on rigs that have one (`FOCUS_ROW`)
    truth.bin        where the head really was, on rigs that know it (`TRUTH_ROW`)
    events.jsonl     what happened, one JSON object a line
    neural_NAME.json   a neural camera's stream: its records, bits, rate
    frames_NAME.bin    every frame of it, as those of the tracking camera
    events_NAME.jsonl  what its recorder saw: missing frames by number, why it ended
    truth_NAME.bin     where every neuron really was, where the camera is simulated
    summary.json     the figures, once it was closed
    report.png       the picture, once it was closed
    checksums.sha256 of all but the frames, once it was closed

Every .bin file is fixed records and nothing else, so that one line opens it:
`numpy.fromfile("ticks.bin", numpy.dtype(header["streams"]["ticks"]["dtype"]))`.
Additive changes do not raise the version.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias, TypedDict, cast

import numpy as np
from numpy.typing import NDArray

from hardware.platform_files import DIRECT_BYTES
from hardware.truth import TRUTH_ROW
from tracker.messages import FOCUS_ROW, POSITION_ROW, STAGE_ROW, TICK_ROW

SCHEMA_VERSION = 2
UNCOMPRESSED_VERSION = 1  # a recording in which no frames are compressed
HEADER_FILE = "recording.json"
CONFIG_FILE = "config.yaml"
EVENTS_FILE = "events.jsonl"
SUMMARY_FILE = "summary.json"
REPORT_FILE = "report.png"

FRAME_MAGIC = 0x46_4D_52_46  # the bytes "FRMF"
PACKED_MAGIC = 0x5A_4D_52_46  # the bytes "FRMZ": a compressed frame
FRAMES = "frames"
FRAME_TIME = "t_s"
_FILLED_UP_FROM_BYTES = 1 << 16

Rows: TypeAlias = NDArray[np.void]


@dataclass(frozen=True, slots=True)
class Table:
    """A stream of small rows: their record, and which of its fields says when."""

    row: np.dtype[np.void]
    time_field: str


TABLES: Mapping[str, Table] = {
    "ticks": Table(TICK_ROW, "t_s"),
    "stage": Table(STAGE_ROW, "written_s"),
    "positions": Table(POSITION_ROW, "t_s"),
    "focus": Table(FOCUS_ROW, "t_s"),
    "truth": Table(TRUTH_ROW, "t_s"),
}


class SpelledDtype(TypedDict):
    """A record in words that JSON keeps and `numpy.dtype` takes as they are."""

    names: list[str]
    formats: list[str]
    offsets: list[int]
    itemsize: int


def stream_file(name: str) -> str:
    """Return the file that holds a stream."""
    return f"{name}.bin"


def neural_frames(name: str) -> str:
    """Return the stream of a neural camera's frames."""
    return f"{FRAMES}_{name}"


def neural_truth(name: str) -> str:
    """Return the stream that says where a simulated neural camera's neurons were."""
    return f"truth_{name}"


def neural_header_file(name: str) -> str:
    """Return the file that says what a neural camera's streams are."""
    return f"neural_{name}.json"


def neural_events_file(name: str) -> str:
    """Return the file of what happened to a neural camera's stream."""
    return f"events_{name}.jsonl"


NEURAL_FILES = stream_file(neural_frames("*"))  # a pattern


def are_frames(stream: str) -> bool:
    """Say whether a stream holds frames, of the tracking or of a neural camera."""
    return stream == FRAMES or stream.startswith(f"{FRAMES}_")


def framed_record(ring_record: np.dtype[np.void]) -> np.dtype[np.void]:
    """Return the record on disk for frames that travel as `hardware.ring.frame_record`.

    The checksum covers everything behind it: the stamps as well as the pixels. A large record is
    filled up with zeros to whole blocks of the disk, so that it can be written without a copy.
    """
    fields = [(name, field) for name, (field, *_) in (ring_record.fields or {}).items()]
    packed = np.dtype([("magic", "<u4"), ("crc32", "<u4"), *fields])
    if packed.itemsize < _FILLED_UP_FROM_BYTES:
        return packed
    blocks = -(-packed.itemsize // DIRECT_BYTES)
    return unspell({**spell(packed), "itemsize": blocks * DIRECT_BYTES})


def packed_head(record: np.dtype[np.void]) -> np.dtype[np.void]:
    """Return what stands before the pixels of a compressed frame, given `framed_record`'s.

    `size` tells how many bytes of packed pixels follow; then zeros to the end of a whole block.
    """
    spelled = spell(record)
    fields = [
        (name, form)
        for name, form in zip(spelled["names"], spelled["formats"], strict=True)
        if name != "pixels"
    ]
    return np.dtype([*fields, ("size", "<u8")])


def checked(record: np.dtype[np.void]) -> slice:
    """Return which bytes of a frame's record its checksum covers: from the stamps to the pixels."""
    fields = cast("dict[str, tuple[np.dtype[np.void], int]]", dict(record.fields or {}))
    pixels, at_byte = fields["pixels"]
    return slice(fields["crc32"][1] + 4, at_byte + pixels.itemsize)


def spell(record: np.dtype[np.void]) -> SpelledDtype:
    """Spell a record for the header.

    >>> spell(np.dtype([("t_s", "<f8"), ("at_um", "<f8", 2)]))["formats"]
    ['<f8', '(2,)<f8']
    """
    fields = cast("dict[str, tuple[np.dtype[np.void], int]]", dict(record.fields or {}))
    names = list(record.names or ())
    places = [fields[name] for name in names]
    return SpelledDtype(
        names=names,
        formats=[_format(field) for field, _ in places],
        offsets=[int(offset) for _, offset in places],
        itemsize=record.itemsize,
    )


def unspell(spelled: Mapping[str, object]) -> np.dtype[np.void]:
    """Return the record that `spell` spelled.

    Raises:
        TypeError, ValueError, KeyError: it is not such a spelling.
    """
    words = cast("SpelledDtype", spelled)
    return np.dtype(
        {
            "names": list(words["names"]),
            "formats": list(words["formats"]),
            "offsets": list(words["offsets"]),
            "itemsize": int(words["itemsize"]),
        }
    )


def _format(field: np.dtype[np.void]) -> str:
    if field.subdtype is None:
        return field.str
    element, shape = field.subdtype
    return f"({','.join(map(str, shape))}{',' if len(shape) == 1 else ''}){element.str}"

"""How large a session's rings are, and how a process waits for one that another makes."""

from __future__ import annotations

import math
import time
from pathlib import Path

import numpy as np

from hardware.errors import RingError
from hardware.platform import ParentWatch
from hardware.ring import RingReader, RingWriter, attach_ring, frame_record
from tracker.runtime.neural_place import NeuralFacts
from tracker.runtime.session_place import CameraFacts

START_S = 60.0  # how long the other processes of a session may take to make their rings
_ROWS_PER_S = 1000  # more than any row comes
_FEWEST_FRAMES = 8


def make_rows_ring(
    path: Path, record: np.dtype[np.void], *, ring_s: float, rows_per_s: float = _ROWS_PER_S
) -> RingWriter:
    """Make a ring of small rows that holds `ring_s` of them, and a second more.

    Raises:
        RingError: there is no room in shared memory; `record.ring_s` is what to shorten.
    """
    return _make(path, record, math.ceil((ring_s + 1.0) * rows_per_s), ring_s)


def make_frames_ring(path: Path, facts: CameraFacts | NeuralFacts, *, ring_s: float) -> RingWriter:
    """Make the ring in which frames wait for the disk.

    Raises:
        RingError: there is no room in shared memory; `record.ring_s` is what to shorten.
    """
    slots = max(_FEWEST_FRAMES, math.ceil(ring_s / facts.period_s))
    depth_bits = facts.depth_bits if isinstance(facts, NeuralFacts) else 8
    return _make(path, frame_record(facts.shape, depth_bits=depth_bits), slots, ring_s)


def _make(path: Path, record: np.dtype[np.void], slots: int, ring_s: float) -> RingWriter:
    try:
        return RingWriter(path, record, slots=slots)
    except RingError as error:
        raise RingError(f"record.ring_s (and keep_s): {ring_s:g} s is too long: {error}") from error


def wait_for_ring(path: Path, record: np.dtype[np.void], parent: ParentWatch) -> RingReader:
    """Map a ring that another process of the session is about to make.

    Raises:
        RingError: it was not there within `START_S`, or the supervisor died meanwhile.
    """
    until_s = time.perf_counter() + START_S
    while True:
        try:
            return attach_ring(path, record, within_s=0.1)
        except RingError:
            if parent.is_gone() or time.perf_counter() > until_s:
                raise

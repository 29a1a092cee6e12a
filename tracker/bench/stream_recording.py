"""The recorder's side of the bench: the duty of a neural camera's recorder in its own process."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from hardware.clock import HostClock
from hardware.ring import attach_ring
from tracker.bench.side_process import READY, Door
from tracker.bench.stream_load import StreamLoad
from tracker.record.neural_header import NeuralHeader
from tracker.record.schema import HEADER_FILE, framed_record, neural_frames
from tracker.record.stream_recorder import LOOK_EVERY_S, StreamRecorder
from tracker.record.tap import frame_tap

NAME = "bench"
_FLUSH_S = 0.5  # as in a session
_RING_WITHIN_S = 30.0


@dataclass(frozen=True, slots=True)
class RecorderJob:
    """From which ring into which folder, which is there and empty."""

    ring: Path
    folder: Path
    load: StreamLoad


@dataclass(frozen=True, slots=True)
class Recorded:
    """When all was on the disk, and what that cost in CPU since the first frame was awaited."""

    on_disk_s: float
    cpu_s: float


def record_stream(job: RecorderJob, door: Door) -> None:
    """Record until told to end.

    Raises:
        RingError: the ring was not there in time.
        RecordingError: the disk is full, or gone.
    """
    (job.folder / HEADER_FILE).touch()  # the folder is a recording's
    stream, record = neural_frames(NAME), job.load.ring_record
    ring = attach_ring(job.ring, record, within_s=_RING_WITHIN_S)
    tap = frame_tap(ring)
    header = NeuralHeader(
        name=NAME,
        started_s=0.0,
        depth_bits=16,
        white_level=65_535,
        period_s=1.0 / job.load.rate_hz,
        delay_s=0.0,
        um_per_px=float("nan"),
        streams={stream: framed_record(record)},
    )
    clock = HostClock()
    recorder = StreamRecorder({stream: tap}, header, clock, flush_s=_FLUSH_S, packs=job.load.packs)
    recorder.start(job.folder, clock.now_s())
    recorder.turn()
    door.send(READY)
    cpu_s = time.process_time()
    while not door.poll(0.0 if recorder.is_behind else LOOK_EVERY_S):
        recorder.turn()
    recorder.end()
    door.send(Recorded(clock.now_s(), time.process_time() - cpu_s))
    tap.close()

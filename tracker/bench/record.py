"""Recording on the bench: our way to the disk beside a plain write of the same bytes.

Ours is the whole way: a producer's process, the ring, a recorder's process, the framed log with
its checksums, synced twice a second as in a session. Speeds are told as the median of interleaved
pairs, since single runs of the very same code scatter by a factor of three.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hardware.platform import shared_memory_folder, sync_data
from tracker.bench.producer import Produced, ProducerJob, produce
from tracker.bench.record_figures import Pair, RecordBench, Round
from tracker.bench.side_process import END, GO, SideProcess
from tracker.bench.stream_load import StreamLoad, made_frames
from tracker.bench.stream_recording import NAME, Recorded, RecorderJob, record_stream
from tracker.errors import UsageError
from tracker.record.appended_file import PIECE_BYTES
from tracker.record.frame_log import compression, map_frames
from tracker.record.schema import framed_record, neural_frames, stream_file
from tracker.statistics import spread

LOOP_HZ = 200.0
_MARGIN_BYTES = 500_000_000
_START_S = 60.0
_DISK_S = 300.0  # that long may a disk take for what was written


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPlan:
    """How long, how often, and where."""

    folder: Path
    seconds: float
    rounds: int
    pairs: int
    pair_bytes: int


def require_room(plan: RecordPlan, load: StreamLoad) -> None:
    """Make sure that the disk has room for the longest recording.

    Raises:
        UsageError: it has not, or there is no such folder.
    """
    needed = max(plan.seconds * load.bytes_s, 2 * plan.pair_bytes) + _MARGIN_BYTES
    try:
        free = shutil.disk_usage(plan.folder).free
    except OSError as error:
        raise UsageError(f"--folder {plan.folder}: {error.strerror}") from error
    if free < needed:
        raise UsageError(
            f"--folder {plan.folder}: {load.name} needs {needed / 1e9:.1f} GB for "
            f"{plan.seconds:g} s, {free / 1e9:.1f} are free: take fewer --seconds, another folder"
        )


def bench_record(load: StreamLoad, plan: RecordPlan, tell: Callable[[str], None]) -> RecordBench:
    """Measure one load; `tell` hears what is being done.

    Raises:
        SessionError: a process of the bench failed, with its reason.
    """
    pairs: list[Pair] = []
    for number in range(plan.pairs):
        tell(f"{load.name}: pair {number + 1} of {plan.pairs}")
        pairs.append(_pair(load, plan, is_plain_first=bool(number % 2)))
    rounds: list[Round] = []
    for number in range(plan.rounds):
        tell(f"{load.name}: round {number + 1} of {plan.rounds}, {plan.seconds:g} s each way")
        alone_s = _lateness(plan.seconds)
        rounds.append(_round(load, plan, alone_s))
    return RecordBench(load=load, pairs=pairs, rounds=rounds)


def _pair(load: StreamLoad, plan: RecordPlan, *, is_plain_first: bool) -> Pair:
    count = max(1, plan.pair_bytes // load.written_bytes)
    plain = _plain_write(load, plan.folder, count) if is_plain_first else None
    with _recording(load, plan.folder, count, is_paced=False) as (producer, recorder, _):
        produced = producer.hear(Produced, within_s=_DISK_S)
        recorder.tell(END)
        recorded = recorder.hear(Recorded, within_s=_DISK_S)
    plain_s, plain_cpu_s = plain or _plain_write(load, plan.folder, count)
    size_bytes = count * load.written_bytes
    return Pair(
        plain_bytes_s=size_bytes / plain_s,
        our_bytes_s=size_bytes / (recorded.on_disk_s - produced.began_s),
        plain_cpu_s_per_gb=plain_cpu_s / (size_bytes / 1e9),
        recorder_cpu_s_per_gb=recorded.cpu_s / (size_bytes / 1e9),
    )


def _round(load: StreamLoad, plan: RecordPlan, alone_s: list[float]) -> Round:
    count = max(2, round(plan.seconds * load.rate_hz))
    with _recording(load, plan.folder, count, is_paced=True) as (producer, recorder, file):
        beside_s = _lateness(plan.seconds)
        produced = producer.hear(Produced, within_s=_DISK_S)
        recorder.tell(END)
        recorded = recorder.hear(Recorded, within_s=_DISK_S)
        kept = map_frames(file, framed_record(load.ring_record))
        kept_count, ratio = len(kept.records), compression(kept.records)
        del kept  # a mapped file cannot be removed everywhere
    gigabytes = kept_count * load.written_bytes / 1e9
    return Round(
        frames=count,
        dropped=count - kept_count,
        compression=ratio,
        recorder_cpu_s_per_gb=recorded.cpu_s / gigabytes,
        append_cpu_s_per_gb=produced.appending_cpu_s / gigabytes,
        append_s=spread(produced.append_s),
        copy_s=spread(produced.copy_s),
        late_alone_s=spread(alone_s),
        late_beside_s=spread(beside_s),
    )


@contextlib.contextmanager
def _recording(
    load: StreamLoad, folder: Path, count: int, *, is_paced: bool
) -> Generator[tuple[SideProcess, SideProcess, Path]]:
    """Have both processes at work, the first frame just being made; yields the frames' file too."""
    with (
        tempfile.TemporaryDirectory(prefix="wormlock-bench-", dir=shared_memory_folder()) as near,
        tempfile.TemporaryDirectory(prefix="wormlock-bench-", dir=folder) as far,
        contextlib.ExitStack() as stack,
    ):
        ring = Path(near) / "frames.ring"
        job = ProducerJob(ring=ring, load=load, count=count, is_paced=is_paced)
        producer = SideProcess("producer", produce, job)
        stack.callback(producer.close)
        producer.hear(str, within_s=_START_S)
        recorder = SideProcess("recorder", record_stream, RecorderJob(ring, Path(far), load))
        stack.callback(recorder.close)
        recorder.hear(str, within_s=_START_S)
        producer.tell(GO)
        producer.hear(str, within_s=_START_S)
        yield producer, recorder, Path(far) / stream_file(neural_frames(NAME))


def _plain_write(load: StreamLoad, folder: Path, count: int) -> tuple[float, float]:
    """Write as many bytes, one after the other; return seconds and CPU seconds until on disk."""
    frames = made_frames(load).reshape(-1, load.rows * load.columns).view(np.uint8)
    more = np.zeros((len(frames), load.written_bytes - frames.shape[1]), np.uint8)
    records = np.hstack([more, frames])
    with tempfile.TemporaryDirectory(prefix="wormlock-bench-", dir=folder) as name:
        begins_s, cpu_s = time.perf_counter(), time.process_time()
        with (Path(name) / "plain.bin").open("xb", buffering=0) as file:
            for number in range(count):
                record = records[number % len(records)].data
                for begin in range(0, len(record), PIECE_BYTES):
                    file.write(record[begin : begin + PIECE_BYTES])
            sync_data(file.fileno())
        return time.perf_counter() - begins_s, time.process_time() - cpu_s


def _lateness(seconds: float) -> list[float]:
    """Be a loop of `LOOP_HZ` for so long; return by how much each turn came late."""
    late_s: list[float] = []
    began_s = time.perf_counter()
    for number in range(max(2, round(seconds * LOOP_HZ))):
        due_s = began_s + number / LOOP_HZ
        time.sleep(max(0.0, due_s - time.perf_counter()))
        late_s.append(time.perf_counter() - due_s)
    return late_s

"""The camera's side of the bench: frames into the ring, each append beside a bare copy."""

from __future__ import annotations

import mmap
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hardware.ring import RingWriter
from tracker.bench.side_process import GO, READY, Door
from tracker.bench.stream_load import StreamLoad, made_frames
from tracker.runtime.punctuality import quiet_garbage_collection

_NO_ROOM_S = 0.0005


@dataclass(frozen=True, slots=True, kw_only=True)
class ProducerJob:
    """How many frames into which ring; `is_paced` at the load's rate, else as fast as they go."""

    ring: Path
    load: StreamLoad
    count: int
    is_paced: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Produced:
    """When it began, and how long each append and each bare copy took, (count,) seconds.

    Where frames come as fast as they go nothing is copied beside, and `copy_s` is empty.
    """

    began_s: float
    append_s: NDArray[np.float64]
    copy_s: NDArray[np.float64]
    appending_cpu_s: float


def produce(job: ProducerJob, door: Door) -> None:
    """Make the ring, wait for the word, fill it, and let it go when told.

    Raises:
        RingError: there is no room for the ring.
    """
    images = made_frames(job.load)
    ring = RingWriter(job.ring, job.load.ring_record, slots=job.load.slots)
    try:
        door.send(READY)
        door.recv()
        quiet_garbage_collection()
        door.send(GO)
        door.send(_fill_paced(ring, job, images) if job.is_paced else _fill(ring, job, images))
        door.recv()
    finally:
        ring.close()


def _fill(ring: RingWriter, job: ProducerJob, images: NDArray[np.uint16]) -> Produced:
    append_s = np.empty(job.count)
    cpu_s = time.process_time()
    began_s = time.perf_counter()
    for number in range(job.count):
        while ring.room < 1:
            time.sleep(_NO_ROOM_S)
        append_s[number] = _append(ring, number, images)
    return Produced(
        began_s=began_s,
        append_s=append_s,
        copy_s=np.empty(0),
        appending_cpu_s=time.process_time() - cpu_s,
    )


def _fill_paced(ring: RingWriter, job: ProducerJob, images: NDArray[np.uint16]) -> Produced:
    """Append at the load's rate; the bare copy comes first every other time.

    It goes into as many places as the ring has, of ordinary pages as the ring's are.
    """
    append_s, copy_s, cpu_s = np.empty(job.count), np.empty(job.count), 0.0
    places = _bare_places(job.load)
    began_s = time.perf_counter()
    for number in range(job.count):
        time.sleep(max(0.0, began_s + number / job.load.rate_hz - time.perf_counter()))
        if number % 2:
            copy_s[number] = _copy(places, number, images)
        before_s = time.thread_time()
        append_s[number] = _append(ring, number, images)
        cpu_s += time.thread_time() - before_s
        if not number % 2:
            copy_s[number] = _copy(places, number, images)
    return Produced(began_s=began_s, append_s=append_s, copy_s=copy_s, appending_cpu_s=cpu_s)


def _append(ring: RingWriter, number: int, images: NDArray[np.uint16]) -> float:
    begins_s = time.perf_counter()
    ring.append(number, begins_s, begins_s, begins_s, number, images[number % len(images)])
    return time.perf_counter() - begins_s


def _copy(places: NDArray[np.uint16], number: int, images: NDArray[np.uint16]) -> float:
    begins_s = time.perf_counter()
    np.copyto(places[number % len(places)], images[number % len(images)])
    return time.perf_counter() - begins_s


def _bare_places(load: StreamLoad) -> NDArray[np.uint16]:
    shape = (load.slots, load.rows, load.columns)
    memory = mmap.mmap(-1, 2 * int(np.prod(shape)))
    places = np.frombuffer(memory, np.uint16).reshape(shape)
    places[:] = 1  # each page is there before the first copy
    return places

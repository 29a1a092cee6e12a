"""Is the disk fast and empty enough for a recording, and is there shared memory for its frames?"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from hardware.platform import shared_memory_folder, sync_data
from tracker.doctor.case import Case, Need, needed
from tracker.doctor.finding import Finding, fault, ok, warning
from tracker.runtime.launch import LEAST_DISK_BYTES, disk_left_bytes

_TEST_BYTES = 128_000_000
_TEST_S = 4.0
_CHUNK_BYTES = 1_000_000
_ROOMY = 2.0  # times what is needed
_FEW_MINUTES = 20.0
USUAL_MINUTES = 16.0  # of a recording
_SPARE_FRAMES = 16
_ROWS_BYTES = 8_000_000  # the rings of small rows


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteSpeed:
    """How fast a disk took bytes, all of them really on it, and how long it kept us waiting."""

    bytes_per_s: float
    longest_stall_s: float


def examine_speed(case: Case) -> list[Finding]:
    """Write a test file where recordings go; it is gone afterwards, however this ends."""
    there = nearest_folder(case.config.record.folder)
    try:
        speed = write_speed(there, at_most_bytes=_TEST_BYTES, at_most_s=_TEST_S)
    except OSError as error:
        return [fault(f"{there} cannot be written: {error.strerror}", "set record.folder")]
    return [judge_speed(speed, needed(case), case.config.record.ring_s, there)]


def write_speed(folder: Path, *, at_most_bytes: int, at_most_s: float) -> WriteSpeed:
    """Write noise (nothing can shrink it) to a file without a name, and wait for the disk.

    Raises:
        OSError: the folder cannot be written to, or the disk is full.
    """
    noise = os.urandom(_CHUNK_BYTES)
    room = shutil.disk_usage(folder).free // 4
    written, stalls_s = 0, [0.0]
    with tempfile.TemporaryFile(dir=folder, prefix=".wormlock-doctor-", buffering=0) as file:
        begun_s = last_s = time.perf_counter()
        while written < min(at_most_bytes, room) and last_s - begun_s < at_most_s:
            written += file.write(noise)
            if written % (8 * _CHUNK_BYTES) == 0:
                sync_data(file.fileno())
            now_s = time.perf_counter()
            stalls_s.append(now_s - last_s)
            last_s = now_s
        sync_data(file.fileno())
        ended_s = time.perf_counter()
    return WriteSpeed(bytes_per_s=written / (ended_s - begun_s), longest_stall_s=max(stalls_s))


def judge_speed(speed: WriteSpeed, need: Need, ring_s: float, folder: Path) -> Finding:
    """Judge a disk against what a recording writes to it."""
    have, want = speed.bytes_per_s / 1e6, need.bytes_per_s / 1e6
    says = f"{folder} takes {have:.0f} MB/s, a recording needs {want:.0f} MB/s ({need})"
    facts = {"write_mb_s": have, "needed_mb_s": want, "longest_stall_s": speed.longest_stall_s}
    if have < want:
        return fault(
            says,
            "record.folder: name a faster disk (an SSD in the computer), or set a smaller ROI",
            **facts,
        )
    if speed.longest_stall_s > ring_s / 2.0:
        stalls = f"{says}; it stalled for {speed.longest_stall_s:.1f} s"
        return warning(stalls, f"a longer record.ring_s than {ring_s:g}, or another disk", **facts)
    if have < _ROOMY * want:
        return warning(says, "little is left for others: let no backup or sync run", **facts)
    return ok(says, **facts)


def examine_room(case: Case) -> list[Finding]:
    """See how long the disk would last."""
    folder = case.config.record.folder
    return [judge_room(disk_left_bytes(folder), needed(case), nearest_folder(folder))]


def judge_room(left_bytes: int, need: Need, folder: Path) -> Finding:
    """Judge how many minutes of recording, and how many recordings, there is room for."""
    minutes = left_bytes / need.bytes_per_s / 60.0
    recordings = int(minutes // USUAL_MINUTES)
    each_gb = need.bytes_per_s * 60.0 * USUAL_MINUTES / 1e9
    says = (
        f"{left_bytes / 1e9:.1f} GB left on the disk of {folder}: {minutes:.0f} min of recording, "
        f"{recordings} more of {USUAL_MINUTES:.0f} min ({each_gb:.0f} GB each: {need})"
    )
    facts = {"minutes": minutes, "recordings": float(recordings)}
    remedy = (
        "move recordings away (`wormlock recording move`), or name another disk in record.folder"
    )
    if left_bytes < LEAST_DISK_BYTES:
        return fault(says, remedy, **facts)
    if minutes < _FEW_MINUTES:
        return warning(says, remedy, **facts)
    return ok(says, **facts)


def examine_memory(case: Case) -> list[Finding]:
    """Compare shared memory with the rings of a session."""
    place = shared_memory_folder()
    free = shutil.disk_usage(place).free
    record = case.config.record
    return [judge_memory(free, needed(case), record.ring_s, place, keep_s=record.keep_s)]


def judge_memory(
    free_bytes: int, need: Need, ring_s: float, place: Path, *, keep_s: float = 0.0
) -> Finding:
    """Judge whether frames can be held for as long as `record.ring_s` and `keep_s` say."""
    want = need.ring_bytes(ring_s + keep_s, spare_frames=_SPARE_FRAMES) + _ROWS_BYTES
    keys = f"record.ring_s: {ring_s:g}" + (f", keep_s: {keep_s:g}" if keep_s else "")
    says = (
        f"{free_bytes / 1e6:.0f} MB free in {place}, a session takes {want / 1e6:.0f} MB "
        f"({keys}; {1 + len(need.neural)} {'cameras' if need.neural else 'camera'})"
    )
    facts = {"free_mb": free_bytes / 1e6, "needed_mb": want / 1e6}
    shorten = "shorten record.keep_s or ring_s" if keep_s else "shorten record.ring_s"
    if free_bytes < want:
        return fault(says, f"{shorten}, or give it more (docker: --shm-size)", **facts)
    if free_bytes < _ROOMY * want:
        return warning(says, f"{shorten}, or give it more", **facts)
    return ok(says, **facts)


def nearest_folder(folder: Path) -> Path:
    """Return the folder itself, or the nearest above it that exists."""
    return next(path for path in (folder.absolute(), *folder.absolute().parents) if path.is_dir())

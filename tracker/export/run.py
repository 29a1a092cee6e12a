"""One export from start to end: checks, the format's writer, the finished file in its place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tracker.errors import UsageError
from tracker.export.aside import ASIDE, check_place, check_room, written_aside
from tracker.export.formats import FORMATS, Format, open_writer
from tracker.export.job import Job, time_faults
from tracker.export.resuming import can_go_on
from tracker.record.opened import TABLE_NAMES

_TABLES_GROW = 4  # text takes more room than numbers


def export(job: Job, *, to: str, out: Path | None, overwrite: bool) -> Path:
    """Write a recording in the format named, and return where.

    Raises:
        UsageError: there is something at that place already, no room, or the recording does not
            hold what the format must have.
        MissingExtraError: the format needs a package that is not installed.
        RecordingError: the recording cannot be read, or the export not be written.
    """
    form = FORMATS[to]
    folder = job.recording.folder.resolve()
    target = out or folder.with_name(folder.name + form.suffix)
    if job.every is not None and not form.disk_share:
        raise UsageError(f"--every thins out frames, and --to {to} holds none")
    writer = open_writer(to)
    check_place(target, form, writer, overwrite=overwrite)
    goes_on = _resumed(job, form, to)
    if not goes_on(target.with_name(ASIDE + target.name)):
        check_room(target, _needed_bytes(job, form))
    job.notices.extend(time_faults(job.recording))
    with job.interruption, written_aside(target, goes_on=goes_on) as aside:
        if goes_on(aside):
            job.notices.append("went on with what an interrupted export had left")
        writer.write(aside, job)
        job.interruption.check()
    return target


def _resumed(job: Job, form: Format, to: str) -> Callable[[Path], bool]:
    if not form.can_go_on:
        return lambda aside: False
    return lambda aside: can_go_on(aside, job, to=to)


def _needed_bytes(job: Job, form: Format) -> int:
    recording = job.recording
    kept = 1.0 / (job.every or 1)
    pictures = recording.frames.records.nbytes * kept
    if form.holds_neural:
        streams = map(recording.neural, recording.neural_names)
        pictures += sum(stream.frames.records.nbytes for stream in streams)
    tables = sum(recording.table(name).nbytes for name in TABLE_NAMES)
    return int(pictures * form.disk_share) + _TABLES_GROW * tables

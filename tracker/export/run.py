"""One export from start to end: checks, the format's writer, the finished file in its place."""

from __future__ import annotations

from pathlib import Path

from tracker.errors import UsageError
from tracker.export.aside import check_place, check_room, written_aside
from tracker.export.formats import FORMATS, open_writer
from tracker.export.job import Job, time_faults

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
    check_room(target, _needed_bytes(job, form.disk_share))
    job.notices.extend(time_faults(job.recording))
    with job.interruption, written_aside(target) as aside:
        writer.write(aside, job)
        job.interruption.check()
    return target


def _needed_bytes(job: Job, disk_share: float) -> int:
    recording = job.recording
    kept = 1.0 / (job.every or 1)
    tables = sum(recording.table(name).nbytes for name in ("ticks", "stage", "positions", "truth"))
    return int(recording.frames.records.nbytes * disk_share * kept) + _TABLES_GROW * tables

"""A session's folder: session.yaml, and beside it one numbered folder a recording.

Each recording is complete in itself and can be copied away alone; the manifest only lists them.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import yaml

from tracker.record.header import Header
from tracker.record.whole_file import write_whole

SESSION_FILE = "session.yaml"
NOT_ENDED = "not yet, or it was cut short"


def next_recording_folder(session: Path) -> Path:
    """Return the folder of the next recording; it does not exist yet, nor did it before a move.

    >>> next_recording_folder(Path("no/such/session")).name
    '0001'
    """
    listed = _read(session / SESSION_FILE).get("recordings")
    names = [path.name for path in session.glob("[0-9]*")]
    names += map(str, listed) if isinstance(listed, dict) else []
    taken = [int(name) for name in names if name.isdigit()]
    return session / f"{max(taken, default=0) + 1:04d}"


def list_recording(folder: Path, header: Header, *, outcome: Mapping[str, object]) -> None:
    """Enter a recording into its session's manifest, or what has become of it.

    Raises:
        RecordingError: the manifest cannot be written.
    """
    path = folder.parent / SESSION_FILE
    manifest = _read(path) or {
        "session": header.session,
        "software_version": header.software_version,
        "config_sha256": header.config_sha256,
        "facts": dict(header.facts),
        "recordings": {},
    }
    recordings = manifest["recordings"]
    if isinstance(recordings, dict):
        entry = {"wall_time": header.wall_time, "animal": dict(header.animal), **outcome}
        recordings[folder.name] = entry
    write_whole(path, yaml.safe_dump(manifest, sort_keys=False))


def list_as_moved(source: Path, target: Path, header: Header) -> None:
    """Enter a recording that was moved into the manifest where it is now, and say so in the old.

    Raises:
        RecordingError: a manifest cannot be written.
    """
    manifest = source.parent / SESSION_FILE
    recordings = _read(manifest).get("recordings")
    entry = recordings.get(source.name) if isinstance(recordings, dict) else None
    outcome = entry if isinstance(entry, dict) else {}
    list_recording(target, header, outcome=outcome)
    if manifest.is_file():
        list_recording(source, header, outcome={**outcome, "moved_to": str(target)})


def is_listed_as_open(folder: Path) -> bool:
    """Say whether the manifest beside a recording has it as one that has not ended."""
    recordings = _read(folder.resolve().parent / SESSION_FILE).get("recordings")
    entry = recordings.get(folder.resolve().name) if isinstance(recordings, dict) else None
    return isinstance(entry, dict) and entry.get("ended") == NOT_ENDED


def _read(path: Path) -> dict[str, object]:
    """Return the manifest; a missing or foreign one counts as none, for recordings matter more."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return {}
    is_manifest = isinstance(content, dict) and isinstance(content.get("recordings"), dict)
    return content if is_manifest else {}

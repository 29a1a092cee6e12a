"""Figures as JSON: what is not known is NaN in the program and null in the file."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path

from tracker.errors import RecordingError, UsageError
from tracker.record.schema import HEADER_FILE
from tracker.record.whole_file import write_whole

_SOMETIMES = {"ended", "streams"}  # keys that not all such figures have


def figures_json(figures: object) -> str:
    """Spell nested figures.

    >>> json.loads(figures_json({"rms": float("nan"), "max": 2.0}))
    {'rms': None, 'max': 2.0}
    """
    return json.dumps(_without_nan(figures), indent=2, allow_nan=False) + "\n"


def write_figures(path: Path, figures: object) -> None:
    """Write figures to a JSON file.

    Raises:
        RecordingError: it cannot be written.
    """
    write_whole(path, figures_json(figures))


def put_figures(path: Path, figures: Mapping[str, object]) -> None:
    """Write figures where a user wants them; only such figures are ever replaced.

    Raises:
        UsageError: something else is there, or the place is within a recording.
        RecordingError: it cannot be written.
    """
    for folder in path.resolve().parents:
        if (folder / HEADER_FILE).is_file():
            raise UsageError(f"--json {path}: expected a place outside the recording {folder}")
    if path.exists() and not _holds_such(path, figures):
        raise UsageError(
            f"--json {path}: what is there are no such figures, and is not overwritten: name "
            "another file"
        )
    write_figures(path, figures)


def read_figures(path: Path) -> object:
    """Read what `write_figures` wrote.

    Raises:
        RecordingError: there is no such file, or it is damaged.
    """
    try:
        return _with_nan(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise RecordingError(f"{path} cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        raise RecordingError(f"{path} is damaged: {error}") from error


def _holds_such(path: Path, figures: Mapping[str, object]) -> bool:
    try:
        old = read_figures(path)
    except RecordingError:
        return False
    return isinstance(old, dict) and old.keys() ^ figures.keys() <= _SOMETIMES


def _without_nan(value: object) -> object:
    if isinstance(value, dict):
        return {key: _without_nan(inner) for key, inner in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _with_nan(value: object) -> object:
    if isinstance(value, dict):
        return {key: _with_nan(inner) for key, inner in value.items()}
    return float("nan") if value is None else value

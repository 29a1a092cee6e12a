"""Small files read with the fault named, and written so that they are whole or not there."""

from __future__ import annotations

import contextlib
import json
import math
import os
from pathlib import Path
from typing import TypeAlias

from models.labels.faults import Fault, LabelError

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"


def read_text(file: Path) -> str:
    """Return a file's text, without a byte order mark.

    Raises:
        LabelError: it is missing, empty, or no text.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise LabelError([Fault(str(file), "", f"cannot be read: {error.strerror}")]) from error
    except UnicodeDecodeError as error:
        says = f"is not UTF-8 text (byte {error.start}): save it as UTF-8"
        raise LabelError([Fault(str(file), "", says)]) from error
    if not text.strip():
        raise LabelError([Fault(str(file), "", "is empty: expected labels")])
    return text


def parse_json(text: str, *, file: str, line: int = 1) -> Json:
    """Return parsed JSON; `line` is the number of the text's first line in its file.

    Raises:
        LabelError: it is no JSON.
    """
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        where = f"line {line + error.lineno - 1}"
        says = f"is no JSON: {error.msg} at column {error.colno}; export it again"
        raise LabelError([Fault(file, where, says)]) from error


def write_text(file: Path, text: str) -> None:
    """Write a file beside its place, then put it there; an old one is replaced.

    Whoever is killed meanwhile, and a computer whose power fails, leaves the old or the new one.

    Raises:
        LabelError: it cannot be written; nothing half-written is left.
    """
    unfinished = file.with_name(file.name + ".unfinished")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with unfinished.open("w", encoding="utf-8", newline="") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        unfinished.replace(file)
        _sync_folder(file.parent)
    except OSError as error:
        with contextlib.suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise LabelError([Fault(str(file), "", f"cannot be written: {error.strerror}")]) from error


def _sync_folder(folder: Path) -> None:
    """Wait until a new name is on the disk too, where folders can be opened (not on Windows)."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def fields(value: Json) -> dict[str, Json]:
    """Return a JSON object, or an empty one if the value is something else."""
    return value if isinstance(value, dict) else {}


def items(value: Json) -> list[Json]:
    """Return a JSON list, or an empty one if the value is something else."""
    return value if isinstance(value, list) else []


def text_of(value: Json) -> str:
    """Return a JSON text or number as text, and nothing of anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value)


def number_of(value: Json) -> float | None:
    """Return a JSON number that is finite, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None

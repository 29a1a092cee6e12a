"""Which model config.yaml names; changed in place, every comment left as it is.

The models that were in use before stand beside the file, in `config.yaml.models`, latest last.
"""

from __future__ import annotations

import re
from pathlib import Path

from tracker.errors import UsageError
from tracker.record.whole_file import write_whole

_LINE = re.compile(
    r"^(?P<before>detector:[^\n]*\n(?:(?:[ \t]+|#)[^\n]*\n|\n)*?[ \t]+model:[ \t]*)"
    r"(?P<model>\"[^\"\n]*\"|'[^'\n]*'|[^#\s]+)",
    re.MULTILINE,
)


def used_model(config: Path) -> str:
    """Return what `detector.model` says.

    Raises:
        UsageError: the file cannot be read, or has no such line.
    """
    return _found(config)["model"].strip("\"'")


def previous_model(config: Path) -> str:
    """Return the model that was in use before.

    Raises:
        UsageError: there is none.
    """
    before = _history(config)
    if not before:
        raise UsageError(f"{config}: no other model was in use before")
    return before[-1]


def write_model(config: Path, model: str) -> None:
    """Put a model into the file; the one in use is remembered, or forgotten when returned to.

    Raises:
        UsageError: the file cannot be read, or has no such line.
        RecordingError: it cannot be written.
    """
    found, used, before = _found(config), used_model(config), _history(config)
    text = config.read_text(encoding="utf-8")
    written = model if re.fullmatch(r"[\w./\\:-]+", model) else f'"{model}"'
    kept = before[:-1] if before and before[-1] == model else [*before, used]
    write_whole(config, text[: found.start("model")] + written + text[found.end("model") :])
    write_whole(_history_file(config), "".join(f"{name}\n" for name in kept))


def _found(config: Path) -> re.Match[str]:
    try:
        text = config.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not text"
        raise UsageError(f"--config {config}: cannot be read: {why}") from error
    found = _LINE.search(text)
    if found is None:
        raise UsageError(f"{config}: expected `model:` below `detector:`, each on its own line")
    return found


def _history_file(config: Path) -> Path:
    return config.with_name(config.name + ".models")


def _history(config: Path) -> list[str]:
    file = _history_file(config)
    return file.read_text(encoding="utf-8").splitlines() if file.is_file() else []

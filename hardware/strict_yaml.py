"""The user's YAML files, read strictly: every fault is named as the user wrote the key.

pydantic alone would hide a key behind the name of its union member, and PyYAML alone takes the
last of two equal keys in silence; both are mended here, and all faults are reported at once.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from hardware.errors import ConfigError


class Section(BaseModel):
    """A part of a YAML file: no unknown key, no change after loading."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


SectionT = TypeVar("SectionT", bound=Section)


class _StrictLoader(yaml.SafeLoader):
    """Refuses a key that is given twice."""

    def construct_mapping(
        self, node: yaml.MappingNode, deep: bool = False
    ) -> dict[Hashable, object]:
        seen: set[Hashable] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                line = key_node.start_mark.line + 1
                raise ConfigError(
                    f"{key!r} is given twice (again in line {line}): keep one of them"
                )
            seen.add(key)
        return super().construct_mapping(node, deep=deep)


def read_yaml(path: Path) -> dict[str, object]:
    """Return the top level mapping of a YAML file.

    Raises:
        ConfigError: there is no such file, or it is not a YAML mapping with each key once.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read as text: {error}") from error
    try:
        content = yaml.load(text, _StrictLoader)  # a SafeLoader underneath
    except yaml.YAMLError as error:
        raise ConfigError(f"{path}: not YAML: {' '.join(str(error).split())}") from error
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from None
    if not isinstance(content, dict):
        raise ConfigError(f"{path}: expected keys and values, got {type(content).__name__}")
    return content


def load_section(path: Path, model: type[SectionT]) -> SectionT:
    """Read a YAML file into its section.

    Raises:
        ConfigError: with one line a fault, each naming the key as the user wrote it.
    """
    return validate(read_yaml(path), model, source=str(path))


def validate(content: object, model: type[SectionT], *, source: str) -> SectionT:
    """Check a mapping against its section.

    Raises:
        ConfigError: with one line a fault.
    """
    try:
        return model.model_validate(content)
    except ValidationError as error:
        faults = [_describe(fault, content) for fault in error.errors(include_url=False)]
        raise ConfigError("\n".join(f"{source}: {fault}" for fault in faults)) from None


def _describe(fault: ErrorDetails, content: object) -> str:
    key, kind, message = _as_written(fault["loc"], content), fault["type"], fault["msg"]
    if kind == "extra_forbidden":
        return f"{key}: there is no such key; check its spelling"
    if kind == "missing":
        return f"{key}: this key is needed and missing"
    if kind == "union_tag_not_found":
        return f"{key}.kind: this key is needed and missing"
    if kind == "union_tag_invalid":
        told = fault.get("ctx", {})
        return f"{key}.kind: expected one of {told['expected_tags']}, got '{told['tag']}'"
    if kind == "value_error":  # our own words, which name keys and values themselves
        # Of a whole section the last step is the union member: no longer last, it is left out.
        key = _as_written((*fault["loc"], ""), content).rstrip(".")
        return f"{key}: {message.removeprefix('Value error, ')}"
    expected = message.removeprefix("Input should be ")
    return f"{key}: expected {expected[0].lower()}{expected[1:]}, got {fault['input']!r}"


def _as_written(location: Sequence[int | str], content: object) -> str:
    """Leave out of a location the union members that pydantic puts in and no user wrote."""
    words: list[str] = []
    here = content
    for place, step in enumerate(location):
        if isinstance(here, dict) and step not in here and place < len(location) - 1:
            continue
        if isinstance(here, (list, tuple)) and not isinstance(step, int):
            continue
        words.append(f"[{step}]" if isinstance(step, int) else f".{step}")
        if isinstance(here, dict):
            here = here.get(step)
        elif isinstance(here, (list, tuple)) and isinstance(step, int):
            here = here[step] if step < len(here) else None
    return "".join(words).lstrip(".") or "the file"

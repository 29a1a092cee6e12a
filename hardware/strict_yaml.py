"""The user's YAML files, read strictly: every fault is named as the user wrote the key.

PyYAML alone takes the last of two equal keys in silence, `1e6` for a text and `12:30` for 750;
pydantic alone takes `yes` for a 1 and '40' for a number. All faults are reported at once.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Annotated, TypeVar, cast

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError, ValidationInfo

from hardware.config_faults import describe, shown
from hardware.errors import ConfigError


class Section(BaseModel):
    """A part of a YAML file: no unknown key, no change after loading."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


SectionT = TypeVar("SectionT", bound=Section)


def _find(path: Path, told: ValidationInfo) -> Path:
    folder = cast(Path | None, told.context)
    if folder is None:
        return path
    if not (folder / path).exists():
        raise ValueError(f"{folder / path}: no such file")
    return folder / path


# A file that must be there; a relative path starts at the folder of the file that names it.
NamedFile = Annotated[Path, AfterValidator(_find)]


class _Loader(yaml.SafeLoader):
    """Reads numbers as people write them: 1e6 is one, 12:30 and 010 are none. Dates are text."""


_Loader.yaml_implicit_resolvers = {
    first: [one for one in forms if one[0].rpartition(":")[2] not in {"int", "float", "timestamp"}]
    for first, forms in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_DIGITS = r"(?:0|[1-9][0-9_]*)"
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(rf"[-+]?(?:{_DIGITS}|0x[0-9a-fA-F]+)$"), [*"-+0123456789"]
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(
        rf"[-+]?(?:(?:{_DIGITS}\.[0-9]*|\.[0-9]+|{_DIGITS}(?=[eE]))(?:[eE][-+]?[0-9]+)?"
        r"|\.(?:inf|Inf|INF))$|\.(?:nan|NaN|NAN)$"
    ),
    [*"-+.0123456789"],
)


# What is behind the words of PyYAML, most often.
_HINTS = {
    "'\\t'": "; indent by spaces, not by tabs",
    "escape": "; write a path of Windows in single quotes",
    "cannot start any token": "; put the text in quotes",
    "mapping values are not allowed": "; is a quote missing, or a line indented too far?",
    "<block end>": "; is a line indented too far, or not far enough?",
    "could not find expected ':'": "; is a colon missing?",
}


def read_yaml(path: Path) -> dict[str, object]:
    """Return the top level mapping of a YAML file.

    Raises:
        ConfigError: there is no such file, or it is not a YAML mapping with each key once.
    """
    content, doubled = _read(path)
    if doubled:
        raise ConfigError("\n".join(f"{path}: {fault}" for fault in doubled))
    return content


def load_section(path: Path, model: type[SectionT]) -> SectionT:
    """Read a YAML file into its section.

    Raises:
        ConfigError: with one line a fault, each naming the key as the user wrote it.
    """
    content, faults = _read(path)
    try:
        section = validate(content, model, source=str(path), folder=path.parent)
    except ConfigError as error:
        raise ConfigError("\n".join([*(f"{path}: {one}" for one in faults), str(error)])) from None
    if faults:
        raise ConfigError("\n".join(f"{path}: {fault}" for fault in faults))
    return section


def validate(
    content: object, model: type[SectionT], *, source: str, folder: Path | None = None
) -> SectionT:
    """Check a mapping against its section: numbers, texts and truths are what they look like.

    A `NamedFile` in it is looked for from `folder` on; without one it is taken as it is.

    Raises:
        ConfigError: with one line a fault.
    """
    try:
        # By way of JSON a list may be a pair and a text a path, but no text a number.
        text = json.dumps(content, default=str)
        return model.model_validate_json(text, strict=True, context=folder)
    except ValidationError as error:
        faults = describe(error.errors(include_url=False), model)
        raise ConfigError("\n".join(f"{source}: {fault}" for fault in faults)) from None


@contextlib.contextmanager
def named_by(source: str) -> Generator[None]:
    """Put before each line of a ConfigError the file and key that have led to it."""
    try:
        yield
    except ConfigError as error:
        lines = str(error).splitlines()
        raise ConfigError("\n".join(f"{source}: {line}" for line in lines)) from error


def _read(path: Path) -> tuple[dict[str, object], list[str]]:
    """Return what a file holds, and a line for each key that it holds twice."""
    text = _text(path)
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        doubled = list(_doubled(node, ""))
        content = None if node is None else loader.construct_document(node)
        json.dumps(content, default=str)  # finds what contains itself
    except yaml.MarkedYAMLError as error:
        raise ConfigError(f"{path}: not YAML: {_where_and_why(error)}") from None
    except RecursionError:
        raise ConfigError(
            f"{path}: not YAML: a part of it contains itself, or is nested too deeply"
        ) from None
    except ValueError:
        raise ConfigError(f"{path}: not YAML: a number in it has too many digits") from None
    except (yaml.YAMLError, TypeError) as error:
        why = " ".join(str(error).split()).replace('in "<unicode string>", ', "at ")
        raise ConfigError(f"{path}: not YAML: {why}") from None
    if not isinstance(content, dict):
        got = "an empty file" if content is None else shown(content)
        raise ConfigError(f"{path}: expected keys and values, like `start: idle`, got {got}")
    return content, doubled


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file") from None
    except IsADirectoryError:
        raise ConfigError(f"{path}: expected a file, got a folder") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: cannot be read as text: save it as UTF-8") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ConfigError(f"{path}: cannot be read: {reason}") from None


def _doubled(node: yaml.Node | None, key: str) -> Iterator[str]:
    """Yield a line for each key that stands twice in its section."""
    if isinstance(node, yaml.SequenceNode):
        for number, entry in enumerate(node.value):
            yield from _doubled(entry, f"{key}[{number}]")
    elif isinstance(node, yaml.MappingNode):
        lines: dict[str, int] = {}
        for key_node, value_node in node.value:
            name, line = str(key_node.value), key_node.start_mark.line + 1
            whole = f"{key}.{name}".lstrip(".")
            if name in lines:
                where = dict.fromkeys((lines[name], line))
                yield f"{whole}: given twice, in line {' and '.join(map(str, where))}; keep one"
            lines[name] = line
            yield from _doubled(value_node, whole)


def _where_and_why(error: yaml.MarkedYAMLError) -> str:
    mark, began = error.problem_mark or error.context_mark, error.context_mark
    where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
    why = " ".join((error.problem or error.context or "").split())
    if why.startswith("but "):
        why = f"{error.context}, {why}"
    if began and mark and began.line < mark.line:
        why += f", for what begins in line {began.line + 1}"
    return where + why + next((hint for sign, hint in _HINTS.items() if sign in why), "")

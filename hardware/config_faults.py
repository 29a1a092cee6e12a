"""Faults of the user's YAML files in the user's words, one line each.

`key: expected ..., got ...; do ...`. pydantic's own words speak of tuples, unions and classes,
and hide a key behind the name of its union member.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

_LONGEST_SHOWN = 60

# Of pydantic's types of faults, what was expected instead.
_EXPECTED = {
    "int_type": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "string_type": "text",
    "tuple_type": "a list in brackets",
    "dict_type": "keys and values, indented below it",
    "model_type": "keys and values, indented below it",
    "greater_than": "more than {gt:g}",
    "greater_than_equal": "{ge:g} or more",
    "less_than": "less than {lt:g}",
    "less_than_equal": "{le:g} or less",
}
_TYPES = {str: "text", int: "a number", float: "a number", bool: "true or false"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where in a file a fault is, and what may stand there."""

    key: str
    expects: object  # an annotation
    section: type[BaseModel] | None  # the one that the last step is a key of
    description: str | None


def describe(faults: Sequence[ErrorDetails], model: type[BaseModel]) -> list[str]:
    """Return one line a fault, each beginning with its key as the user wrote it.

    A key that is missing because it is misspelt is told once, as misspelt.
    """
    meant = {_meant(fault, model) for fault in faults} - {None}
    lines = [
        _line(fault, _place(fault, model))
        for fault in faults
        if fault["type"] != "missing" or _place(fault, model).key not in meant
    ]
    return list(dict.fromkeys(lines))


def did_you_mean(word: object, known: Iterable[str]) -> str:
    """Return a question after the known word that is like this one, or an empty text.

    >>> did_you_mean("ludel", ["ludl", "asi"])
    '; did you mean ludl?'
    """
    like = difflib.get_close_matches(str(word).lower(), list(known), n=1)
    return f"; did you mean {like[0]}?" if like else ""


def shown(value: object) -> str:
    """Return a value as it would stand in the file, cut short where it is long.

    >>> shown(True), shown(None), shown("3 um")
    ('true', 'nothing', "'3 um'")
    """
    if value is None or isinstance(value, bool):
        return {None: "nothing", True: "true", False: "false"}[value]
    if isinstance(value, dict):
        return "keys and values" if value else "{}"
    text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."


def _line(fault: ErrorDetails, place: _Place) -> str:
    key, kind, value = place.key, fault["type"], fault["input"]
    if kind == "value_error":  # our own words, which may begin with a key further down
        words = fault["msg"].removeprefix("Value error, ")
        return f"{key}{words}" if re.match(r"\.|\[\d+\]", words) else f"{key}: {words}"
    if kind == "extra_forbidden":
        return _unknown(place)
    if kind == "missing" and isinstance(value, dict):
        hint = f": expected {place.description}" if place.description else ""
        return f"{key}: this key is needed and missing{hint}"
    if kind in {"union_tag_not_found", "union_tag_invalid"}:
        return _wrong_kind(fault, place)
    if kind == "too_long" and Ellipsis in get_args(place.expects):
        told = fault.get("ctx", {})
        return f"{key}: expected {told['max_length']} entries at most, got {told['actual_length']}"
    guess = did_you_mean(value, _choices(place.expects)) if value else ""
    advice = guess if kind == "literal_error" and guess else _advice(kind, value)
    return f"{key}: expected {_expected(fault, place)}, got {shown(value)}{advice}"


def _unknown(place: _Place) -> str:
    known = list(place.section.model_fields) if place.section else []
    guess = did_you_mean(place.key.rpartition(".")[2], known)
    return f"{place.key}: there is no such key" + (guess or f"; there are {', '.join(known)}")


def _wrong_kind(fault: ErrorDetails, place: _Place) -> str:
    kinds = _members(place.expects)
    of = f"expected one of {', '.join(kinds)}"
    told = fault.get("ctx", {})
    key = ".".join((place.key, told["discriminator"].strip("'")))
    if fault["type"] == "union_tag_not_found":
        return f"{key}: this key is needed and missing: {of}"
    return f"{key}: {of}, got {shown(told['tag'])}{did_you_mean(told['tag'], kinds)}"


def _expected(fault: ErrorDetails, place: _Place) -> str:
    kind, choices = fault["type"], _choices(place.expects)
    if kind in {"too_long", "missing", "tuple_type"}:
        return _list_of(place.expects)
    if kind == "literal_error":
        return ("one of " if len(choices) > 1 else "") + ", ".join(choices)
    words = place.description or _of_type(place.expects) or _EXPECTED.get(kind)
    if words is None:
        words = fault["msg"].removeprefix("Input should be ")
        return f"{words[0].lower()}{words[1:]}"
    return words.format(**fault.get("ctx", {}))


def _of_type(expects: object) -> str | None:
    """Say what may stand there, where that is the same whatever is wrong."""
    if expects is Path:
        return "a path"
    if expects is date:
        return "a date like 2026-03-01"
    if _members(expects):
        return "keys and values, the first of them `kind`, indented below it"
    if get_origin(expects) in {Union, UnionType}:
        named = dict.fromkeys(_TYPES[one] for one in get_args(expects) if one in _TYPES)
        return ", ".join(named).replace(", true", " or true") or None
    return None


def _advice(kind: str, value: object) -> str:
    """Say what YAML has made of the words that are often written."""
    if isinstance(value, bool) and kind != "bool_type":
        words = "yes and on as true" if value else "no and off as false"
        text = ": put it in quotes" if kind == "string_type" else ""
        return f" (YAML reads {words}){text}"
    if kind == "string_type" and isinstance(value, (int, float)):
        return "; put it in quotes"
    if isinstance(value, str) and kind in {"int_type", "float_type"}:
        return _advice_on_number(value)
    if isinstance(value, float) and kind == "int_type" and value.is_integer() and value < 1e15:
        return f"; write {value:.0f}"
    return "; nothing stands behind the key" if value is None else ""


def _advice_on_number(text: str) -> str:
    if re.fullmatch(r"[-+]?\d+,\d+", text):
        return "; write a point for the comma"
    if re.fullmatch(r"[-+]?\d+(\.\d*)?([eE][-+]?\d+)?", text):
        return "; write it without quotes or leading zeros"
    return "; write the number alone, the key names its unit" if text[:1].isdigit() else ""


def _list_of(expects: object) -> str:
    arguments = get_args(expects)
    if Ellipsis in arguments or not arguments:
        return "a list, each entry on a line that begins with a dash"
    inner = [_plain(one) for one in arguments]
    return f"a list of {len(inner)} {'lists' if get_args(inner[0]) else 'numbers'} in brackets"


def _meant(fault: ErrorDetails, model: type[BaseModel]) -> str | None:
    """Return the needed key that a misspelt one was meant for."""
    if fault["type"] != "extra_forbidden":
        return None
    place = _place(fault, model)
    section, _, word = place.key.rpartition(".")
    known = list(place.section.model_fields) if place.section else []
    like = difflib.get_close_matches(word.lower(), known, n=1)
    return ".".join(filter(None, (section, *like))) if like else None


def _place(fault: ErrorDetails, model: type[BaseModel]) -> _Place:
    """Walk to a fault, leaving out the union members that pydantic names and no user wrote."""
    key, expects, description = "", _plain(model), None
    section: type[BaseModel] | None = None
    for number, step in enumerate(fault["loc"], start=1):
        if isinstance(expects, type) and issubclass(expects, BaseModel):
            section, key = expects, f"{key}.{step}"
            field = section.model_fields.get(str(step))
            expects = _plain(field.annotation) if field else None
            description = field.description if field else None
        elif members := _members(expects):
            expects = members.get(str(step))
        elif get_origin(expects) is dict:
            expects, key = _plain(get_args(expects)[1]), f"{key}.{step}"
        elif isinstance(step, int) and (fault["type"] != "missing" or number < len(fault["loc"])):
            expects, key = _entry(expects, step), f"{key}[{step}]"
        else:  # a list that is too short, or a union of plain values, told as a whole
            break
    key = key.lstrip(".") or "the file"
    return _Place(key=key, expects=expects, section=section, description=description)


def _plain(annotation: object) -> object:
    """Return an annotation without what pydantic reads beside it, and without its None."""
    if get_origin(annotation) is Annotated:
        return _plain(get_args(annotation)[0])
    if get_origin(annotation) in {Union, UnionType}:
        some = [one for one in get_args(annotation) if one is not NoneType]
        return _plain(some[0]) if len(some) == 1 else annotation
    return annotation


def _members(annotation: object) -> dict[str, object]:
    """Return the sections among which `kind` (or `by`) chooses; none of another union."""
    members: dict[str, object] = {}
    if get_origin(annotation) in {Union, UnionType}:
        for one in map(_plain, get_args(annotation)):
            if isinstance(one, type) and issubclass(one, BaseModel):
                members |= {str(kind): one for kind in _kinds(one)}
            else:
                members |= _members(one)
    return members


def _kinds(section: type[BaseModel]) -> tuple[object, ...]:
    """Return by which words a section is chosen: no other key is needed and one of few words."""
    for field in section.model_fields.values():
        if field.is_required() and get_origin(field.annotation) is Literal:
            return get_args(field.annotation)
    return ()


def _choices(annotation: object) -> list[str]:
    """Return the words that may stand there; none where it is not a matter of words."""
    arguments = get_args(annotation)
    if get_origin(annotation) is Literal:
        return [str(word) for word in arguments]
    if get_origin(annotation) in {Union, UnionType}:
        return [word for one in arguments for word in _choices(one)]
    return []


def _entry(annotation: object, step: int) -> object:
    """Return what an entry of a list may be."""
    arguments = get_args(annotation)
    if Ellipsis in arguments:
        return _plain(arguments[0])
    return _plain(arguments[step]) if step < len(arguments) else None

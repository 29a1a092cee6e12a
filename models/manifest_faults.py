"""Faults of a model's manifest in the words of who wrote it, one line each."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from pydantic_core import ErrorDetails

# Of pydantic's types of faults, what was expected instead.
_EXPECTED = {
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a finite number",
    "string_type": "text, in quotes where it looks like a number",
    "string_pattern_mismatch": "64 hexadecimal digits",
    "tuple_type": "a list in brackets",
    "dict_type": "keys and values, indented below it",
    "model_type": "keys and values, indented below it",
    "greater_than": "more than {gt:g}",
    "literal_error": "{expected}",
}


def describe(faults: Sequence[ErrorDetails], known: Sequence[str]) -> list[str]:
    """Return one line a fault, `key: what is wrong`; `known` are all keys there are."""
    return list(dict.fromkeys(_line(fault, known) for fault in faults))


def _line(fault: ErrorDetails, known: Sequence[str]) -> str:
    kind, steps = fault["type"], fault["loc"]
    if "input" in steps:  # pydantic names each thing that it could have been
        key = _written(steps[: steps.index("input") + 1])
        return f"{key}: expected any, or the image's [rows, columns], got {fault['input']!r}"
    key = _written(steps)
    if kind == "extra_forbidden":
        like = difflib.get_close_matches(str(steps[-1]), known, n=1)
        guess = f"did you mean {like[0]}?" if like else f"there are {', '.join(known)}"
        return f"{key}: there is no such key; {guess}"
    if kind == "missing" and isinstance(steps[-1], int):
        return f"{_written(steps[:-1])}: expected more values, got {fault['input']!r}"
    if kind == "missing":
        return f"{key}: this key is needed and missing"
    if kind == "too_long":
        return f"{key}: expected fewer values, got {fault['input']!r}"
    expected = _EXPECTED.get(kind, fault["msg"].removeprefix("Input should be "))
    got = "nothing" if fault["input"] is None else repr(fault["input"])
    return f"{key}: expected {expected.format(**fault.get('ctx', {}))}, got {got}"


def _written(steps: Sequence[int | str]) -> str:
    """Return a key as it stands in the file: `search.shrink`, `um_per_px[0]`."""
    words = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
    return "".join(words).lstrip(".") or "the file"

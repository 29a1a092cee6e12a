"""Are the packages there that every session needs, and new enough?"""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Callable, Mapping

from tracker.doctor.finding import Finding, fault, ok

# pyproject.toml's own words; a test holds the two together. OpenCV and ONNX Runtime, which come
# under several names, have checks of their own.
REQUIRED: Mapping[str, str] = {
    "numpy": "1.26",
    "pyserial": "3.5",
    "pyzmq": "26",
    "pyyaml": "6",
    "pydantic": "2.7",
    "pycromanager": "1.0.2",
}


def examine() -> list[Finding]:
    """Look up the version of each package that is required."""
    return [judge({name: installed_version(name) for name in REQUIRED})]


def judge(installed: Mapping[str, str | None]) -> Finding:
    """Judge versions; None means not installed.

    >>> judge({**REQUIRED, "pyzmq": None}).remedy
    "pip install 'pyzmq>=26'"
    """
    wrong = {
        name: version
        for name, least in REQUIRED.items()
        if (version := installed.get(name)) is None or is_older(version, least)
    }
    if wrong:
        told = ", ".join(f"{name} is {version or 'missing'}" for name, version in wrong.items())
        wanted = " ".join(f"'{name}>={REQUIRED[name]}'" for name in wrong)
        return fault(told, f"pip install {wanted}")
    return ok(", ".join(f"{name} {installed[name]}" for name in REQUIRED))


def installed_version(name: str) -> str | None:
    """Return the version of an installed package; None where there is none."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def installed_of(
    names: tuple[str, ...], version_of: Callable[[str], str | None] = installed_version
) -> dict[str, str]:
    """Return those of several packages that are installed, with their versions."""
    found = {name: version_of(name) for name in names}
    return {name: version for name, version in found.items() if version is not None}


def is_older(version: str, least: str) -> bool:
    """Say whether a version lies below the least that will do.

    >>> is_older("1.9.3", "1.26"), is_older("2.0.0rc1", "1.26"), is_older("26", "26")
    (True, False, False)
    """
    return _numbers(version) < _numbers(least)


def _numbers(version: str) -> list[int]:
    release = re.match(r"\d+(?:\.\d+)*", version)
    numbers = [int(number) for number in release[0].split(".")] if release else []
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return numbers

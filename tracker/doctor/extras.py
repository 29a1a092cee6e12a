"""Which optional packages are there, and what they are for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tracker.doctor.finding import Finding, ok
from tracker.doctor.packages import installed_version


@dataclass(frozen=True, slots=True)
class Extra:
    """An optional package: what it is for, and the extra of pyproject.toml that brings it."""

    package: str
    purpose: str
    extra: str


EXTRAS = (
    Extra("matplotlib", "the picture at the end of a recording", "report"),
    Extra("torch", "training a detector", "train"),
    Extra("pandas", "data frames in notebooks", "notebook"),
    Extra("harvesters", "cameras by GenICam", "genicam"),
    Extra("pypylon", "Basler's cameras", "basler"),
    Extra("nidaqmx", "edges by an NI card", "nidaq"),
    Extra("labjack", "edges by a LabJack", "labjack"),
    Extra("blosc2", "compressed frames", "record"),
    Extra("zlib-ng", "quicker checksums of frames", "record"),
    Extra("h5py", "exports to HDF5 and NWB", "export"),
    Extra("zarr", "exports to OME-Zarr", "export"),
    Extra("av", "exports to MP4", "export"),
)


def examine() -> list[Finding]:
    """Look each of them up; a missing one is no fault."""
    return [judge({extra.package: installed_version(extra.package) for extra in EXTRAS})]


def judge(installed: Mapping[str, str | None]) -> Finding:
    """Say what is there and how to get what is not.

    >>> judge({"torch": "2.6"}).says.split(", ")[0]
    "no matplotlib (the picture at the end of a recording: pip install 'wormlock[report]')"
    """
    return ok(", ".join(_told(extra, installed.get(extra.package)) for extra in EXTRAS))


def _told(extra: Extra, version: str | None) -> str:
    if version is not None:
        return f"{extra.package} {version} ({extra.purpose})"
    return f"no {extra.package} ({extra.purpose}: pip install 'wormlock[{extra.extra}]')"

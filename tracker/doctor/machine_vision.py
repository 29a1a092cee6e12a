"""Cameras that describe themselves by GenICam: listed by their libraries, and how that is told."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import TypeAdapter

from hardware.cameras.found import NamedCamera
from hardware.cameras.listing import has_pylon, producer_files
from tracker.doctor.bounded import run_bounded

_LIBRARY_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedBy:
    """What one library sees, and how config.yaml names it; a text says why it sees nothing."""

    library: str
    section: str
    cameras: Sequence[NamedCamera] | str


def look(cti_path: Path | None) -> list[ListedBy]:
    """Ask every producer that is installed or named, and pylon, each in a process of its own."""
    named = [] if cti_path is None else [cti_path]
    asked = [
        ListedBy(
            library=str(file),
            section=f"kind: genicam, cti_path: '{file}'",
            cameras=_ask("genicam", "--cti", str(file)),
        )
        for file in dict.fromkeys([*named, *producer_files(os.environ)])
    ]
    if has_pylon():
        pylon = ListedBy(library="Basler's pylon", section="kind: basler", cameras=_ask("basler"))
        asked.append(pylon)
    return asked


def lines(found: Sequence[ListedBy]) -> list[str]:
    """Return what was found for people, with the line for config.yaml."""
    told: list[str] = []
    for one in found:
        if isinstance(one.cameras, str):
            told.append(f"  {one.library}: not found out: {one.cameras}")
            continue
        told.append(f"  {one.library}: {len(one.cameras) or 'no'} camera(s)")
        told += [
            f"    {camera.vendor} {camera.model}; rig.camera: {{{one.section}, "
            f'serial: "{camera.serial}"}}'
            for camera in one.cameras
        ]
    return told


def plain(found: Sequence[ListedBy]) -> list[dict[str, object]]:
    """Return what --json prints."""
    return [asdict(one) for one in found]


def _ask(*words: str) -> list[NamedCamera] | str:
    ended = run_bounded(["devices", "--alone", *words], limit_s=_LIBRARY_S)
    if ended.answer is None:
        return ended.why_not
    return TypeAdapter(list[NamedCamera] | str).validate_python(ended.answer)

"""What is plugged into this computer, and how that is told."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import TypeAdapter

from hardware.cameras.micromanager_core import AdapterDevices
from hardware.discovery import FoundCamera, SerialPort, named_port, serial_ports
from hardware.errors import LinkLostError
from hardware.languages import Recognised, recognise
from tracker.doctor import machine_vision
from tracker.doctor.bounded import run_bounded

_CAMERAS_S = 40.0
_ADAPTERS_S = 90.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedPort:
    """A port, and what came of asking it; `why_not` is empty where it was asked."""

    port: SerialPort
    recognised: Recognised | None = None
    why_not: str = "not asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class PluggedIn:
    """What was found. In place of a list a text says why it could not be made."""

    ports: Sequence[AskedPort]
    cameras: Sequence[FoundCamera] | str
    adapters: Sequence[AdapterDevices] | str | None = None
    described: Sequence[machine_vision.ListedBy] = ()


def look(
    *, asked: Sequence[str] | None, adapters: Path | None, cti_path: Path | None = None
) -> PluggedIn:
    """Find out; `asked` are the ports to ask (empty: every one, None: none)."""
    listed = serial_ports()
    known = {port.device for port in listed}
    ports = listed + [named_port(name) for name in asked or () if name not in known]
    return PluggedIn(
        ports=[
            _asked(port)
            if asked is not None and (not asked or port.device in asked)
            else AskedPort(port=port)
            for port in ports
        ],
        cameras=_cameras(),
        adapters=None if adapters is None else _adapters(adapters),
        described=machine_vision.look(cti_path),
    )


def to_plain(found: PluggedIn) -> dict[str, object]:
    """Return what --json prints."""
    ports = [
        {**asdict(one.port), "why_not_asked": one.why_not, "answer": _plain_answer(one.recognised)}
        for one in found.ports
    ]
    plain: dict[str, object] = {"ports": ports, "cameras": _plain_list(found.cameras)}
    plain["described_cameras"] = machine_vision.plain(found.described)
    if found.adapters is not None:
        plain["adapters"] = _plain_list(found.adapters)
    return plain


def page(found: PluggedIn, *, is_asked: bool, width: int | None) -> str:
    """Return what was found as a page for people; None: as wide as need be."""
    lines = ["Serial ports", *_port_lines(found.ports)]
    if found.ports and not is_asked:
        lines.append("  (none was opened; --ask asks what is there where its stage stands)")
    lines += ["", "Cameras that OpenCV opens", *_camera_lines(found.cameras)]
    if found.described:
        lines += ["", "Cameras by GenICam", *machine_vision.lines(found.described)]
    if found.adapters is not None:
        lines += ["", "Micro-Manager's cameras and stages", *_adapter_lines(found.adapters)]
    return "\n".join(lines if width is None else _folded(lines, width))


def _folded(lines: Sequence[str], width: int) -> list[str]:
    """Fold long lines under themselves, four columns further in."""
    folded: list[str] = []
    for line in lines:
        indent = " " * (len(line) - len(line.lstrip()) + 4)
        folded += textwrap.wrap(line, width, subsequent_indent=indent) or [""]
    return folded


def _asked(port: SerialPort) -> AskedPort:
    """Ask a port; one that somebody holds is left alone."""
    if port.holders:
        return AskedPort(port=port, why_not=f"held by {', '.join(port.holders)}")
    try:
        return AskedPort(port=port, recognised=recognise(port.device), why_not="")
    except LinkLostError as error:
        return AskedPort(port=port, why_not=str(error).removeprefix(f"{port.device}: "))


def _cameras() -> list[FoundCamera] | str:
    ended = run_bounded(["devices", "--alone", "cameras"], limit_s=_CAMERAS_S)
    if ended.answer is None:
        return ended.why_not
    return TypeAdapter(list[FoundCamera] | str).validate_python(ended.answer)


def _adapters(folder: Path) -> list[AdapterDevices] | str:
    words = ["devices", "--alone", "adapters", "--mm", str(folder)]
    ended = run_bounded(words, limit_s=_ADAPTERS_S)
    if ended.answer is None:
        return ended.why_not
    return TypeAdapter(list[AdapterDevices] | str).validate_python(ended.answer)


def _plain_answer(found: Recognised | None) -> dict[str, object] | None:
    if found is None:
        return None
    language = found.language
    return {
        "kind": language.kind,
        "title": language.title,
        "baud": found.baud,
        "says": found.says,
    }


def _plain_list(found: Sequence[FoundCamera] | Sequence[AdapterDevices] | str) -> object:
    return found if isinstance(found, str) else [asdict(one) for one in found]


def _port_lines(ports: Sequence[AskedPort]) -> list[str]:
    if not ports:
        return ["  none"]
    width = max(len(one.port.device) for one in ports)
    lines: list[str] = []
    for one in ports:
        lines.append(f"  {one.port.device:{width}}  {_described(one.port)}".rstrip())
        lines += [f"  {'':{width}}  {line}" for line in _said(one)]
    return lines


def _described(port: SerialPort) -> str:
    told = [port.description] if port.description else []
    if not port.may_open:
        told.append("this user may not open it (`wormlock doctor` says what to do)")
    if port.holders:
        told.append(f"held by {', '.join(port.holders)}")
    return "; ".join(told)


def _said(one: AskedPort) -> list[str]:
    found = one.recognised
    if found is not None:
        return [
            f"{found.language.title}: {found.says}",
            f"rig.stage: {{kind: {found.language.kind}, port: {one.port.device}, "
            f"baud: {found.baud}}}",
        ]
    if not one.why_not:
        return ["no answer in any language that Wormlock knows"]
    is_told_already = one.port.holders or one.why_not == "not asked"
    return [] if is_told_already else [f"not asked: {one.why_not}"]


def _camera_lines(cameras: Sequence[FoundCamera] | str) -> list[str]:
    if isinstance(cameras, str):
        return [f"  not found out: {cameras}"]
    lines: list[str] = []
    for one in cameras:
        rate = f" at {one.rate_hz:g} frames/s" if one.rate_hz > 0.0 else ""
        lines.append(
            f"  {one.columns} x {one.rows} px{rate}; "
            f"rig.camera: {{kind: webcam, number: {one.number}}}"
        )
    return lines or ["  none"]


def _adapter_lines(adapters: Sequence[AdapterDevices] | str) -> list[str]:
    if isinstance(adapters, str):
        return [f"  not found out: {adapters}"]
    lines: list[str] = []
    for one in adapters:
        kinds = (("cameras", one.cameras), ("XY stages", one.xy_stages), ("Z drives", one.z_drives))
        told = "; ".join(f"{kind}: {', '.join(names)}" for kind, names in kinds if names)
        if told or one.why_not:
            lines.append(f"  {one.library}  {told or 'cannot be loaded: ' + one.why_not}")
    return lines or ["  none"]

"""What is plugged in: serial ports and who holds them, cameras that OpenCV can open.

Looking disturbs nobody: ports are listed and not opened (`hardware.languages` asks them, where
the user wants that). Cameras can only be found by opening them.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from serial.tools import list_ports

_PROCESSES = Path("/proc")
_PSEUDO_TERMINALS = "/dev/pts/"
_CAMERAS_TRIED = 6  # where the system does not tell which numbers there are


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialPort:
    """A serial port that the system names; `holders` are the programs seen to have it open."""

    device: str
    description: str
    may_open: bool
    holders: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundCamera:
    """A camera that gave a picture; `rate_hz` is what its driver claims, 0 for nothing."""

    number: int
    rows: int
    columns: int
    rate_hz: float


def serial_ports() -> list[SerialPort]:
    """Return the ports of this computer in the order of their names. None is opened."""
    return [
        SerialPort(
            device=port.device,
            description=_described(port.description, port.manufacturer, port.hwid),
            may_open=may_open(port.device),
            holders=port_holders(port.device),
        )
        for port in sorted(list_ports.comports(), key=lambda port: port.device)
    ]


def absent_port(device: str) -> str | None:
    """Say in a line that there is no such port, and which there are; None where it is there."""
    known = [port.device for port in list_ports.comports()]
    if "://" in device or os.path.exists(device) or device in known:
        return None
    here = ", ".join(sorted(known)) or "none"
    return f"{device}: there is no such port; ports here: {here}"


def named_port(device: str) -> SerialPort:
    """Return a port that the system does not list: a pseudo terminal, or `socket://host:port`."""
    is_address = "://" in device
    is_absent = not os.path.exists(device)  # that is no question of permissions
    return SerialPort(
        device=device,
        description="",
        may_open=is_address or is_absent or may_open(device),
        holders=() if is_address else port_holders(device),
    )


def may_open(device: str) -> bool:
    """Say whether this user has the permission; Windows keeps no such thing for ports."""
    return sys.platform == "win32" or os.access(device, os.R_OK | os.W_OK)


def port_holders(device: str, processes: Path = _PROCESSES) -> tuple[str, ...]:
    """Return the other programs that have a port open, as `name (process number)`.

    Only Linux tells, and only of one's own programs unless one is root; elsewhere it is empty.
    Whoever plays a device behind a pseudo terminal has it open too, and holds it from nobody.
    """
    target = os.path.realpath(device)
    if target.startswith(_PSEUDO_TERMINALS):
        return ()
    holders: list[str] = []
    for process in processes.glob("[0-9]*"):
        if process.name != str(os.getpid()) and target in _opened(process):
            holders.append(f"{_name_of(process)} ({process.name})")
    return tuple(sorted(holders))


def webcams(numbers: Iterable[int] | None = None) -> list[FoundCamera]:
    """Open the cameras with these numbers one after the other (None: all that there may be).

    Drivers may print what they like and may hang: call it in a process that can be ended.

    Raises:
        ImportError: OpenCV cannot be loaded (`hardware.opencv` explains).
    """
    os.environ.setdefault("OPENCV_LOG_LEVEL", "OFF")
    os.environ.setdefault("OPENCV_VIDEOIO_DEBUG", "0")
    tried = _camera_numbers() if numbers is None else numbers
    return [found for number in tried if (found := _look_at(number)) is not None]


def _look_at(number: int) -> FoundCamera | None:
    import cv2

    capture = cv2.VideoCapture(number)
    try:
        has_picture, picture = capture.read() if capture.isOpened() else (False, None)
        if not has_picture or picture is None:
            return None
        return FoundCamera(
            number=number,
            rows=int(picture.shape[0]),
            columns=int(picture.shape[1]),
            rate_hz=float(capture.get(cv2.CAP_PROP_FPS)),
        )
    finally:
        capture.release()


def _camera_numbers() -> list[int]:
    """Return the numbers that Linux has devices for, or the first few."""
    if sys.platform != "linux":
        return list(range(_CAMERAS_TRIED))
    names = (path.name.removeprefix("video") for path in Path("/dev").glob("video*"))
    return sorted(int(name) for name in names if name.isdigit())


def _described(description: str | None, manufacturer: str | None, hardware: str | None) -> str:
    """Join what the system says of a port; it says `n/a` where it knows nothing."""
    known = [text for text in (manufacturer, description) if text and text != "n/a"]
    if len(known) == 2 and known[0].lower() in known[1].lower():
        known = known[1:]
    address = (hardware or "").partition(" LOCATION")[0]
    return ", ".join([*known, *([address] if address and address != "n/a" else [])])


def _opened(process: Path) -> set[str]:
    """Return what a process has open; nothing where we may not look, or it has just gone."""
    found: set[str] = set()
    with contextlib.suppress(OSError):
        for descriptor in (process / "fd").iterdir():
            with contextlib.suppress(OSError):
                found.add(os.readlink(descriptor))
    return found


def _name_of(process: Path) -> str:
    try:
        return (process / "comm").read_text(encoding="utf-8").strip() or "?"
    except OSError:
        return "?"

"""One device out of a Micro-Manager configuration file, and what it stands on.

A .cfg usually names the whole microscope. Of it a process may load its own part alone: camera
and stage belong to different processes, or to other software. What the part stands on (a hub, a
serial port) comes with it, but only if nothing else stands on it too: two programs cannot own
one port.

Lines are commands with commas between their fields; `Property` before `Core,Initialize,1` is set
before the device is initialized; the preset `Startup` of the group `System` is applied last.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

from hardware.errors import ConfigError

SharedHub: TypeAlias = Literal["refuse", "load", "leave"]
Setting: TypeAlias = tuple[str, str]  # a property and its value


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Which part of the rig is wanted: its section of config.yaml, and its role in a .cfg."""

    section: str
    noun: str
    role: str


CAMERA = Part(section="rig.camera", noun="camera", role="Camera")
XY_STAGE = Part(section="rig.stage", noun="XY stage", role="XYStage")
FOCUS = Part(section="rig.focus", noun="focus drive", role="Focus")
_ROLES = {part.role for part in (CAMERA, XY_STAGE, FOCUS)}


@dataclass(frozen=True, slots=True, kw_only=True)
class CfgDevice:
    """One device as a .cfg names it; `uses` are the labels of its hub and ports."""

    label: str
    library: str
    name: str
    parent: str | None
    before: tuple[Setting, ...]
    after: tuple[Setting, ...]
    uses: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CfgFile:
    """What a .cfg says: its devices by label, and the labels that have a role."""

    path: Path
    devices: dict[str, CfgDevice]
    roles: dict[str, str]


@dataclass(slots=True)
class _Draft:
    devices: dict[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])
    parents: dict[str, str] = field(default_factory=dict[str, str])
    before: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])
    after: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])
    startup: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])
    roles: dict[str, str] = field(default_factory=dict[str, str])
    is_initialized: bool = False


def read_cfg(path: Path, part: Part = CAMERA) -> CfgFile:
    """Read a Micro-Manager configuration file.

    Raises:
        ConfigError: it cannot be read, or one of its lines is cut short.
    """
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise ConfigError(f"{part.section}.config_file: {path}: {error.strerror}") from None
    draft = _Draft()
    for number, line in enumerate(text.splitlines(), start=1):
        words = [word.strip() for word in line.split(",")]
        if line.strip() and not line.lstrip().startswith("#"):
            try:
                _take(words, draft)
            except ValueError:
                raise ConfigError(f"{path}: line {number} is cut short: {line.strip()!r}") from None
    return CfgFile(
        path=path,
        devices={label: _device(label, draft) for label in draft.devices},
        roles=draft.roles,
    )


def devices_of(
    cfg: CfgFile, wanted: str | None, shared_hub: SharedHub, part: Part = CAMERA
) -> tuple[CfgDevice, ...]:
    """Return what must be loaded for one device, in order: it is the last.

    Args:
        cfg: the file.
        wanted: the device's label; None is the one that has the role in the file.
        shared_hub: what to do about a hub or port that other devices use too.
        part: what it is to be.

    Raises:
        ConfigError: there is no such device, or what it stands on is shared.
    """
    label = wanted or cfg.roles.get(part.role)
    if label is None or label not in cfg.devices:
        raise ConfigError(
            f"{part.section}.device: {cfg.path} has no device {label!r}; it has "
            f"{', '.join(cfg.devices) or 'none'}"
            if label
            else f"{part.section}.device: {cfg.path} gives no device the role of {part.noun}: "
            "name one"
        )
    ours = _ground_and(cfg, label)
    shared = {used: users for used in ours if (users := _others(cfg, used, ours))}
    if shared and shared_hub == "refuse":
        raise ConfigError("\n".join(_refusal(cfg, part, label, *pair) for pair in shared.items()))
    if shared and shared_hub == "leave":
        ours = _ground_and(cfg, label, without=frozenset(shared))
        return tuple(_without(cfg.devices[our], shared) for our in ours)
    return tuple(cfg.devices[our] for our in ours)


def _take(words: list[str], draft: _Draft) -> None:
    """Take one line into the draft; a `ValueError` means that it has too few fields."""
    match words[0]:
        case "Device":
            _, label, library, name = words
            draft.devices[label] = (library, name)
        case "Parent":
            _, label, parent = words
            draft.parents[label] = parent
        case "Property":
            _, label, name, *rest = words
            value = ",".join(rest)  # a value may hold commas
            if (label, name, value) == ("Core", "Initialize", "1"):
                draft.is_initialized = True
            elif label == "Core" and name in _ROLES:
                draft.roles[name] = value
            else:
                (draft.after if draft.is_initialized else draft.before).append((label, name, value))
        case "ConfigGroup" if words[1:3] == ["System", "Startup"] and len(words) > 3:
            _, _, _, label, name, *rest = words
            draft.startup.append((label, name, ",".join(rest)))
        case _:
            pass  # labels, presets, pixel sizes: no part needs them


def _device(label: str, draft: _Draft) -> CfgDevice:
    library, name = draft.devices[label]
    before = _of(label, draft.before)
    parent = draft.parents.get(label) or None
    ports = {value for _, value in before if value in draft.devices and value != label}
    return CfgDevice(
        label=label,
        library=library,
        name=name,
        parent=parent,
        before=before,
        after=_of(label, draft.after) + _of(label, draft.startup),
        uses=frozenset(ports | {parent} if parent in draft.devices else ports),
    )


def _of(label: str, lines: list[tuple[str, str, str]]) -> tuple[Setting, ...]:
    return tuple((name, value) for of, name, value in lines if of == label)


def _ground_and(cfg: CfgFile, label: str, *, without: Container[str] = ()) -> list[str]:
    """Return a device and what it stands on, deepest first."""

    def climb(label: str, above: frozenset[str]) -> Iterator[str]:
        """Yield what a device stands on, deepest first, and itself last."""
        if label in above:
            raise ConfigError(f"{cfg.path}: {label} stands on itself: mend its Parent and Port")
        for used in sorted(cfg.devices[label].uses):
            if used not in without:
                yield from climb(used, above | {label})
        yield label

    return list(dict.fromkeys(climb(label, frozenset())))


def _others(cfg: CfgFile, used: str, ours: Container[str]) -> list[str]:
    return [
        device.label
        for device in cfg.devices.values()
        if used in device.uses and device.label not in ours
    ]


def _refusal(cfg: CfgFile, part: Part, label: str, used: str, others: list[str]) -> str:
    named = ", ".join(others[:4]) + (" and others" if len(others) > 4 else "")
    return (
        f"{part.section}.config_file: {cfg.path}: {label} stands on {used}, which {named} use too, "
        f"and one program only can own it; give the {part.noun} a .cfg of its own, or set "
        f"{part.section}.shared_hub to leave (load the {part.noun} without {used}) or, if nobody "
        f"else opens {used}, to load"
    )


def _without(device: CfgDevice, left: Container[str]) -> CfgDevice:
    return CfgDevice(
        label=device.label,
        library=device.library,
        name=device.name,
        parent=None if device.parent and device.parent in left else device.parent,
        before=tuple(setting for setting in device.before if setting[1] not in left),
        after=device.after,
        uses=frozenset(used for used in device.uses if used not in left),
    )

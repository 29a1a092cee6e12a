"""config.yaml with all that it names: scenario, pictures, port, model. All faults at once.

A section that is sound is looked into even where another one is not, so that nobody mends a
misspelt key only to learn of a missing file.
"""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import cast

from hardware.config import (
    AnyCamera,
    AnyStage,
    NeuralCamera,
    Section,
    SectionT,
    Simulation,
    read_yaml,
    validate,
)
from hardware.errors import ConfigError
from hardware.rig_faults import camera_faults, neural_faults, simulation_faults, stage_faults
from models.contract import load_named_model
from models.errors import ModelFileError
from tracker.config import Config, load_config


class _OfCamera(Section):
    camera: AnyCamera


class _OfNeural(Section):
    neural_cameras: tuple[NeuralCamera, ...] = ()


class _OfStage(Section):
    stage: AnyStage


def load_whole_config(path: Path) -> Config:
    """Read a configuration, and make sure of the files and the port that it names.

    Raises:
        ConfigError: with one line a fault, each naming the key as the user wrote it.
    """
    faults: list[str] = []
    config: Config | None = None
    try:
        config = load_config(path)
    except ConfigError as error:
        faults += str(error).splitlines()
    faults += faults_of_named(path)
    if config is None or faults:
        raise ConfigError("\n".join(faults))
    return config


def faults_of_named(path: Path) -> list[str]:
    """Return what is wrong with what a configuration names, a line a fault; none is no YAML."""
    try:
        content = read_yaml(path)
    except ConfigError:
        return []
    return [f"{path}: {fault}" for fault in _faults(content)]


def _faults(content: Mapping[str, object]) -> list[str]:
    rig = content.get("rig")
    parts = cast(Mapping[str, object], rig) if isinstance(rig, dict) else {}
    faults: list[str] = []
    if camera := _sound(parts, "camera", _OfCamera):
        faults += camera_faults(camera.camera)
    if "neural_cameras" in parts and (neural := _sound(parts, "neural_cameras", _OfNeural)):
        faults += neural_faults(neural.neural_cameras)
    if stage := _sound(parts, "stage", _OfStage):
        faults += stage_faults(stage.stage)
    if (scenario := _text(parts.get("simulation"), "scenario")) is not None:
        faults += simulation_faults(Simulation(scenario=scenario))
    if (model := _text(content.get("detector"), "model")) is not None:
        faults += model_faults(model)
    return faults


@contextlib.contextmanager
def naming_the_model() -> Generator[None]:
    """Put the key before what is found wrong with the model only when it is opened."""
    try:
        yield
    except ModelFileError as error:
        raise ModelFileError(f"detector.model: {error}") from error


def model_faults(model: str) -> list[str]:
    """Return what is wrong with the model that is named, a line a fault with its key."""
    try:
        load_named_model(model)
    except ModelFileError as error:
        return [f"detector.model: {line}" for line in str(error).splitlines()]
    return []


def _text(section: object, key: str) -> str | None:
    """Return a text of a section, whatever else stands there."""
    value = cast(Mapping[str, object], section).get(key) if isinstance(section, dict) else None
    return value if isinstance(value, str) else None


def _sound(content: Mapping[str, object], key: str, model: type[SectionT]) -> SectionT | None:
    """Return a section where nothing is wrong with it."""
    try:
        return validate({key: content.get(key)}, model, source="")
    except ConfigError:
        return None

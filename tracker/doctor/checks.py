"""All the checks in the order of telling, each with the time that it may take."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from tracker.doctor.case import Case
from tracker.doctor.finding import Finding, skipped


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the doctor's: where its function stands, and after how long it is given up."""

    name: str
    function: str  # `module.function` in this room; loaded only in the check's own process
    needs_config: bool = True
    limit_s: float = 15.0

    def examine(self, case: Case | None) -> list[Finding]:
        """Carry it out in this process; `case` may be None where no config is needed."""
        module, _, name = self.function.rpartition(".")
        function = getattr(importlib.import_module(f"tracker.doctor.{module}"), name)
        if not self.needs_config:
            return cast(Callable[[], list[Finding]], function)()
        if case is None:
            return [skipped("not checked", "mend the config first")]
        return cast(Callable[[Case], list[Finding]], function)(case)


CONFIG = "config"
CHECKS = (
    Check("packages", "packages.examine", needs_config=False),
    Check("opencv", "opencv.examine", needs_config=False, limit_s=30.0),
    Check("onnx runtime", "onnx_runtime.examine", needs_config=False, limit_s=30.0),
    Check("extras", "extras.examine", needs_config=False),
    Check("clock", "timekeeping.examine_clock", needs_config=False),
    Check("priority", "timekeeping.examine_priority", needs_config=False),
    Check("port", "stage.examine_port"),
    Check("stage", "stage.examine_controller", limit_s=30.0),
    Check("focus", "stage.examine_focus"),
    Check("camera", "camera.examine", limit_s=60.0),
    Check("neural", "neural_cameras.examine", limit_s=120.0),
    Check("lines", "lines.examine", limit_s=30.0),
    Check("provider", "onnx_runtime.examine_provider", limit_s=60.0),
    Check("model", "model.examine", limit_s=90.0),
    Check("disk speed", "storage.examine_speed", limit_s=45.0),
    Check("disk room", "storage.examine_room"),
    Check("memory", "storage.examine_memory"),
)


def check_named(name: str) -> Check:
    """Return a check by its name.

    Raises:
        KeyError: there is none.
    """
    return {check.name: check for check in CHECKS}[name]

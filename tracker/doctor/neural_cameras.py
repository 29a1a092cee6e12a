"""Do the neural cameras open, and do they give the frames that they should? A line each."""

from __future__ import annotations

from dataclasses import replace

from hardware.clock import HostClock
from hardware.config import NeuralCamera, RigConfig, SimulatedNeuralCamera, WebCamera
from hardware.errors import HardwareError
from hardware.opencv import explain_import_error
from hardware.registry import open_neural_camera
from tracker.doctor.camera import CHECK_CABLE, seen
from tracker.doctor.case import NOWHERE, Case
from tracker.doctor.finding import Finding, fault, fault_of_part, ok, warning
from tracker.doctor.opencv import loads


def examine(case: Case) -> list[Finding]:
    """Open one after the other as a session does; each is let go before the next."""
    rig = case.config.rig
    if not rig.neural_cameras:
        return [ok("none in the config")]
    return [
        replace(finding, says=f"{neural.name}: {finding.says}", facts={})
        for neural in rig.neural_cameras
        for finding in _examined(rig, neural)
    ]


def _examined(rig: RigConfig, neural: NeuralCamera) -> list[Finding]:
    camera = neural.camera
    if isinstance(camera, SimulatedNeuralCamera):
        return [ok(f"simulated, {camera.columns} x {camera.rows} px at {camera.rate_hz:g}/s")]
    if isinstance(camera, WebCamera) and not loads():
        return [warning("not opened: OpenCV cannot be loaded", "see `opencv` above")]
    told: list[str] = []
    try:
        opened = open_neural_camera(rig, neural.name, NOWHERE, HostClock(), tell=told.append)
        findings = seen(opened.camera, is_hurried=False)
    except ImportError as error:
        return [fault(explain_import_error(error) or str(error), "install what is missing")]
    except HardwareError as error:
        return [fault_of_part(error, CHECK_CABLE)]
    if getattr(camera, "trigger", "free") == "external":
        return [_of_triggered(finding) for finding in findings]
    return findings


def _of_triggered(finding: Finding) -> Finding:
    """A camera that waits for triggers is sound without a frame: the confocal may stand."""
    if finding.verdict != "fault":
        return finding
    return warning(finding.says, "start the confocal: its triggers are waited for")

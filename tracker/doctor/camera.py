"""Does the camera open, and how many frames a second does it really give?"""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from hardware.camera import Camera, RawCamera
from hardware.config import SimulatedCamera, VideoCamera, WebCamera
from hardware.errors import EndOfVideoError, HardwareError
from hardware.opencv import explain_import_error
from hardware.registry import open_camera, rig_children, rig_clock
from hardware.types import Frame, RawFrame
from tracker.doctor.case import NOWHERE, Case
from tracker.doctor.finding import Finding, fault, fault_of_part, ok, warning
from tracker.doctor.opencv import loads
from tracker.doctor.simulated_rig import simulated_rig

CHECK_CABLE = "check its cable and power, and close other programs that use it"
_LOOK_S = 2.0
_FIRST_FRAME_WITHIN_S = 8.0
_TOLERANCE = 0.1
_LIVE_WITH_IT = "nothing mends it but another camera; the page on your kind of camera says more"


def examine(case: Case) -> list[Finding]:
    """Open it as a session does, and take frames for two seconds."""
    rig = case.config.rig
    if isinstance(rig.camera, (SimulatedCamera, VideoCamera, WebCamera)) and not loads():
        return [warning("not opened: OpenCV cannot be loaded", "see `opencv` above")]
    try:
        if isinstance(rig.camera, SimulatedCamera):
            with simulated_rig(case.config, rig_children(rig)) as place:
                camera = open_camera(rig, place, rig_clock(rig))
                return seen(camera, is_hurried=False)
        camera = open_camera(rig, NOWHERE, rig_clock(rig))
        is_hurried = isinstance(rig.camera, VideoCamera) and rig.camera.as_fast_as_it_goes
        return seen(camera, is_hurried=is_hurried)
    except ImportError as error:
        return [fault(explain_import_error(error) or str(error), "install what is missing")]
    except HardwareError as error:
        return [fault_of_part(error, CHECK_CABLE)]


def seen(camera: Camera | RawCamera, *, is_hurried: bool) -> list[Finding]:
    """Take frames of an opened camera, and close it.

    Raises:
        HardwareError: it cannot start, or is gone.
    """
    try:
        camera.start()
        frames = _frames_of(camera)
    finally:
        camera.close()
    judged = judge(frames, camera.shape, 1.0 / camera.period_s, is_hurried=is_hurried)
    return [judged, *(warning(note, _LIVE_WITH_IT) for note in camera.notes)]


def _frames_of(camera: Camera | RawCamera) -> list[Frame | RawFrame]:
    """Take frames, from the first that comes on."""
    frames: list[Frame | RawFrame] = []
    until_s = time.perf_counter() + _FIRST_FRAME_WITHIN_S
    try:
        while time.perf_counter() < until_s:
            had_none = not frames
            frames += camera.grab(0.2)
            if had_none and frames:
                until_s = time.perf_counter() + _LOOK_S
    except EndOfVideoError:
        pass  # a short one has been seen whole
    return frames


def judge(
    frames: Sequence[Frame | RawFrame],
    shape: tuple[int, int],
    expected_hz: float,
    *,
    is_hurried: bool,
) -> Finding:
    """Judge the frames that came: how many a second, and whether any is missing."""
    rows, columns = shape
    size = f"{columns} x {rows} px"
    if not frames:
        return fault(
            f"{size}: opens, but no frame came within {_FIRST_FRAME_WITHIN_S:.0f} s",
            "check its trigger mode, its exposure, and that nobody else uses it",
        )
    if len(frames) < 3:
        return warning(f"{size}: {len(frames)} frames are all that came", "check its trigger")
    times_s = np.array([frame.t_s for frame in frames])
    rate_hz = (frames[-1].index - frames[0].index) / float(times_s[-1] - times_s[0])
    lost = frames[-1].index - frames[0].index + 1 - len(frames)
    facts = {"rows": float(rows), "columns": float(columns), "rate_hz": rate_hz}
    if is_hurried:
        return ok(f"{size}: a video, as fast as it goes", **facts)
    gap_ms = float(np.diff(times_s).max()) * 1e3
    says = f"{size}: {rate_hz:.1f} frames/s, longest pause {gap_ms:.0f} ms"
    if abs(rate_hz / expected_hz - 1.0) > _TOLERANCE:
        return warning(
            f"{says}, where {expected_hz:.1f} frames/s are expected",
            "check exposure, ROI and USB port, or set the rate that it has in config.yaml",
            **facts,
        )
    if lost:
        missed = f"{says}, {lost} of {lost + len(frames)} frames lost"
        return warning(missed, "close what else runs; use a port of its own", **facts)
    return ok(says, **facts)

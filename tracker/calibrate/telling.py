"""What was measured, in a few lines for the operator."""

from __future__ import annotations

import math

import numpy as np

from hardware.types import Calibration, Matrix2, Vec2
from tracker.calibrate.field import FieldFit
from tracker.calibrate.focus_plane import PlaneFit
from tracker.calibrate.lateness import LatenessFit
from tracker.calibrate.matrix import Geometry, MatrixFit, geometry_of
from tracker.calibrate.motion import MotionFit
from tracker.calibrate.plate import PlateFit


def matrix_text(fit: MatrixFit, before: Calibration) -> str:
    """Tell a matrix, how far to trust it, and how it differs from what was believed."""
    told = geometry_of(fit.stage_from_image_um_per_px)
    (a, b), (c, d) = fit.stage_from_image_um_per_px.tolist()
    x, y = told.um_per_px.tolist()
    scale_error, turn_error = 100.0 * fit.scale_error, math.degrees(fit.turn_error_rad)
    return "\n".join(
        (
            f"  matrix           [[{a:.4f}, {b:.4f}], [{c:.4f}, {d:.4f}]] um/px",
            f"  scale            {x:.4f} um/px along rows, {y:.4f} along columns "
            f"(+- {scale_error:.2f} %)",
            f"  rotation         {math.degrees(told.rotation_rad):.2f} degrees "
            f"(+- {turn_error:.2f}), {_handedness(told)}",
            f"  shear            {math.degrees(told.shear_rad):.2f} degrees",
            f"  residual         {fit.residual_um:.3f} um ({fit.residual_px:.3f} px); "
            f"{fit.agreeing} pairs of pictures of {fit.count} agree",
            f"  believed so far  {_difference(before, told)}",
        )
    )


def motion_text(
    motion: MotionFit, lateness: LatenessFit, *, believed_s: float, in_hand_s: float
) -> str:
    """Tell how the stage obeys, and how its time and the pictures' go together."""
    late_ms = 1e3 * lateness.lateness_s
    x_ms, y_ms = (1e3 * delay_s for delay_s in motion.delay_by_axis_s)
    return "\n".join(
        (
            f"  velocity unit    {motion.unit_ratio:.4f} times what the config says "
            f"(+- {motion.unit_ratio_error:.4f})",
            f"  acceleration     {motion.acceleration_um_s2:.0f} um/s2",
            f"  command delay    {1e3 * motion.delay_s:.2f} ms from written to acting "
            f"(+- {1e3 * motion.delay_error_s:.2f}): {x_ms:.2f} along x, {y_ms:.2f} along y",
            f"  believed so far  {1e3 * believed_s:.2f} ms, by the driver",
            f"  settling         {1e3 * motion.settle_s:.1f} ms",
            f"  residual         {motion.residual_um:.2f} um",
            f"  pictures         exposed {abs(late_ms):.2f} ms "
            f"{'after' if late_ms >= 0.0 else 'before'} their stamps "
            f"(+- {1e3 * lateness.error_s:.2f}); in hand {1e3 * in_hand_s:.2f} ms after exposure",
            f"  total delay      {1e3 * (in_hand_s + motion.delay_s + motion.settle_s):.2f} ms "
            "from mid-exposure to motion, without the loop's own turnaround",
        )
    )


def field_text(fit: FieldFit, before_px: Vec2, stage_from_image: Matrix2) -> str:
    """Tell where the confocal looks, and by how much that has moved."""
    x, y = fit.target_px.tolist()
    moved_um = float(np.hypot(*(stage_from_image @ (fit.target_px - before_px))))
    outliers = ", ".join(map(str, fit.outliers))
    lines = [
        f"  centre           ({x:.1f}, {y:.1f}) px, {moved_um:.1f} um from where it was",
        f"  rotation         {math.degrees(fit.rotation_rad):.2f} degrees, "
        f"{'mirrored' if fit.is_mirrored else 'not mirrored'}",
        f"  field            {fit.size_um[0]:.1f} x {fit.size_um[1]:.1f} um, "
        f"{fit.um_per_px:.4f} um/px of the confocal",
        f"  residual         {fit.residual_um:.2f} um",
    ]
    if fit.outliers:
        lines.append(f"  left out         point {outliers}: too far from where the others say")
    return "\n".join(lines)


def plate_text(fit: PlateFit, load_um: Vec2 | None) -> str:
    """Tell the plate's circle and box, and whether the load position is within it."""
    x, y = fit.centre_um.tolist()
    lines = [
        f"  rim              centre ({x:.0f}, {y:.0f}) um, radius {fit.radius_um:.0f} um, "
        f"residual {fit.residual_um:.0f} um",
        f"  limits           ({fit.lower_um[0]:.0f}, {fit.lower_um[1]:.0f}) to "
        f"({fit.upper_um[0]:.0f}, {fit.upper_um[1]:.0f}) um",
    ]
    if load_um is not None:
        is_inside = bool(((load_um >= fit.lower_um) & (load_um <= fit.upper_um)).all())
        where = "within the limits" if is_inside else "outside: the tracker will not go there"
        lines.append(f"  load position    ({load_um[0]:.0f}, {load_um[1]:.0f}) um, {where}")
    return "\n".join(lines)


def _handedness(told: Geometry) -> str:
    return "mirrored" if told.is_mirrored else "not mirrored"


def _difference(before: Calibration, told: Geometry) -> str:
    if before.measured_on == "never":
        return "nothing"
    was = geometry_of(before.stage_from_image_um_per_px)
    if was.is_mirrored != told.is_mirrored:
        return f"{_handedness(was)}: the handedness was wrong"
    scale = 100.0 * (float(np.prod(was.um_per_px) / np.prod(told.um_per_px)) ** 0.5 - 1.0)
    turn_rad = math.remainder(was.rotation_rad - told.rotation_rad, 2.0 * math.pi)
    return f"scale {scale:+.2f} %, rotation {math.degrees(turn_rad):+.2f} degrees off"


def plane_text(fit: PlaneFit) -> str:
    """Tell a plane, and how far each point lies off it."""
    over_10_mm_um = 1e4 * math.tan(math.radians(fit.tilt_deg))
    off = ", ".join(f"{left_um:+.2f}" for left_um in fit.left_um.tolist())
    return "\n".join(
        (
            f"  tilt             {fit.tilt_deg:.3f} degrees, uphill at {fit.uphill_deg:.0f} "
            f"degrees from x towards y: {over_10_mm_um:.1f} um over 10 mm",
            f"  residual         {fit.residual_um:.2f} um; the points lie {off} um above it"
            + (" (three always fit: mark more)" if len(fit.left_um) == 3 else ""),
        )
    )

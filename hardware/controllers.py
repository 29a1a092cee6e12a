"""From a stage's section of config.yaml to its controller, opened; and the limits that it holds.

Imports stand inside the functions: a rig process must not load what it does not use.
"""

from __future__ import annotations

import numpy as np

from hardware.clock import Clock
from hardware.config import RigConfig
from hardware.errors import ConfigMismatchError
from hardware.focus_config import SerialFocus
from hardware.link import SerialLink
from hardware.stage import HoldsLimits, Stage
from hardware.stage_config import (
    AsiStage,
    ControllerConfig,
    LudlMac6000Stage,
    LudlStage,
    PriorStage,
    SerialStage,
    TangoStage,
    ZaberStage,
)
from hardware.stages.answering_stage import AnsweringStage
from hardware.stages.line_load import too_slow_because
from hardware.stages.opening import OpenLink, open_speaking
from hardware.stages.stage_language import StageLanguage
from hardware.types import StageLimits

_USUAL_FRAMES_HZ = 40.0  # where config.yaml leaves the rate to the camera
_READ_BACK_UM = 1.0  # controllers round limits to their own units


def open_controller(
    config: ControllerConfig, limits: StageLimits, clock: Clock, *, open_link: OpenLink = SerialLink
) -> AnsweringStage:
    """Open a stage controller on its port. For `tracker.safety.guard` alone.

    Raises:
        LinkLostError: the port is absent or taken.
        ConfigMismatchError: what answered is not the controller that was configured.
    """
    return open_speaking(spoken_by(config), config, limits, clock, open_link=open_link)


def spoken_by(config: ControllerConfig) -> StageLanguage:
    """Return the language of a controller."""
    match config:
        case AsiStage():
            from hardware.stages.asi import AsiLanguage

            return AsiLanguage(config)
        case LudlStage():
            from hardware.stages.ludl import LudlLanguage

            return LudlLanguage(config)
        case ZaberStage():
            from hardware.stages.zaber import ZaberLanguage

            return ZaberLanguage(config)
        case PriorStage():
            from hardware.stages.prior import PriorLanguage

            return PriorLanguage(config)
        case TangoStage():
            from hardware.stages.tango import TangoLanguage

            return TangoLanguage()
        case LudlMac6000Stage():
            from hardware.stages.ludl_mac6000 import LudlMac6000Language

            return LudlMac6000Language(config)


def slow_line(rig: RigConfig) -> str:
    """Return what to tell of a line that is too slow for the rig; nothing where it is not."""
    stage, focus = rig.stage, rig.focus
    if not isinstance(stage, SerialStage):
        return ""
    rate_hz: float | None = getattr(rig.camera, "rate_hz", None)
    return too_slow_because(
        stage,
        spoken_by(stage),
        frames_hz=rate_hz or _USUAL_FRAMES_HZ,
        is_shared=isinstance(focus, SerialFocus) and focus.port is None,
    )


def hold_limits(stage: Stage) -> bool:
    """Write the travel limits into the controller, read them back, say whether it can hold any.

    Before the first velocity only: it waits for replies.

    Raises:
        ConfigMismatchError: the controller holds other limits than it was given.
        LinkTimeoutError, ReplyError: it did not take them.
        LinkLostError: the port is gone.
    """
    held = stage.write_limits() if isinstance(stage, HoldsLimits) else None
    if held is None:
        return False
    asked = (stage.limits.lower_um, stage.limits.upper_um)
    for name, asked_um, held_um in zip(
        ("lower_um", "upper_um"), asked, (held.lower_um, held.upper_um), strict=True
    ):
        if not np.allclose(asked_um, held_um, rtol=0.0, atol=_READ_BACK_UM):
            raise ConfigMismatchError(
                f"safety.{name}: the stage's controller was given {_told(asked_um)} um and says "
                f"that it holds {_told(held_um)} um; change safety.{name}, or set "
                "rig.stage.holds_limits: false"
            )
    return True


def _told(vector_um: np.ndarray) -> str:
    return f"[{vector_um[0]:.1f}, {vector_um[1]:.1f}]"

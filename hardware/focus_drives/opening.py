"""From a focus drive's section of config.yaml to the drive, opened, halted and made sure of."""

from __future__ import annotations

import logging

from hardware.clock import Clock
from hardware.errors import ConfigError, ConfigMismatchError, LinkTimeoutError, ReplyError
from hardware.focus_config import AsiFocus, PriorFocus, SerialFocusConfig
from hardware.focus_drives.answering_focus import AnsweringFocus
from hardware.focus_drives.focus_language import FocusLanguage
from hardware.focus_drives.lines import OwnLine, SharedLine, join
from hardware.link import SerialLink
from hardware.stage import Stage
from hardware.stages.answering_stage import AnsweringStage

_log = logging.getLogger(__name__)

_TRIES = 3


def open_serial_focus(
    config: SerialFocusConfig, stage: Stage | None, clock: Clock
) -> AnsweringFocus:
    """Open a drive on its own port, or on the line of an opened stage where it has none.

    Raises:
        LinkLostError: the port is absent, taken, or gone.
        ConfigMismatchError: nothing there is the controller that was configured, or it has no
            such axis.
        ConfigError: it has no port, and the stage no line that it could share.
    """
    language = _language(config)
    shared = stage if isinstance(stage, AnsweringStage) else None
    if config.port is not None:
        shared = None
        link = SerialLink(config.port, config.baud)
        line: OwnLine | SharedLine = OwnLine(
            link, language, clock, baud=config.baud, patience_s=config.reply_deadline_s
        )
    elif shared is not None:
        line = SharedLine(shared)
    else:
        raise ConfigError("rig.focus.port: this stage's line cannot be shared: name a port")
    drive = AnsweringFocus(line, language, config.limits, clock, holds_limits=config.holds_limits)
    join(line, shared, drive)
    try:
        drive.halt()
        _greet(drive, language, config)
    except BaseException:
        line.close()
        raise
    return drive


def _language(config: SerialFocusConfig) -> FocusLanguage:
    if isinstance(config, AsiFocus):
        from hardware.focus_drives.asi import AsiFocusLanguage

        return AsiFocusLanguage(config)
    if isinstance(config, PriorFocus):
        from hardware.focus_drives.prior import PriorFocusLanguage

        return PriorFocusLanguage(config)
    from hardware.focus_drives.zaber import ZaberFocusLanguage

    return ZaberFocusLanguage(config)


def _greet(drive: AnsweringFocus, language: FocusLanguage, config: SerialFocusConfig) -> None:
    for left in reversed(range(_TRIES)):
        try:
            told = drive.greet()
        except (LinkTimeoutError, ReplyError) as error:
            if left:
                continue
            where = config.port or "the stage's port"
            raise ConfigMismatchError(
                f"rig.focus: no focus drive of an {language.name} answered on {where} ({error}); "
                "is it connected, and is the axis right?"
            ) from error
        _log.info("focus drive: %s %s", language.name, told)
        return

"""How a controller that answers is taken in charge: halted first, then made sure of."""

from __future__ import annotations

import logging

from hardware.clock import Clock
from hardware.errors import ConfigMismatchError, LinkTimeoutError, ReplyError
from hardware.link import SerialLink
from hardware.stage_config import SerialStage
from hardware.stages.answering_stage import AnsweringStage
from hardware.stages.stage_language import StageLanguage
from hardware.types import StageLimits

_log = logging.getLogger(__name__)

_TRIES = 3


def open_answering(
    language: StageLanguage,
    config: SerialStage,
    limits: StageLimits,
    clock: Clock,
    *,
    stop_bits: int = 1,
    wake: bytes = b"",
) -> AnsweringStage:
    """Open the port, halt whatever moves, and make sure of the controller.

    `wake` is written before the halt, where a controller must be told to listen.

    Raises:
        LinkLostError: the port is absent, taken, or gone.
        ConfigMismatchError: nothing there speaks this language.
    """
    link = SerialLink(config.port, config.baud, stop_bits=stop_bits)
    stage = AnsweringStage(link, language, config, limits, clock)
    try:
        link.write(wake)
        stage.stop()
        _greet(stage, language, config)
    except BaseException:
        link.close()
        raise
    return stage


def _greet(stage: AnsweringStage, language: StageLanguage, config: SerialStage) -> None:
    for left in reversed(range(_TRIES)):
        try:
            told = language.greet(stage.dialogue.exchange)
        except (LinkTimeoutError, ReplyError) as error:
            if left:
                continue
            raise ConfigMismatchError(
                f"{config.port}: no {language.name} answered at {config.baud} baud ({error}); is "
                "the controller switched on, and are rig.stage.port and rig.stage.baud right?"
            ) from error
        _log.info("controller: %s %s", language.name, told)
        return

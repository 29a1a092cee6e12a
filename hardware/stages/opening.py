"""How a controller is taken in charge: halted first, then made sure of."""

from __future__ import annotations

import logging
from typing import Protocol

from hardware.clock import Clock
from hardware.errors import ConfigMismatchError, LinkTimeoutError, ReplyError
from hardware.link import Link, SerialLink
from hardware.stage_config import SerialStage
from hardware.stages.answering_stage import AnsweringStage
from hardware.stages.stage_language import StageLanguage
from hardware.types import StageLimits

_log = logging.getLogger(__name__)

_TRIES = 3
_BITS_WITH_ONE_STOP_BIT = 10


class OpenLink(Protocol):
    """Whatever opens a port: `SerialLink`, or what listens to one besides."""

    def __call__(self, port: str, baud: int, *, stop_bits: int) -> Link:
        """Open it.

        Raises:
            LinkLostError: it is absent, held by another program, or not ours to open.
        """
        ...


def open_speaking(
    language: StageLanguage,
    config: SerialStage,
    limits: StageLimits,
    clock: Clock,
    *,
    open_link: OpenLink = SerialLink,
) -> AnsweringStage:
    """Open the port, halt whatever moves, and make sure of the controller.

    The halt waits for nobody: a controller that goes on and says nothing must have it all the
    same.

    Raises:
        LinkLostError: the port is absent, taken, or gone.
        ConfigMismatchError: what is there is not the controller that was configured.
    """
    stop_bits = 1 + language.bits_per_byte - _BITS_WITH_ONE_STOP_BIT
    link = open_link(config.port, config.baud, stop_bits=stop_bits)
    stage = AnsweringStage(link, language, config, limits, clock)
    try:
        if language.wake:
            link.write(language.wake)
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

"""What a serial line can carry: how often a velocity and a question for the position fit on it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hardware.stage_config import ControllerConfig, ControllerKind
from hardware.stages.stage_language import StageLanguage

USUAL_BAUD = 115_200

# Bytes of the replies to a position and to a velocity, some millimetres away from zero.
_REPLY_BYTES: dict[ControllerKind, tuple[int, int]] = {
    "ludl_mac6000": (26, 0),
    "ludl": (18, 4),
    "asi": (21, 5),
    "zaber": (25, 21),
    "prior": (14, 2),
    "tango": (20, 0),
}


def wire_bytes(pairs: Sequence[tuple[int, int]], *, is_one: bool) -> int:
    """Return the bytes' time on a line of two directions, in bytes, from (question, reply) sizes.

    A reply begins at the earliest when its question is through; `is_one` where the next question
    need not wait for it.

    >>> wire_bytes([(22, 5), (6, 20)], is_one=False), wire_bytes([(22, 5), (6, 20)], is_one=True)
    (53, 48)
    """
    out_free = back_free = 0
    for out, back in pairs:
        out_free = (out_free if is_one else max(out_free, back_free)) + out
        if back:
            back_free = max(back_free, out_free) + back
    return max(out_free, back_free)


def rounds_hz(config: ControllerConfig, language: StageLanguage, baud: int) -> float:
    """Return how many velocities a second fit on a line, each with a question and the replies."""
    steering, position = language.steer(np.full(2, -123.4))[0], language.ask_position()
    position_bytes, velocity_bytes = _REPLY_BYTES[config.kind]
    pairs = [(len(request.data), velocity_bytes) for request in steering]
    pairs += [(len(request.data), position_bytes) for request in position]
    is_one = language.fence is None or not velocity_bytes
    if not is_one:
        return baud / (language.bits_per_byte * wire_bytes(pairs, is_one=False))
    # Both directions are busy at once, and the fuller one says how often.
    fullest = max(sum(out for out, _ in pairs), sum(back for _, back in pairs))
    return baud / (language.bits_per_byte * fullest)


def too_slow_because(
    config: ControllerConfig, language: StageLanguage, *, frames_hz: float, is_shared: bool
) -> str:
    """Return what to tell of a line that carries less than a round a frame; else nothing."""
    carried_hz = rounds_hz(config, language, config.baud)
    if carried_hz >= frames_hz:
        return ""
    shared = ", and the focus drive on it takes its turns too" if is_shared else ""
    remedy = "use an axis chain or a controller that needs fewer bytes"
    if config.baud < USUAL_BAUD:
        usual_hz = rounds_hz(config, language, USUAL_BAUD)
        remedy = f"raise it there and in the controller: {USUAL_BAUD} carries {usual_hz:.0f}"
    return (
        f"rig.stage.baud: at {config.baud} baud the line carries {carried_hz:.0f} velocities and "
        f"positions a second, of {frames_hz:.0f} frames{shared}; {remedy}"
    )

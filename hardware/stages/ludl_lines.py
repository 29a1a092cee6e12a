r"""Ludl's high-level ASCII language (MAC 2000, 5000, 6000), as pure functions of bytes.

A command ends in CR, a reply in LF; two raw bytes switch a controller to this language. Positions
are in steps, 0.1 um where nobody has changed that. Formats from the Micro-Manager adapter Ludl
and python-microscope; SPIN as the worm trackers that use it spell it. SPIN's unit is taken to be
steps a second, which no document at hand says: calibration measures it.
"""

from __future__ import annotations

import numpy as np

from hardware.stages.colon_replies import read_numbers
from hardware.types import Vec2

HIGH_LEVEL = b"\xffA"
WHERE = b"WHERE X Y\r"
HALT = b"HALT\r"
MOTOR_STATUS = b"RDSTAT X\r"  # one number: not to be taken for a position (two) or a yes (none)

_MOST_STEPS_S = 9_999_999


def spin_counts(velocity_um_s: Vec2, unit_um_s: float) -> tuple[int, int]:
    """Return x and y in whole units.

    >>> spin_counts(np.array([123.44, -56.7]), 0.1)
    (1234, -567)
    """
    x, y = np.clip(np.rint(velocity_um_s / unit_um_s), -_MOST_STEPS_S, _MOST_STEPS_S)
    return int(x), int(y)


def encode_spin(counts: tuple[int, int]) -> bytes:
    r"""Ask both axes for a steady velocity.

    >>> encode_spin((1234, -567))
    b'SPIN X=1234 Y=-567\r'
    """
    return f"SPIN X={counts[0]} Y={counts[1]}\r".encode("ascii")


def decode_position(line: bytes, step_um: float) -> Vec2:
    """Read the reply to WHERE, in micrometres.

    >>> decode_position(b":A 123 -45 ", 0.1).round(3).tolist()
    [12.3, -4.5]

    Raises:
        RefusedError: the controller answered with an error code.
        UnreadableError: the reply is not one that WHERE can give.
    """
    return np.array(read_numbers(line, 2, asked="WHERE")) * step_um

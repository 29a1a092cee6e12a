r"""The replies of ASI's and Ludl's controllers: `:A` with numbers, or `:N` and why not.

Noise before the colon is passed over. Neither language has a checksum, so a reply is taken only
if it has exactly the shape that its question can give.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable

from hardware.errors import RefusedError, UnreadableError

HALTED = -21  # a move was ended by HALT: not a fault

_REFUSED = re.compile(rb":N\s*(-\d+)\s*")
_NUMBER = rb"[A-Z]?=?-?\d+(?:\.\d+)?"  # `SL X?` names the axis, WHERE does not


def trimmed(line: bytes) -> bytes:
    r"""Return a reply without noise before its colon.

    >>> trimmed(b"\xff\x00:A 12 -5 ")
    b':A 12 -5 '
    """
    return line[max(line.rfind(b":A"), line.rfind(b":N"), 0) :]


def refusal_code(line: bytes) -> int | None:
    """Return why a request was refused, or None if it was not.

    >>> refusal_code(b":N-4"), refusal_code(b":N -1 "), refusal_code(b":A ")
    (-4, -1, None)
    """
    found = _REFUSED.fullmatch(trimmed(line))
    return int(found.group(1)) if found else None


@functools.cache
def takes_numbers(count: int) -> Callable[[bytes], bool]:
    """Return what tells whether a line is `:A` with that many numbers, or a refusal.

    >>> takes_numbers(2)(b":A 12345.6 -50 "), takes_numbers(2)(b":A 7 "), takes_numbers(0)(b":A")
    (True, False, True)
    """
    shape = re.compile(rb":A(?:\s+" + _NUMBER + rb"){%d}\s*" % count)

    def takes(line: bytes) -> bool:
        return bool(shape.fullmatch(trimmed(line))) or refusal_code(line) is not None

    return takes


def read_numbers(line: bytes, count: int, *, asked: str) -> tuple[float, ...]:
    r"""Return the numbers of a reply.

    >>> read_numbers(b":A 12345 -50 ", 2, asked="WHERE")
    (12345.0, -50.0)
    >>> read_numbers(b":A X=-25.000 Y=3.5", 2, asked="SL")
    (-25.0, 3.5)

    Raises:
        RefusedError: the controller answered with an error code.
        UnreadableError: the reply is not one that this question can have.
    """
    if refusal_code(line) is not None:
        raise RefusedError(f"the controller refused {asked}", reply=line)
    if not takes_numbers(count)(line):
        raise UnreadableError(f"not a reply to {asked}", reply=line)
    fields = trimmed(line).split()[1:]
    return tuple(float(field.rpartition(b"=")[2].lstrip(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
                 for field in fields)  # fmt: skip


def check_done(line: bytes, *, asked: str) -> None:
    """Make sure that a command was taken; a halt that ended a move was.

    Raises:
        RefusedError: the controller answered with an error code.
        UnreadableError: the reply is neither yes nor no.
    """
    if refusal_code(line) != HALTED:
        read_numbers(line, 0, asked=asked)

r"""Replies that are numbers and nothing else, as Prior's and Marzhauser's controllers give them.

Nothing marks where such a reply begins, and there is no checksum: bytes that cannot be printed are
passed over, and what is left must have exactly the shape that its question can give.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable

from hardware.errors import UnreadableError

_UNPRINTABLE = bytes(range(0x21)) + bytes(range(0x7F, 0x100))
_NUMBER = rb"-?\d+(?:\.\d+)?"


def trimmed(line: bytes) -> bytes:
    r"""Return a line without what cannot be printed around it.

    >>> trimmed(b"\xff\x0012,-5 ")
    b'12,-5'
    """
    return line.strip(_UNPRINTABLE)


@functools.cache
def takes_numbers(count: int, *, separator: bytes) -> Callable[[bytes], bool]:
    """Return what tells whether a line is that many numbers.

    >>> takes_numbers(2, separator=b",")(b"12,-5"), takes_numbers(2, separator=b",")(b"12")
    (True, False)
    """
    shape = re.compile(separator.join([_NUMBER] * count))
    return lambda line: bool(shape.fullmatch(trimmed(line)))


def read_numbers(line: bytes, count: int, *, separator: bytes, asked: str) -> tuple[float, ...]:
    """Return the numbers of a line.

    >>> read_numbers(b"12.5 -5", 2, separator=b" ", asked="?pos")
    (12.5, -5.0)

    Raises:
        UnreadableError: the line is not that many numbers.
    """
    if not takes_numbers(count, separator=separator)(line):
        raise UnreadableError(f"not a reply to {asked}", reply=line)
    return tuple(float(field) for field in trimmed(line).split(separator))

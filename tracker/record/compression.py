"""Fast lossless compression of pictures: Blosc2's LZ4 behind a shuffle of their bits.

Noise is what pictures of a camera are full of; the shuffle puts the bits that never change
together, and LZ4 makes next to nothing of those.
"""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from tracker.errors import MissingExtraError

if TYPE_CHECKING:
    from types import ModuleType

_LEVEL = 5
_LONGER_BYTES = 1 << 16  # what cannot be made smaller grows by a few bytes


def require_compression() -> None:
    """Make sure that what packs and unpacks is installed.

    Raises:
        MissingExtraError: it is not.
    """
    if importlib.util.find_spec("blosc2") is None:
        raise MissingExtraError(
            "compressed frames need blosc2, which is not installed: pip install 'wormlock[record]'"
        )


def load_compression() -> None:
    """Import the package now: that takes half a second, in which a ring may run over.

    Raises:
        MissingExtraError: it is not installed.
    """
    _blosc2()


def pack(pixels: NDArray[np.generic]) -> bytes:
    """Return the bytes of a picture, packed.

    Raises:
        MissingExtraError: the package for it is not installed.
    """
    blosc2 = _blosc2()
    packed = blosc2.compress2(
        np.ascontiguousarray(pixels),
        typesize=pixels.itemsize,
        clevel=_LEVEL,
        codec=blosc2.Codec.LZ4,
        filters=[blosc2.Filter.BITSHUFFLE],
        nthreads=1,
    )
    return cast("bytes", packed)


def unpack(packed: bytes, into: NDArray[np.generic]) -> bool:
    """Fill a picture with what was packed; False where those are no such bytes.

    Raises:
        MissingExtraError: the package for it is not installed.
    """
    blosc2 = _blosc2()
    try:
        blosc2.decompress2(packed, dst=into, nthreads=1)
    except (ValueError, RuntimeError):
        return False
    return True


def most_packed_bytes(pixels_bytes: int) -> int:
    """Return how large a packed picture can be."""
    return pixels_bytes + _LONGER_BYTES


def _blosc2() -> ModuleType:
    require_compression()
    import blosc2

    return blosc2

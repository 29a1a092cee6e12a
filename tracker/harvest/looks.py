"""How a frame looks, in few numbers: what is around the head, shrunk to its gist."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from hardware.types import GreyImage, Vec2
from tracker.record.opened import OpenedRecording
from tracker.record.schema import Rows

_SIDE = 12
_AROUND_PX = 192


def look_of(image: GreyImage, head_px: Vec2) -> NDArray[np.float64]:
    """Return the gist of a frame (features,): around the head, or of all where none was found."""
    if np.isfinite(head_px).all():
        low = np.clip(np.rint(head_px).astype(int) - _AROUND_PX // 2, 0, None)
        cut = image[low[1] : low[1] + _AROUND_PX, low[0] : low[0] + _AROUND_PX]
        image = cut if cut.size else image
    gist = cv2.resize(image, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA).astype(np.float64)
    return (gist / max(float(gist.mean()), 1.0)).ravel()


def looks_of(
    recording: OpenedRecording, ticks: Rows, places: NDArray[np.int64], step: Callable[[], None]
) -> NDArray[np.float64]:
    """Return the gist (n, features) of the frames at `places`, those of the ticks (n,)."""
    found: list[NDArray[np.float64]] = []
    for tick, place in zip(ticks, places.tolist(), strict=True):
        found.append(look_of(recording.frames[place], tick["head_px"]))
        step()
    return np.array(found).reshape(len(found), -1)

"""What is drawn into a picture: keypoints, the head, the confocal's field, time, error, scale."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from hardware.types import Calibration, GreyImage
from tracker.geometry import field_corners_px, nudged, um_per_px
from tracker.record.schema import Rows

Picture = NDArray[np.uint8]  # (rows, columns, 3), blue first

_NOSE, _METACORPUS, _BULB = (60, 60, 240), (60, 200, 60), (240, 110, 60)
_FIELD, _WARNING, _PAPER, _INK = (0, 210, 230), (40, 140, 255), (255, 255, 255), (20, 20, 20)
_SHIFT = 4  # places are given in sixteenths of a pixel
_LETTER_ROWS = 30  # so many lines of text fill a picture


class Overlay:
    """Draws over the pictures of one recording."""

    def __init__(self, calibration: Calibration, shape: tuple[int, int]) -> None:
        self._rows, self._columns = shape
        self._scale = max(0.3, self._rows / _LETTER_ROWS / 32.0)
        self._calibration = calibration
        self._um_per_px = um_per_px(calibration)
        self._bar_um = round_length_um(self._columns * self._um_per_px / 5.0)

    def draw(self, image: GreyImage, *, since_s: float, number: int, tick: Rows | None) -> Picture:
        """Return the picture with all that is known of it; `tick` (1,) is its turn of the loop."""
        picture = np.asarray(cv2.cvtColor(image, cv2.COLOR_GRAY2BGR), np.uint8)
        corners = _sixteenths(field_corners_px(self._in_force(tick)))
        cv2.polylines(picture, [corners], True, _FIELD, 1, cv2.LINE_AA, _SHIFT)
        self._write(picture, f"{since_s:8.3f} s   frame {number}", line=1)
        if tick is None:
            self._write(picture, "not used", line=2, colour=_WARNING)
        elif not tick["is_found"][0]:
            self._write(picture, "head not found", line=2, colour=_WARNING)
        else:
            self._draw_head(picture, tick)
        self._draw_scale(picture)
        return picture

    def _in_force(self, tick: Rows | None) -> Calibration:
        """Return the calibration with its field where the operator had moved it by then."""
        if tick is None or "nudge_um" not in (tick.dtype.names or ()):  # an older recording
            return self._calibration
        return nudged(self._calibration, tick["nudge_um"][0])

    def _draw_head(self, picture: Picture, tick: Rows) -> None:
        for point, colour in zip(tick["keypoints_px"][0], (_NOSE, _METACORPUS, _BULB), strict=True):
            x, y = _sixteenths(point).tolist()
            cv2.circle(picture, (x, y), 6 << _SHIFT, colour, 1, cv2.LINE_AA, _SHIFT)
        x, y = np.rint(tick["head_px"][0]).astype(int).tolist()
        cv2.drawMarker(picture, (x, y), _FIELD, cv2.MARKER_CROSS, 13, 1, cv2.LINE_AA)
        error_um = float(np.hypot(*tick["error_um"][0]))
        self._write(picture, f"error {error_um:6.1f} um", line=2)

    def _draw_scale(self, picture: Picture) -> None:
        length_px = round(self._bar_um / self._um_per_px)
        right, bottom = self._columns - self._columns // 40, self._rows - self._rows // 30
        thick = max(2, self._rows // 200)
        ends = (right - length_px, bottom - thick), (right, bottom)
        cv2.rectangle(picture, *ends, _INK, 2)
        cv2.rectangle(picture, *ends, _PAPER, -1)
        label = f"{self._bar_um:g} um"
        (width, _), _ = cv2.getTextSize(label, cv2.FONT_HERSHEY_SIMPLEX, self._scale, 1)
        place = (right - (length_px + width) // 2, bottom - thick - self._rows // 60)
        _text(picture, label, place, self._scale, _PAPER)

    def _write(
        self, picture: Picture, words: str, *, line: int, colour: tuple[int, int, int] = _PAPER
    ) -> None:
        place = (self._columns // 60, round(line * 1.1 * self._rows / _LETTER_ROWS))
        _text(picture, words, place, self._scale, colour)


def round_length_um(about_um: float) -> float:
    """Return a length for a scale bar: 1, 2 or 5 times a power of ten, at most `about_um`.

    >>> round_length_um(243.0), round_length_um(87.0)
    (200.0, 50.0)
    """
    power = 10.0 ** np.floor(np.log10(about_um))
    return float(max(step * power for step in (1.0, 2.0, 5.0) if step * power <= about_um))


def _text(
    picture: Picture,
    words: str,
    place: tuple[int, int],
    scale: float,
    colour: tuple[int, int, int],
) -> None:
    """Write words that can be read on any ground."""
    shadows = [(x, y, _INK) for x in (-1, 1) for y in (-1, 1)]
    for x, y, ink in (*shadows, (0, 0, colour)):
        at = (place[0] + x, place[1] + y)
        cv2.putText(picture, words, at, cv2.FONT_HERSHEY_SIMPLEX, scale, ink, 1, cv2.LINE_AA)


def _sixteenths(points_px: NDArray[np.float64]) -> NDArray[np.int32]:
    return np.rint(points_px * (1 << _SHIFT)).astype(np.int32)

"""MP4: a video for eyes, H.264, with the overlay unless it is to be plain.

Each picture is shown when it was taken: a frame that is missing leaves its neighbour standing.
The packing loses detail; measure in the recording.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from hardware.types import Frame
from tracker.errors import UsageError
from tracker.export.job import Job
from tracker.export.overlay import Overlay, Picture
from tracker.record.opened import OpenedRecording
from tracker.record.schema import Rows

if TYPE_CHECKING:
    from av.container import OutputContainer
    from av.video.stream import VideoStream

_TICK = Fraction(1, 90_000)  # of a second: times in the video
_SIGNATURE = "wormlock export of"
_OPTIONS = {"crf": "24", "preset": "veryfast"}


def write(path: Path, job: Job) -> None:
    """Write an .mp4 file.

    Raises:
        UsageError: there are no frames.
    """
    import av

    recording, every = job.recording, job.every or 1
    count, rows, columns = recording.frames.shape
    if not count:
        raise UsageError(f"{recording.folder} holds no frames")
    overlay = Overlay(recording.calibration, (rows, columns)) if job.overlay else None
    with av.open(path, "w", format="mp4") as video:
        video.metadata["comment"] = f"{_SIGNATURE} {recording.header.session}"
        stream = video.add_stream("libx264", rate=_rate(recording, every), options=_OPTIONS)
        stream.width, stream.height = columns + columns % 2, rows + rows % 2
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = _TICK
        shown = -1
        for frame in job.frames(every=every):
            since_s = frame.t_s - float(recording.frames.t_s[0])
            shown = max(shown + 1, round(since_s / _TICK))
            picture = _picture(frame, overlay, recording)
            _encode(video, stream, picture, shown)
        video.mux(stream.encode(None))


def is_export(path: Path) -> bool:
    """Say whether a video's comment names us."""
    import av

    try:
        with av.open(path) as video:
            return video.metadata.get("comment", "").startswith(_SIGNATURE)
    except (OSError, ValueError):
        return False


def _rate(recording: OpenedRecording, every: int) -> Fraction:
    t_s = recording.frames.t_s
    period_s = float(np.median(np.diff(t_s))) if len(t_s) > 1 else 1.0
    return Fraction(1.0 / (every * max(period_s, 1e-3))).limit_denominator(1000)


def _picture(frame: Frame, overlay: Overlay | None, recording: OpenedRecording) -> Picture:
    if overlay is None:
        return np.asarray(cv2.cvtColor(frame.image, cv2.COLOR_GRAY2BGR), np.uint8)
    since_s = frame.t_s - recording.header.started_s
    tick = _tick_of(recording.table("ticks"), frame.index)
    return overlay.draw(frame.image, since_s=since_s, number=frame.index, tick=tick)


def _tick_of(ticks: Rows, number: int) -> Rows | None:
    """Return the turn of the loop (1,) that used a frame; frames' numbers rise."""
    place = int(np.searchsorted(ticks["frame_index"], number))
    found = ticks[place : place + 1]
    return found if len(found) and int(found["frame_index"][0]) == number else None


def _encode(video: OutputContainer, stream: VideoStream, picture: Picture, shown: int) -> None:
    import av

    rows, columns = picture.shape[:2]
    if rows % 2 or columns % 2:  # the format wants even sides
        picture = np.asarray(
            cv2.copyMakeBorder(picture, 0, rows % 2, 0, columns % 2, cv2.BORDER_REPLICATE), np.uint8
        )
    frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
    frame.pts, frame.time_base = shown, _TICK
    video.mux(stream.encode(frame))

"""The report of one recording as a single page: figures, plots, worst moments, events, config."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

import cv2
import numpy as np

from models.html_page import inline, page, table
from tracker.errors import MissingExtraError
from tracker.export.overlay import Overlay
from tracker.record.opened import OpenedRecording
from tracker.record.score import rows_of, run_notes, score
from tracker.record.summary import summary_table
from tracker.report.behavior import Behavior, behavior_of
from tracker.report.moments import worst_moments
from tracker.sync.stream_clocks import clock_words
from tracker.sync.sync_folder import FIGURES_FILE, PICTURE_FILE, sync_words

_MOST_EVENTS = 200
_JPEG_QUALITY = 80


def report_page(recording: OpenedRecording) -> str:
    """Return the page as HTML.

    Raises:
        MissingExtraError: matplotlib is not installed.
        RecordingError: the recording's rows are damaged.
    """
    try:
        from tracker.report.plots import plots_of
    except ImportError:
        raise MissingExtraError(
            "the report's plots need matplotlib, which is not installed: "
            "pip install 'wormlock[report]'"
        ) from None
    run = rows_of(recording.recording)
    behavior = behavior_of(recording.head_path())
    plots = plots_of(run, recording.header, behavior)
    notes = [*recording.recording.notes, *run_notes(run)]
    return page(
        _title(recording),
        [
            f"<h1>{escape(_title(recording))}</h1>",
            f"<p class=quiet>{escape(_about(recording))}</p>",
            "".join(f"<p class=todo>{escape(note)}</p>" for note in notes),
            f"<pre>{escape(summary_table(score(run)))}</pre>",
            _behavior_words(behavior),
            "<div class=plots>",
            *(
                f"<img alt='{name}' class={shape} src='{inline(plot, 'png')}'>"
                for shape, drawn in plots.items()
                for name, plot in drawn.items()
            ),
            "</div>",
            _moments(recording),
            _sync(recording.folder / "sync"),
            _clocks(recording),
            _events(recording),
            table("The animal", "", [], _rows(recording.header.animal)),
            table("Known while it ran", "", [], _rows(recording.header.facts)),
            _calibration(recording),
            f"<h2>Configuration</h2><pre>{escape(recording.config_yaml)}</pre>",
        ],
    )


def _title(recording: OpenedRecording) -> str:
    return f"{recording.header.session}, recording {recording.folder.name}"


def _about(recording: OpenedRecording) -> str:
    header = recording.header
    ended = "" if recording.was_closed else "; it was cut short"
    return (
        f"Began {header.wall_time[:19].replace('T', ' ')}; wormlock {header.software_version}; "
        f"configuration {header.config_sha256[:12]}{ended}."
    )


def _behavior_words(behavior: Behavior) -> str:
    if not behavior.seen_s:
        return "<p>The animal was seen for too short a time to say what it did.</p>"
    count = len(behavior.reversals)
    lasts_s = [end_s - begin_s for begin_s, end_s in behavior.reversals]
    spell = f", median {np.median(lasts_s):.1f} s" if lasts_s else ""
    return (
        f"<p>The animal was seen for {behavior.seen_s:.1f} s: forwards at "
        f"{behavior.median_forward_um_s:.0f} um/s (median), {count} reversals "
        f"({60.0 * count / behavior.seen_s:.1f} a minute{spell}).</p>"
    )


def _moments(recording: OpenedRecording) -> str:
    ticks = recording.table("ticks")
    overlay = Overlay(recording.calibration, recording.frames.shape[1:])
    started_s, numbers = recording.header.started_s, recording.frames.index
    figures: list[str] = []
    for moment in worst_moments(ticks):
        places = np.flatnonzero(numbers == moment.frame_index)
        if not len(places):  # the disk could not follow, or it is the very frame that is damaged
            continue
        drawn = overlay.draw(
            recording.frames[int(places[0])],
            since_s=moment.t_s - started_s,
            number=moment.frame_index,
            tick=ticks[ticks["frame_index"] == moment.frame_index][:1],
        )
        _, jpeg = cv2.imencode(".jpg", drawn, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
        words = f"{moment.t_s - started_s:.2f} s, frame {moment.frame_index}: {moment.why}"
        figures.append(
            f"<figure><img alt='' src='{inline(jpeg.tobytes(), 'jpeg')}'>"
            f"<figcaption>{escape(words)}</figcaption></figure>"
        )
    if not figures:
        return ""
    how = "<p class=quiet>Which step of them went wrong: <code>wormlock steps RECORDING</code></p>"
    return f"<h2>The worst moments</h2>{how}<div class=frames>{''.join(figures)}</div>"


def _sync(folder: Path) -> str:
    if not (folder / FIGURES_FILE).is_file():
        return ""
    picture = folder / PICTURE_FILE
    shown = f"<img alt='' src='{inline(picture.read_bytes(), 'png')}'>" if picture.is_file() else ""
    words = "".join(f"<br>{escape(line)}" for line in sync_words(folder))
    return f"<h2>Neural frames</h2>{shown}<p>{words.removeprefix('<br>')}</p>"


def _clocks(recording: OpenedRecording) -> str:
    words = "<br>".join(escape(line) for line in clock_words(recording))
    return f"<h2>Clocks</h2><p>{words}</p>"


def _events(recording: OpenedRecording) -> str:
    events = recording.events
    rows = [
        [
            f"{event.t_s - recording.header.started_s:.3f}",
            event.kind,
            " ".join([event.detail, *(f"{key} {value:g}" for key, value in event.values.items())]),
        ]
        for event in events[:_MOST_EVENTS]
    ]
    more = len(events) - len(rows)
    note = f"{more} more are in events.jsonl." if more else ""
    return table("Events", note, ["time (s)", "what", ""], rows)


def _calibration(recording: OpenedRecording) -> str:
    known = recording.calibration
    matrix = known.stage_from_image_um_per_px
    rows = {
        "stage from image (um/px)": np.array2string(matrix, precision=4).replace("\n", ""),
        "centre of the field (px)": np.array2string(known.target_px, precision=1),
        "size of the field (um)": np.array2string(known.field_size_um, precision=0),
        "its rotation (degrees)": f"{np.degrees(known.field_rotation_rad):.2f}",
        "measured on": known.measured_on,
        "residual (um)": f"{known.residual_um:.2f}",
    }
    return table("Calibration", "", [], _rows(rows))


def _rows(words: Mapping[str, object]) -> Sequence[Sequence[str]]:
    return [[key.replace("_", " "), str(value)] for key, value in words.items()]

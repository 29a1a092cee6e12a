"""How well a run went, from its rows alone.

What is judged: every frame from the first command on while the loop was tracking. Nothing in it
is left out: not the time the stage takes to catch up at the start, and not the frames in which
the head was not found (where the truth is known; a detection that is missing has no error). A
run without any command, as without a stage, is judged over all its frames.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tracker.messages import Mode
from tracker.record.events import ENDED
from tracker.record.frame_log import compression
from tracker.record.gaps import FRAMES_LOST
from tracker.record.neural_score import NeuralRows, neural_rows, stream_figures
from tracker.record.notes import backwards_notes
from tracker.record.reader import Recording
from tracker.record.schema import FRAMES, Rows
from tracker.record.stamps import sound_stamps
from tracker.record.summary import Delays, FrameCounts, StageCounts, Summary
from tracker.statistics import error_figures, fraction_within, spread

TIMEOUTS = "stage_timeouts"  # the kind of event that counts positions that were not answered


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRows:
    """What a run left behind: `recorded` are the numbers of the frames that were kept (n,).

    The tables are rows of `TICK_ROW`, `STAGE_ROW`, `POSITION_ROW`, and `TRUTH_ROW` (none where
    the truth is not known).
    """

    recorded: NDArray[np.int64]
    frame_t_s: NDArray[np.float64]
    ticks: Rows
    stage: Rows
    positions: Rows
    truth: Rows
    lost_frames: int = 0
    timeouts: int = 0
    compression: float = 1.0  # how many times smaller the frames are on the disk
    ended: str = ""  # why, where somebody said
    neural: Mapping[str, NeuralRows] = field(default_factory=dict[str, NeuralRows])
    unread: tuple[str, ...] = ()  # neural streams that cannot be read, and why


def rows_of(recording: Recording) -> RunRows:
    """Return the rows of a recording.

    Raises:
        RecordingError: the stamps of some frames are damaged, or cannot be read.
    """
    started_s = recording.header.started_s
    stamps = sound_stamps(recording.folder, recording.frames, started_s=started_s)
    neural, unread = neural_rows(recording.folder)
    return RunRows(
        recorded=np.array(stamps["index"]),
        frame_t_s=np.array(stamps["t_s"]),
        ticks=recording.ticks,
        stage=recording.stage,
        positions=recording.positions,
        truth=recording.truth,
        lost_frames=_counted(recording, FRAMES_LOST),
        timeouts=_counted(recording, TIMEOUTS),
        compression=compression(recording.frames),
        ended=_why_ended(recording),
        neural=neural,
        unread=tuple(unread),
    )


def run_notes(run: RunRows) -> list[str]:
    """Say where the times of a run go backwards, for then its figures mean less; and what lacks."""
    stamps = {name: rows["t_s"] for name, rows in _timed(run).items()}
    return [*backwards_notes({FRAMES: run.frame_t_s, **stamps}), *run.unread]


def score(run: RunRows) -> Summary:
    """Return the figures of a run."""
    ticks = run.ticks[is_judged(run.ticks["t_s"], run.ticks)]
    true_um = true_errors_um(run)
    judged_um = true_um if len(run.truth) else ticks["error_um"]
    summary = Summary(
        ended=run.ended,
        duration_s=_duration_s(run),
        frames=_frame_counts(run),
        delay_s=_delays(ticks, run.stage),
        turnaround_s=spread(ticks["posted_s"] - ticks["received_s"]),
        world_late_s=spread(run.truth["late_s"]),
        error_um=error_figures(true_um),
        detected_error_um=error_figures(ticks["error_um"]),
        within_25_um=fraction_within(judged_um, 25.0),
        within_50_um=fraction_within(judged_um, 50.0),
        head_found=float(ticks["is_found"].mean()) if len(ticks) else float("nan"),
        lost_s=_lost_s(ticks),
        stage=StageCounts(
            commands=int((run.stage["sequence"] >= 0).sum()),
            replies=len(run.positions),
            timeouts=run.timeouts,
            halts=int((run.stage["sequence"] < 0).sum()),
        ),
    )
    if run.compression != 1.0:
        summary["compression"] = run.compression
    if run.neural:
        summary["streams"] = {
            name: stream_figures(rows, is_judged(rows.truth_t_s, run.ticks))
            for name, rows in run.neural.items()
        }
    return summary


def is_judged(t_s: NDArray[np.float64], ticks: Rows) -> NDArray[np.bool_]:
    """Say which of the times (n,) belong to what is judged."""
    posting = np.flatnonzero(ticks["sequence"] >= 0)
    if not posting.size:
        return np.ones(len(t_s), np.bool_)
    ticks_s = np.maximum.accumulate(ticks["t_s"])  # where they run backwards, all is told
    latest = np.searchsorted(ticks_s, t_s, side="right") - 1
    was_tracking = ticks["mode"][np.maximum(latest, 0)] == int(Mode.TRACKING)
    return was_tracking & (t_s >= ticks["posted_s"][posting[0]])


def true_errors_um(run: RunRows) -> NDArray[np.float64]:
    """Return where the head really was about the field's centre, (n, 2), in judged frames.

    The truth knows nothing of the operator's nudges; the ticks do.
    """
    truth = run.truth[is_judged(run.truth["t_s"], run.ticks)]
    return truth["head_um"] - truth["stage_um"] - nudges_um(truth["t_s"], run.ticks)


def nudges_um(t_s: NDArray[np.float64], ticks: Rows) -> NDArray[np.float64]:
    """Return how far the field's centre had been moved at each time, (n, 2)."""
    if not len(ticks) or "nudge_um" not in (ticks.dtype.names or ()):  # an older recording
        return np.zeros((len(t_s), 2))
    ticks_s = np.maximum.accumulate(ticks["t_s"])  # where they run backwards, all is told
    latest = np.searchsorted(ticks_s, t_s, side="right") - 1
    return ticks["nudge_um"][np.maximum(latest, 0)]


def total_delays_s(ticks: Rows, stage: Rows) -> NDArray[np.float64]:
    """Return mid-exposure to the stage acting, for the commands that reached the stage."""
    places, acts_s = _acting(ticks, stage)
    return acts_s - ticks["t_s"][places]


def _acting(ticks: Rows, stage: Rows) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Join ticks and stage rows by the command's number: places in `ticks`, and `acts_s`."""
    sent = stage[stage["sequence"] >= 0]
    posted = np.flatnonzero(ticks["sequence"] >= 0)
    _, of_posted, of_sent = np.intersect1d(
        ticks["sequence"][posted], sent["sequence"], return_indices=True
    )
    return posted[of_posted], sent["acts_s"][of_sent]


def _delays(ticks: Rows, stage: Rows) -> Delays:
    places, acts_s = _acting(ticks, stage)
    return Delays(
        total=spread(acts_s - ticks["t_s"][places]),
        readout=spread(ticks["received_s"] - ticks["t_s"]),
        detect=spread(ticks["detected_s"] - ticks["started_s"]),
        decide=spread(ticks["decided_s"] - ticks["detected_s"]),
        command=spread(acts_s - ticks["posted_s"][places]),
    )


def _frame_counts(run: RunRows) -> FrameCounts:
    numbers = np.concatenate([run.recorded, run.ticks["frame_index"]])
    exposed = int(numbers.max() - numbers.min()) + 1 if numbers.size else 0
    recorded = len(np.unique(run.recorded))
    received = min(exposed, max(recorded + run.lost_frames, len(np.unique(numbers))))
    return FrameCounts(
        exposed=exposed,
        received=received,
        used=len(np.unique(run.ticks["frame_index"])),
        recorded=recorded,
        dropped=exposed - received,
        lost=received - recorded,
    )


def _duration_s(run: RunRows) -> float:
    """Return first to last frame, and the one period that the last frame stands for."""
    t_s = run.frame_t_s if run.frame_t_s.size else run.ticks["t_s"]
    if len(t_s) < 2:
        return 0.0
    return float(t_s[-1] - t_s[0] + np.median(np.diff(t_s)))


def _lost_s(ticks: Rows) -> float:
    """Return how long the head was unseen: each frame without it lasts until the next frame."""
    until_next_s = np.diff(ticks["t_s"])
    return float(until_next_s[~ticks["is_found"][:-1]].sum())


def _timed(run: RunRows) -> dict[str, Rows]:
    return {"ticks": run.ticks, "positions": run.positions, "truth": run.truth}


def _why_ended(recording: Recording) -> str:
    ends = [event.detail for event in recording.events if event.kind == ENDED]
    return ends[-1] if ends else "it was cut short"


def _counted(recording: Recording, kind: str) -> int:
    counts = [event.values.get("count", 1.0) for event in recording.events if event.kind == kind]
    return round(sum(counts))

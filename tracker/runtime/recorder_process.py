"""The recorder process: takes the session's rings to the disk, and waits for nobody but the disk.

It looks into the rings fifty times a second; how long the disk may stall is what the rings
hold (`record.ring_s`). What it cannot follow is lost by number, listed and counted.
"""

from __future__ import annotations

import logging
from pathlib import Path

from hardware.clock import HostClock
from hardware.platform import ParentWatch
from hardware.registry import has_truth
from hardware.ring import frame_record
from hardware.truth import TRUTH_ROW
from tracker import __version__
from tracker.config import TRACKING, config_hash, resolved_yaml
from tracker.errors import RecordingError
from tracker.messages import FOCUS_ROW, POSITION_ROW, STAGE_ROW, TICK_ROW
from tracker.record.compression import load_compression
from tracker.record.events import Event
from tracker.record.header import Facts
from tracker.record.recorder import Origin, Outcome, Recorder
from tracker.record.report import load_drawing
from tracker.record.schema import (
    FRAMES,
    SCHEMA_VERSION,
    SUMMARY_FILE,
    TABLES,
    UNCOMPRESSED_VERSION,
    framed_record,
)
from tracker.record.tap import Tap, frame_tap
from tracker.runtime.doors import Doors
from tracker.runtime.drift_gauge import DriftGauge, open_drift_gauge
from tracker.runtime.line_place import line_records, line_ring
from tracker.runtime.mailboxes import OrderInbox, ReportOutbox
from tracker.runtime.orders import (
    Doing,
    End,
    MarkEvent,
    Notice,
    Order,
    Ready,
    RecordingClosed,
    RecordingOpened,
    StartRecording,
    Status,
    StopRecording,
)
from tracker.runtime.rings import wait_for_ring
from tracker.runtime.session_place import Session, SessionPlace, read_camera_facts
from tracker.runtime.signs_of_life import signs_of_life

logger = logging.getLogger(__name__)

_ROLE = "recorder"
CALIBRATION_DRIFT = "calibration_drift"  # the kind of event
_LOOK_EVERY_S = 0.02  # each look costs CPU
_IDLE_LOOK_EVERY_S = 0.05
_STATUS_EVERY_S = 0.25
_CAMERA_WITHIN_S = 60.0
_ROWS_A_TAKE = 256


def run_recorder(
    place: SessionPlace,
    session: Session,
    orders: OrderInbox,
    reports: ReportOutbox,
    parent: ParentWatch,
) -> None:
    """Be the recorder until told to end or left alone; what is open is closed in order.

    Raises:
        RingError: the session's rings were not there in time.
        MissingExtraError: what compresses frames is not installed.
    """
    doors = Doors(orders, reports, parent)
    load_drawing()  # now, while others open what is theirs
    if TRACKING in session.config.record.compress:
        load_compression()
    shape = read_camera_facts(place, within_s=_CAMERA_WITHIN_S).shape
    taps = _attach(place, session, shape, parent)

    def tell(doing: str) -> None:
        reports.send(Doing(_ROLE, doing))

    recorder = Recorder(taps, _origin(session, taps, shape), HostClock(), tell)
    gauge = open_drift_gauge(place, session, shape, parent)
    reports.send(Ready(_ROLE))
    reason = "the recorder failed"
    with signs_of_life(session.reports_address, _ROLE):
        try:
            reason = _serve(recorder, gauge, doors, animal=session.config.record.animal)
        finally:
            _report(recorder.end(reason), reports)
            for part in (*taps.values(), gauge):
                if part is not None:
                    part.close()


def _serve(recorder: Recorder, gauge: DriftGauge | None, doors: Doors, *, animal: Facts) -> str:
    """Record until the end; return why it has come."""
    clock = HostClock()
    told_s = clock.now_s()
    while not doors.are_shut:
        pause_s = _LOOK_EVERY_S if recorder.is_recording else _IDLE_LOOK_EVERY_S
        for order in doors.orders.take(0.0 if recorder.is_behind else pause_s):
            if isinstance(order, End):
                return order.reason
            _obey(order, recorder, doors.reports, animal=animal)
        _report(recorder.turn(), doors.reports)
        if clock.now_s() - told_s >= _STATUS_EVERY_S:
            told_s = clock.now_s()
            drift = gauge.figures() if gauge is not None else {}
            doors.reports.send(Status(_ROLE, {**recorder.figures(), **drift}))
        if gauge is not None:
            _watch(gauge, recorder, doors.reports, clock.now_s())
    return doors.why_shut


def _watch(gauge: DriftGauge, recorder: Recorder, reports: ReportOutbox, now_s: float) -> None:
    for drifted in gauge.look(now_s):
        recorder.note(Event(now_s, CALIBRATION_DRIFT, drifted, gauge.figures()))
        reports.send(Notice(_ROLE, drifted))


def _obey(order: Order, recorder: Recorder, reports: ReportOutbox, *, animal: Facts) -> None:
    if isinstance(order, StartRecording):
        try:
            told = {**animal, **order.metadata}
            recorder.start(Path(order.folder), order.t_s, animal=told, facts=order.facts)
            reports.send(RecordingOpened(order.folder))
        except RecordingError as error:
            reports.send(Notice(_ROLE, str(error)))
            reports.send(RecordingClosed(order.folder, "", str(error), is_failed=True))
    elif isinstance(order, StopRecording):
        recorder.stop(order.t_s, order.reason)
    elif isinstance(order, MarkEvent):
        recorder.note(Event(order.t_s, order.kind, order.detail, order.values))


def _report(outcome: Outcome | None, reports: ReportOutbox) -> None:
    if outcome is None:
        return
    for notice in outcome.notices:
        logger.warning("%s", notice)
        reports.send(Notice(_ROLE, notice))
    folder, summary = str(outcome.folder), str(outcome.folder / SUMMARY_FILE)
    closed = RecordingClosed(folder, summary, outcome.reason, is_failed=outcome.is_failed)
    reports.send(closed)


def _attach(
    place: SessionPlace, session: Session, shape: tuple[int, int], parent: ParentWatch
) -> dict[str, Tap]:
    rig = session.config.rig
    places = {"ticks": (place.ticks_ring, TICK_ROW)}
    if rig.stage.kind != "none":
        places["stage"] = (place.stage_rows_ring, STAGE_ROW)
        places["positions"] = (place.positions_ring, POSITION_ROW)
    if rig.focus.kind != "none":
        places["focus"] = (place.focus_ring, FOCUS_ROW)
    if has_truth(rig):
        places["truth"] = (session.rig_place(place).truth_ring, TRUTH_ROW)
    frames = wait_for_ring(place.frames_ring, frame_record(shape), parent)
    taps = {FRAMES: frame_tap(frames)}
    for name, (path, row) in places.items():
        ring = wait_for_ring(path, row, parent)
        taps[name] = Tap(ring, time_field=TABLES[name].time_field, at_most=_ROWS_A_TAKE)
    for name, row in line_records(rig).items():
        ring = wait_for_ring(line_ring(place, name), row, parent)
        taps[name] = Tap(ring, time_field="t_s", at_most=_ROWS_A_TAKE)
    return taps


def _origin(session: Session, taps: dict[str, Tap], shape: tuple[int, int]) -> Origin:
    frames = framed_record(frame_record(shape))
    # A rig without a stage has empty tables for it; one that does not know the truth has none.
    compressed = session.config.record.compress
    kept = {*taps, "stage", "positions"}
    tables = {name: table.row for name, table in TABLES.items() if name in kept}
    tables |= line_records(session.config.rig)
    return Origin(
        session=session.folder.name,
        software_version=__version__,
        config_yaml=resolved_yaml(session.config),
        config_sha256=config_hash(session.config),
        calibration=session.calibration,
        streams={FRAMES: frames, **tables},
        flush_s=session.config.record.flush_s,
        packs=TRACKING in compressed,
        schema_version=SCHEMA_VERSION if compressed else UNCOMPRESSED_VERSION,
    )

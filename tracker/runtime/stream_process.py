"""The recorder of one neural camera: its ring to the disk, in the folder of each recording.

What goes wrong with it (a full disk, a stream that cannot be opened) is told, and ends this
stream alone.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from hardware.clock import HostClock
from hardware.platform import ParentWatch
from hardware.ring import frame_record
from hardware.truth import neural_truth_row
from tracker.errors import RecordingError
from tracker.record.compression import load_compression
from tracker.record.neural_header import NeuralHeader
from tracker.record.schema import framed_record, neural_frames, neural_truth
from tracker.record.stream_recorder import LOOK_EVERY_S, StreamRecorder
from tracker.record.tap import Tap, frame_tap
from tracker.runtime.doors import Doors
from tracker.runtime.mailboxes import OrderInbox, ReportOutbox
from tracker.runtime.neural_place import NeuralFacts, read_neural_facts, recorder_role
from tracker.runtime.orders import End, Notice, Order, Ready, StartRecording, Status, StopRecording
from tracker.runtime.rings import START_S, wait_for_ring
from tracker.runtime.session_place import Session, SessionPlace

logger = logging.getLogger(__name__)

_IDLE_LOOK_EVERY_S = 0.05
_STATUS_EVERY_S = 0.25


def run_stream_recorder(
    place: SessionPlace,
    session: Session,
    orders: OrderInbox,
    reports: ReportOutbox,
    parent: ParentWatch,
    *,
    name: str,
) -> None:
    """Be a neural camera's recorder until told to end or left alone.

    Raises:
        RingError: the camera's ring was not there in time.
        MissingExtraError: what compresses frames is not installed.
    """
    doors = Doors(orders, reports, parent)
    facts = read_neural_facts(place, name, within_s=START_S)
    taps = _attach(name, place, session, facts, parent)
    header = _header(name, facts)
    told = session.config.record
    if name in told.compress:
        load_compression()
    recorder = StreamRecorder(
        taps, header, HostClock(), flush_s=told.flush_s, packs=name in told.compress
    )
    reports.send(Ready(recorder_role(name)))
    reason = "its recorder failed"
    try:
        reason = _serve(recorder, doors, recorder_role(name))
    finally:
        _carry_out(lambda: recorder.end(reason), doors, recorder_role(name))
        for tap in taps.values():
            tap.close()


def _serve(recorder: StreamRecorder, doors: Doors, role: str) -> str:
    """Record until the end; return why it has come."""
    clock = HostClock()
    told_s = clock.now_s()
    while not doors.are_shut:
        pause_s = LOOK_EVERY_S if recorder.is_recording else _IDLE_LOOK_EVERY_S
        for order in doors.orders.take(0.0 if recorder.is_behind else pause_s):
            if isinstance(order, End):
                return order.reason
            _obey(order, recorder)
        _carry_out(recorder.turn, doors, role)
        if clock.now_s() - told_s >= _STATUS_EVERY_S:
            told_s = clock.now_s()
            doors.reports.send(Status(role, recorder.figures()))
    return doors.why_shut


def _obey(order: Order, recorder: StreamRecorder) -> None:
    if isinstance(order, StartRecording):
        recorder.start(Path(order.folder), order.t_s)
    elif isinstance(order, StopRecording):
        recorder.stop(order.t_s, order.reason)


def _carry_out(step: Callable[[], None], doors: Doors, role: str) -> None:
    try:
        step()
    except RecordingError as error:
        logger.warning("%s", error)
        doors.reports.send(Notice(role, str(error)))


def _attach(
    name: str, place: SessionPlace, session: Session, facts: NeuralFacts, parent: ParentWatch
) -> dict[str, Tap]:
    record = frame_record(facts.shape, depth_bits=facts.depth_bits)
    frames = wait_for_ring(place.neural_ring(name), record, parent)
    taps = {neural_frames(name): frame_tap(frames)}
    if facts.neurons:
        path = session.rig_place(place).neural_truth_ring(name)
        rows = wait_for_ring(path, neural_truth_row(facts.neurons), parent)
        taps[neural_truth(name)] = Tap(rows, time_field="t_s", at_most=64)
    return taps


def _header(name: str, facts: NeuralFacts) -> NeuralHeader:
    record = framed_record(frame_record(facts.shape, depth_bits=facts.depth_bits))
    truth = {neural_truth(name): neural_truth_row(facts.neurons)} if facts.neurons else {}
    return NeuralHeader(
        name=name,
        started_s=float("nan"),  # each recording has its own
        depth_bits=facts.depth_bits,
        white_level=facts.white_level,
        period_s=facts.period_s,
        delay_s=facts.delay_s,
        um_per_px=facts.um_per_px,
        streams={neural_frames(name): record, **truth},
    )

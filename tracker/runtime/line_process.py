"""The process that has the rig's lines: every edge and sample into a ring, and the marker's moves.

A device that fails ends this process and no other; tracking and the recordings go on.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from hardware.clock import Clock, HostClock
from hardware.errors import LinkLostError
from hardware.lines import EDGE_ROW, Lines, Readings, Rows, analog_row
from hardware.lines_config import NoMarker, SerialMarker, analog_hz, input_names
from hardware.link import SerialLink
from hardware.platform import ParentWatch
from hardware.registry import open_lines
from hardware.ring import RingReader, RingWriter
from tracker.config import Config
from tracker.messages import TICK_ROW
from tracker.record.line_tables import EDGE_LINES
from tracker.runtime.line_place import LINES, line_records, line_ring
from tracker.runtime.mailboxes import OrderInbox, ReportOutbox
from tracker.runtime.marking import Marker, OutputLineMarker, SerialLineMarker
from tracker.runtime.orders import End, LineTrain, Notice, Order, Ready, SetMarker, Status
from tracker.runtime.punctuality import quiet_garbage_collection
from tracker.runtime.rings import make_rows_ring, wait_for_ring
from tracker.runtime.session_place import Session, SessionPlace
from tracker.runtime.trains import TrainWatch

logger = logging.getLogger(__name__)

_READ_S, _READ_FOR_FRAMES_S = 0.01, 0.002
_STATUS_EVERY_S = 0.25
_EDGES_PER_S = 2000.0  # more than any rig's


def run_lines(
    place: SessionPlace,
    session: Session,
    orders: OrderInbox,
    reports: ReportOutbox,
    parent: ParentWatch,
) -> None:
    """Be the lines' process until told to end or left alone.

    Raises:
        HardwareError: a device cannot be opened, or has failed.
    """
    config, clock = session.config, HostClock()
    lines = open_lines(config.rig, session.rig_place(place), clock)
    marker: Marker | None = None
    try:
        marker = _open_marker(config, lines, clock)
        rings = _make_rings(place, config)
        ticks = wait_for_ring(place.ticks_ring, TICK_ROW, parent) if _tells(marker) else None
        quiet_garbage_collection()
        if lines is not None:
            lines.start()
        reports.send(_ready(config, lines))
        _serve(_Duty(config, lines, marker, rings, ticks), orders, reports, parent)
    finally:
        if marker is not None:
            marker.close()
        if lines is not None:
            lines.close()


@dataclass(slots=True)
class Counted:
    """What has come of each line, and what its numbers say was lost."""

    edges: int = 0
    lost: int = 0
    _last: dict[int, int] = field(default_factory=dict[int, int])

    def learn(self, edges: Rows) -> None:
        """Take the edges (n,) that have come."""
        self.edges += len(edges)
        for line, count in zip(edges["line"].tolist(), edges["count"].tolist(), strict=True):
            self.lost += count - self._last.get(line, -1) - 1
            self._last[line] = count


class _Duty:
    """One turn after the other: read, keep, mark."""

    def __init__(
        self,
        config: Config,
        lines: Lines | None,
        marker: Marker | None,
        rings: Mapping[str, RingWriter],
        ticks: RingReader | None,
    ) -> None:
        self.counted = Counted()
        self._lines, self._marker, self._rings, self._ticks = lines, marker, rings, ticks
        self._wait_s = _READ_S if ticks is None else _READ_FOR_FRAMES_S
        self._names = input_names(config.rig.lines)
        self._armed = "" if config.arm is None else config.arm.line
        self._train = None
        if config.arm is not None:
            at = self._names.index(config.arm.line)
            self._train = TrainWatch(at, quiet_s=config.arm.quiet_s)

    def turn(self, clock: Clock) -> list[LineTrain]:
        """Read once; return when the armed line's edges have begun or ceased.

        Raises:
            HardwareError: the device has failed.
        """
        readings = self._read()
        _keep(self._rings.get("edges"), readings.edges)
        _keep(self._rings.get("analog"), readings.analog)
        self.counted.learn(readings.edges)
        self._mark(readings.changed_s)
        if self._train is None:
            return []
        changes = self._train.see(readings.edges, clock.now_s())
        return [LineTrain(self._armed, each.t_s, each.has_begun) for each in changes]

    def obey(self, order: Order) -> None:
        """Move the marker."""
        if isinstance(order, SetMarker) and self._marker is not None:
            self._marker.set_recording(order.is_recording)

    def notes(self) -> Sequence[str]:
        """What the operator should know of the device by now."""
        return () if self._lines is None else self._lines.notes

    def _read(self) -> Readings:
        if self._lines is not None:
            return self._lines.read(self._wait_s)
        time.sleep(self._wait_s)
        return Readings(edges=np.empty(0, EDGE_ROW), analog=np.empty(0, analog_row(())))

    def _mark(self, changed_s: Sequence[float]) -> None:
        if self._marker is None:
            return
        if self._ticks is not None:
            for index in self._ticks.take().rows["frame_index"].tolist():
                self._marker.frame(index)
        for mark in self._marker.turn(changed_s):
            self._rings["marks"].append(*mark)


def _serve(duty: _Duty, orders: OrderInbox, reports: ReportOutbox, parent: ParentWatch) -> None:
    clock = HostClock()
    told_s, told_edges = clock.now_s(), 0
    said: set[str] = set()
    while not parent.is_gone():
        for change in duty.turn(clock):
            reports.send(change)
        now_s = clock.now_s()
        if now_s - told_s >= _STATUS_EVERY_S:
            rate_hz = (duty.counted.edges - told_edges) / (now_s - told_s)
            told_s, told_edges = now_s, duty.counted.edges
            lost = float(duty.counted.lost)
            reports.send(Status(LINES, {"rate_hz": rate_hz, "lost_edges": lost}))
            for note in duty.notes():
                if (kind := note.lstrip("0123456789")) not in said:
                    said.add(kind)
                    reports.send(Notice(LINES, note))
        for order in orders.take():
            if isinstance(order, End):
                logger.info("lines end: %s", duty.counted)
                return
            duty.obey(order)


def _keep(ring: RingWriter | None, rows: Rows) -> None:
    if ring is not None:
        for row in rows.tolist():
            ring.append(*row)


def _tells(marker: Marker | None) -> bool:
    return marker is not None and marker.tells_frames


def _open_marker(config: Config, lines: Lines | None, clock: Clock) -> Marker | None:
    section = config.rig.marker
    if isinstance(section, NoMarker):
        return None
    if isinstance(section, SerialMarker):
        try:
            link = SerialLink(section.port, section.baud)
        except LinkLostError as error:
            raise LinkLostError(f"rig.marker.port: {error}") from error
        return SerialLineMarker(section, link, clock)
    assert lines is not None  # the configuration saw to it
    return OutputLineMarker(section, lines, clock)


def _make_rings(place: SessionPlace, config: Config) -> dict[str, RingWriter]:
    rates = {"edges": _EDGES_PER_S, "analog": analog_hz(config.rig.lines), "marks": _EDGES_PER_S}
    return {
        name: make_rows_ring(
            line_ring(place, name), row, ring_s=config.record.held_s, rows_per_s=rates[name]
        )
        for name, row in line_records(config.rig).items()
    }


def _ready(config: Config, lines: Lines | None) -> Ready:
    names = input_names(config.rig.lines)
    words = [f"{config.rig.lines.kind}: counts {', '.join(names)}"] if lines is not None else []
    if lines is not None and lines.analog:
        words.append(f"samples {', '.join(lines.analog)}")
    if not isinstance(config.rig.marker, NoMarker):
        words.append(f"marks by {config.rig.marker.kind}")
    facts = {EDGE_LINES: ", ".join(names)} if names else {}
    return Ready(LINES, detail=", ".join(words), facts=facts)

"""The watch for drift in a session: a bystander at the rings, in the process that may wait."""

from __future__ import annotations

import math

from hardware.platform import ParentWatch
from hardware.ring import RingReader, frame_record
from tracker.calibrate.drift_watch import DriftWatch
from tracker.messages import POSITION_ROW, STAGE_ROW
from tracker.runtime.rings import wait_for_ring
from tracker.runtime.session_place import Session, SessionPlace


class DriftGauge:
    """Feeds a `DriftWatch` from the session's rings."""

    def __init__(
        self, watch: DriftWatch, *, frames: RingReader, positions: RingReader, rows: RingReader
    ) -> None:
        self._watch = watch
        self._frames, self._positions, self._rows = frames, positions, rows

    def look(self, now_s: float) -> list[str]:
        """Take what has come; return what the operator should read. Takes 15 ms now and then."""
        if self._positions.waiting:
            places = self._positions.take().rows
            self._watch.note_positions(places["t_s"], places["position_um"])
        if self._rows.waiting:
            rows = self._rows.take().rows
            self._watch.note_sent(rows["acts_s"], rows["sent_um_s"])
        if self._watch.wants(now_s):
            newest = self._frames.newest()
            if newest is not None and self._watch.wants(float(newest["t_s"][0])):
                self._watch.see(newest["pixels"][0], float(newest["t_s"][0]))
        return self._watch.judge()

    def figures(self) -> dict[str, float]:
        """Return what the status line may show; nothing where nothing is known."""
        found, later_s = self._watch.matrix, self._watch.later_s
        figures = {} if found is None else {"matrix_off_fraction": found.by}
        return figures if math.isnan(later_s) else {**figures, "delay_off_s": later_s}

    def close(self) -> None:
        """Let the rings go."""
        for ring in (self._frames, self._positions, self._rows):
            ring.close()


def open_drift_gauge(
    place: SessionPlace, session: Session, shape: tuple[int, int], parent: ParentWatch
) -> DriftGauge | None:
    """Return the session's gauge; None where there is no stage, or nothing is to be watched.

    Raises:
        RingError: the session's rings were not there in time.
    """
    config = session.config
    if config.rig.stage.kind == "none" or not config.drift.is_watched:
        return None
    return DriftGauge(
        DriftWatch(session.calibration, config.drift),
        frames=wait_for_ring(place.frames_ring, frame_record(shape), parent),
        positions=wait_for_ring(place.positions_ring, POSITION_ROW, parent),
        rows=wait_for_ring(place.stage_rows_ring, STAGE_ROW, parent),
    )

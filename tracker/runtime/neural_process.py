"""The process of one neural camera: every frame into a ring, and nothing else.

It is passive: it opens the camera as config.yaml says, and never steers anything. A camera that
fails ends this process and no other; tracking and the other streams go on.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Sequence

from hardware.camera import RawCamera
from hardware.clock import HostClock
from hardware.platform import ParentWatch
from hardware.registry import open_neural_camera
from hardware.ring import RingWriter
from hardware.types import RawFrame
from tracker.runtime.mailboxes import OrderInbox, ReportOutbox
from tracker.runtime.neural_place import NeuralFacts, camera_role, write_neural_facts
from tracker.runtime.orders import End, Notice, Ready, Status
from tracker.runtime.punctuality import quiet_garbage_collection
from tracker.runtime.rings import make_frames_ring
from tracker.runtime.session_place import Role, Session, SessionPlace

logger = logging.getLogger(__name__)

_GRAB_S = 0.05
_STATUS_EVERY_S = 0.25
_RATED = 64  # frames whose times say the rate
_STALE_S = 1.0


def run_neural_camera(
    place: SessionPlace,
    session: Session,
    orders: OrderInbox,
    reports: ReportOutbox,
    parent: ParentWatch,
    *,
    name: str,
) -> None:
    """Be a neural camera's process until told to end or left alone.

    Raises:
        HardwareError: the camera cannot be opened, or is gone.
    """
    role, clock = camera_role(name), HostClock()

    def tell(line: str) -> None:
        reports.send(Notice(role, line))

    rig_place = session.rig_place(place)
    neural = open_neural_camera(session.config.rig, name, rig_place, clock, tell=tell)
    camera = neural.camera
    try:
        for note in camera.notes:
            tell(note)
        facts = NeuralFacts(
            shape=camera.shape,
            depth_bits=camera.depth_bits,
            white_level=camera.white_level,
            period_s=camera.period_s,
            delay_s=camera.delay_s,
            um_per_px=neural.um_per_px,
            neurons=neural.neurons,
        )
        ring_s = session.config.record.held_s
        ring = make_frames_ring(place.neural_ring(name), facts, ring_s=ring_s)
        write_neural_facts(place, name, facts)
        quiet_garbage_collection()
        camera.start()
        reports.send(Ready(role, detail=_words(facts)))
        _serve(camera, ring, orders, reports, parent, role=role)
    finally:
        camera.close()


def _serve(
    camera: RawCamera,
    ring: RingWriter,
    orders: OrderInbox,
    reports: ReportOutbox,
    parent: ParentWatch,
    *,
    role: Role,
) -> None:
    rate, clock = _Rate(), HostClock()
    told_s, count = clock.now_s(), 0
    while not parent.is_gone():
        came = camera.grab(_GRAB_S)
        for frame in came:
            stamps = (frame.camera_t_s, frame.camera_counter)
            ring.append(frame.index, frame.t_s, frame.received_s, *stamps, frame.image)
        rate.learn(came)
        count += len(came)
        now_s = clock.now_s()
        if now_s - told_s >= _STATUS_EVERY_S:
            told_s = now_s
            reports.send(Status(role, {"frames": count, "rate_hz": rate.hz(now_s)}))
        if any(isinstance(order, End) for order in orders.take()):
            break
    logger.info("neural camera ends: received=%d", count)


class _Rate:
    """How often frames have come of late."""

    def __init__(self) -> None:
        self._t_s: deque[float] = deque(maxlen=_RATED)

    def learn(self, frames: Sequence[RawFrame]) -> None:
        self._t_s.extend(frame.t_s for frame in frames)

    def hz(self, now_s: float) -> float:
        """Return the rate; 0 where there is none: the trigger may not have come yet."""
        t_s = self._t_s
        if len(t_s) < 2 or now_s - t_s[-1] > _STALE_S or t_s[-1] <= t_s[0]:
            return 0.0
        return (len(t_s) - 1) / (t_s[-1] - t_s[0])


def _words(facts: NeuralFacts) -> str:
    rows, columns = facts.shape
    return f"{columns} x {rows} px of {facts.depth_bits} bits, {1.0 / facts.period_s:.4g} Hz"

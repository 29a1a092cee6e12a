"""The processes of one session, in the order in which they start and in which they end."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import IO

from hardware.clock import Clock
from hardware.registry import may_begin_early, rig_children
from hardware.rig_place import LATEST_WORD_S
from tracker.runtime.children import Child
from tracker.runtime.launch import Launch
from tracker.runtime.line_place import LINES, has_line_process
from tracker.runtime.mailboxes import ReportInbox
from tracker.runtime.neural_place import (
    camera_role,
    is_neural_recorder,
    is_of_neural_camera,
    recorder_role,
)
from tracker.runtime.orders import End, Order, Report
from tracker.runtime.rescue import halt_anew
from tracker.runtime.session_place import Role, Session, SessionPlace, make_place, remove_place

# The simulated world begins to move when the processes that look at it say that they are ready,
# however long that takes them; one whose faults go by the clock must begin at a known time.
_WORLD_WAITS_S, _FAULTY_WORLD_WAITS_S = 90.0, 6.0  # at most
_BEGINS_AFTER_S = 0.2
_STAGE_STANDS_WITHIN_S = 3.0
_CAMERA_ENDS_WITHIN_S = 2.0
_LAST_WORDS_S = 10.0  # to close files, when there is a hurry


class Crew:
    """Everybody who works for a session, and the lines to them."""

    def __init__(
        self, launch: Launch, clock: Clock, *, workers: Sequence[Role] = ("control", "recorder")
    ) -> None:
        """Make the place where they meet; nobody is started yet. A stage has its process anyway.

        Raises:
            RingError: there is no room in shared memory.
        """
        self._inbox = ReportInbox()
        self._rig: list[Role] = [*rig_children(launch.config.rig)]
        self._workers: list[Role] = [*workers]
        if "recorder" in self._workers:
            for camera in launch.config.rig.neural_cameras:
                self._workers += [camera_role(camera.name), recorder_role(camera.name)]
            if has_line_process(launch.config.rig):
                self._workers.append(LINES)
        if launch.has_stage:
            self._workers.insert(0, "stage")
        self._children: dict[Role, Child] = {
            role: Child(role) for role in (*self._rig, *self._workers)
        }
        self._may_begin_early = may_begin_early(launch.config.rig)
        waits_s = _WORLD_WAITS_S if self._may_begin_early else _FAULTY_WORLD_WAITS_S
        self.session = Session(
            config=launch.config,
            config_source=launch.config_source,
            epoch_s=clock.now_s() + (waits_s if "world" in self._rig else 0.0),
            calibration=launch.calibration,
            folder=launch.folder,
            supervisor=os.getpid(),
            reports_address=self._inbox.address,
            order_addresses={role: child.address for role, child in self._children.items()},
        )
        self.place: SessionPlace = make_place(self.session)

    @property
    def workers(self) -> list[Role]:
        """Those who take orders and say when they are ready."""
        return self._workers

    @property
    def neural_recorders(self) -> list[Role]:
        """Those who write the frames of neural cameras."""
        return [role for role in self._workers if is_neural_recorder(role)]

    @property
    def roles(self) -> list[Role]:
        """Everybody, in the order of starting."""
        return list(self._children)

    def begin_world(self) -> None:
        """Let a simulated world begin now: everybody who looks at it is there."""
        early_s = time.perf_counter() + _BEGINS_AFTER_S
        rig_place = self.session.rig_place(self.place)
        if self._may_begin_early and early_s < self.session.epoch_s - LATEST_WORD_S:
            rig_place.begin(early_s)
            self.session = replace(self.session, epoch_s=early_s)

    def start(self, log: IO[bytes]) -> None:
        """Start everybody, the rig first; what they log goes to `log`."""
        for child in self._children.values():
            child.start(self.place, log)

    def send(self, role: Role, order: Order) -> bool:
        """Send an order; False where there is nobody to take it."""
        return role in self._children and self._children[role].send(order)

    def take(self, timeout_s: float) -> list[Report]:
        """Return what has been reported, waiting for it for `timeout_s` at most."""
        return self._inbox.take(timeout_s)

    def is_running(self, role: Role) -> bool:
        """Say whether this process lives."""
        return role in self._children and self._children[role].is_running

    def kill(self, role: Role) -> None:
        """End a process that hears nothing any more."""
        if role in self._children:
            self._children[role].kill()

    def fallen(self) -> list[tuple[Role, int]]:
        """Return who has ended, and with which exit status."""
        fallen: list[tuple[Role, int]] = []
        for role, child in self._children.items():
            status = child.status
            if status is not None:
                fallen.append((role, status))
        return fallen

    def end_stage(
        self, *, has_opened: bool, tell: Callable[[str], None], gives_up: Callable[[], bool]
    ) -> None:
        """Halt the stage and wait until it is seen to stand, before anybody else may end.

        A stage process that had opened its port and is dead, or does not halt, is replaced by a
        port of our own; see `rescue.halt_anew`.

        Raises:
            HardwareError: the port could not be opened again: the stage may still move.
        """
        stage = self._children.get("stage")
        if stage is None or stage.pid == 0:
            return
        if not has_opened:  # it may wait for others, and hears no orders yet
            stage.terminate(within_s=_STAGE_STANDS_WITHIN_S)
            return
        stage.send(End())
        if not stage.wait(_STAGE_STANDS_WITHIN_S):
            stage.terminate(within_s=1.0)
        if stage.status != 0:
            halt_anew(self.place, self.session, tell=tell, gives_up=gives_up)

    def end(self, role: Role, *, within_s: float, is_hurried: Callable[[], bool]) -> None:
        """Let a process end by order; by signal where it does not."""
        child = self._children.get(role)
        if child is None:
            return
        child.send(End())
        until_s = time.perf_counter() + within_s
        while not child.wait(0.05) and time.perf_counter() < until_s and not is_hurried():
            continue
        child.terminate(within_s=_LAST_WORDS_S)

    def _end_onlookers(self) -> None:
        """Let them go together, so that one that hangs costs its own wait alone."""
        onlookers = [
            role
            for role in self._workers
            if role == LINES or (is_of_neural_camera(role) and not is_neural_recorder(role))
        ]
        for role in onlookers:
            self._children[role].send(End())
        for role in onlookers:
            if not self._children[role].wait(_CAMERA_ENDS_WITHIN_S):
                self._children[role].terminate(within_s=_CAMERA_ENDS_WITHIN_S)

    def end_neural_recorders(self, reason: str) -> None:
        """Order them to write what is left; the tracking camera's recorder waits for them."""
        for role in self.neural_recorders:
            self.send(role, End(reason))

    def end_world(self) -> None:
        """End the neural cameras and the lines, then the simulated world: nobody looks at it."""
        self._end_onlookers()
        if "world" in self._rig:
            self._children["world"].terminate(within_s=_LAST_WORDS_S)

    def end_rig(self) -> None:
        """End the simulated world, and last of all the emulated controller."""
        for role in reversed(self._rig):
            self._children[role].terminate(within_s=_LAST_WORDS_S)

    def dismiss(self) -> None:
        """Leave nobody and nothing behind. Safe to call at any time."""
        for child in self._children.values():
            child.kill()
            child.close()
        self._inbox.close()
        remove_place(self.place)

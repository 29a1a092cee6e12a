"""A Ludl or LEP MAC6000 that steers an XY stage by velocity.

Velocities have no reply, so they are written at any time; only positions are asked and
answered. The bytes are in `hardware.stages.ludl_mac6000_bytes`.
"""

from __future__ import annotations

import contextlib
import logging
import math

import numpy as np

from hardware.clock import Clock
from hardware.config import LudlMac6000Stage
from hardware.errors import ConfigMismatchError, LinkLostError, LinkTimeoutError
from hardware.link import Link, SerialLink
from hardware.stages import ludl_mac6000_bytes as language
from hardware.stages.reply_timing import ReplyTiming
from hardware.types import StageLimits, StageState, Vec2

_log = logging.getLogger(__name__)

_BITS_PER_BYTE = 10  # 8N1
_IDENTIFY_TRIES = 3
_PLAUSIBLE_SLACK_UM = 20.0


class LudlMac6000:
    """Fulfils `hardware.stage.Stage`. `stop` may come from any thread, the rest from one."""

    def __init__(
        self, link: Link, config: LudlMac6000Stage, limits: StageLimits, clock: Clock
    ) -> None:
        self._link = link
        self._config = config
        self._limits = limits
        self._clock = clock
        self._byte_s = _BITS_PER_BYTE / config.baud
        self._line_free_s = -math.inf  # when the last byte that we wrote is through the wire
        self._asked_s: float | None = None
        self._query_at_controller_s = 0.0
        self._received = b""
        self._counts: dict[int, int] = {}
        self._noise = b""
        self._timing = ReplyTiming()
        self._trusted: StageState | None = None
        self._doubted: StageState | None = None
        self._is_closed = False

    @property
    def limits(self) -> StageLimits:
        """The travel, speed and acceleration that this stage was opened with."""
        return self._limits

    @property
    def can_interrupt(self) -> bool:
        """True: a velocity has no reply that could be taken for a position's."""
        return True

    @property
    def command_delay_s(self) -> float:
        """Seconds from writing a velocity to both axes acting on it."""
        return language.VELOCITY_BYTES * self._byte_s + self._config.servo_lag_s

    @property
    def wait_handle(self) -> int | None:
        """A descriptor that becomes readable when a reply comes; None on Windows."""
        return self._link.fileno

    def ask(self) -> None:
        """Ask both axes where they are; a reply still on its way is given up."""
        self._link.read_available()
        self._received, self._noise, self._counts = b"", b"", {}
        self._asked_s = self._clock.now_s()
        self._send(language.encode_position_query())
        # X is read when the first of two questions is through, Y when the second is: their mean
        self._query_at_controller_s = (
            self._line_free_s - language.QUESTION_BYTES * self._byte_s / 4.0
        )

    def answer(self) -> StageState | None:
        """Take what has come; return the position once both axes have replied, else None.

        A position farther away than the stage can have gone is taken for noise (the language
        has no checksum), unless the next one confirms it.

        Raises:
            LinkTimeoutError: the question is older than the deadline; the next may be asked.
            LinkLostError: the port is gone.
        """
        arrived = self._link.read_available()
        if self._asked_s is None:
            return None
        now_s = self._clock.now_s()
        found = language.decode_position_reply(self._received + arrived)
        self._received, self._noise = found.rest, self._noise + found.noise
        self._counts.update(found.counts)
        if len(self._counts) == 2:
            state = self._stamped(self._asked_s, now_s)
            if self._is_trusted(state):
                self._timing.remember(state)
                self._asked_s = None
                return state
            self._counts = {}
        if now_s - self._asked_s > self._config.reply_deadline_s:
            self._asked_s = None
            raise LinkTimeoutError(self._why_no_answer())
        return None

    def set_velocity(self, velocity_um_s: Vec2) -> Vec2:
        """Steer, and return the velocity in whole counts, which is what was sent.

        Raises:
            LinkLostError: the port is gone.
        """
        unit_um_s = self._config.velocity_unit_um_s
        counts = language.whole_counts(velocity_um_s, unit_um_s)
        self._send(language.encode_velocity(counts))
        return np.array(counts) * unit_um_s

    def stop(self) -> None:
        """Halt both axes. Safe to call twice, from any thread, at any time.

        Raises:
            LinkLostError: the port is gone, and the halt with it.
        """
        if not self._is_closed:
            self._send(language.encode_halt())

    def close(self) -> None:
        """Halt, then let the port go. Safe to call twice."""
        if self._is_closed:
            return
        with contextlib.suppress(LinkLostError):
            self.stop()
        self._is_closed = True
        self._link.close()

    def identify(self) -> None:
        """Make sure that a MAC6000 is at the other end, at the baud that was configured.

        Raises:
            ConfigMismatchError: nothing there speaks this language, or it names another baud.
            LinkLostError: the port is gone.
        """
        if not any(self._position_within_deadline() for _ in range(_IDENTIFY_TRIES)):
            raise ConfigMismatchError(
                f"{self._config.port}: no MAC6000 answered at {self._config.baud} baud; is the "
                "controller switched on, and are rig.stage.port and rig.stage.baud right?"
            )
        said_baud = self._said_baud()
        if said_baud is None:
            _log.info("controller does not say its baud: port %s", self._config.port)
        elif said_baud != self._config.baud:
            raise ConfigMismatchError(
                f"{self._config.port}: the controller says that it runs at {said_baud} baud; "
                f"rig.stage.baud says {self._config.baud}: make them equal"
            )

    def _send(self, data: bytes) -> None:
        starts_s = max(self._clock.now_s(), self._line_free_s)
        self._line_free_s = starts_s + len(data) * self._byte_s
        self._link.write(data)

    def _stamped(self, asked_s: float, now_s: float) -> StageState:
        """Give the position its time, the mean of both axes (X is read 9 bytes before Y)."""
        position_um = language.position_um(self._counts)
        # the replies began 26 and 13 bytes before they were whole: again the mean
        read_s = self._timing.stamp_s(
            position_um,
            through_s=self._query_at_controller_s,
            begun_s=now_s - language.REPLY_BYTES * 3 / 4 * self._byte_s,
        )
        return StageState(t_s=min(max(read_s, asked_s), now_s), position_um=position_um)

    def _is_trusted(self, state: StageState) -> bool:
        doubted, self._doubted = self._doubted, state
        if any(self._can_follow(before, state) for before in (self._trusted, doubted)):
            self._trusted, self._doubted = state, None
            return True
        return False

    def _can_follow(self, before: StageState | None, state: StageState) -> bool:
        if before is None:
            return self._trusted is None
        reach_um = 2.0 * self._limits.max_speed_um_s * max(state.t_s - before.t_s, 0.0)
        way_um = np.abs(state.position_um - before.position_um)
        return bool((way_um <= reach_um + _PLAUSIBLE_SLACK_UM).all())

    def _why_no_answer(self) -> str:
        unread = self._noise + self._received
        if unread:
            got = f"only {unread[:40].hex(' ')!r}"
        elif self._counts:
            got = "the reply of one axis alone"
        elif self._doubted is not None:
            x_um, y_um = self._doubted.position_um
            got = f"a position that cannot be, ({x_um:.1f}, {y_um:.1f}) um,"
        else:
            got = "nothing"
        deadline_ms = self._config.reply_deadline_s * 1000.0
        return f"{self._config.port}: no position within {deadline_ms:.0f} ms: {got} came"

    def _position_within_deadline(self) -> StageState | None:
        self.ask()
        try:
            while (state := self.answer()) is None:
                self._link.wait(self._config.reply_deadline_s)
        except LinkTimeoutError:
            return None
        return state

    def _said_baud(self) -> int | None:
        until_s = self._clock.now_s() + self._config.reply_deadline_s
        received = b""
        self._send(language.BAUD_QUESTION)
        while (left_s := until_s - self._clock.now_s()) > 0.0:
            self._link.wait(left_s)
            received += self._link.read_available()
            if (baud := language.decode_baud_reply(received)) is not None:
                return baud
        return None


def open_ludl_mac6000(config: LudlMac6000Stage, limits: StageLimits, clock: Clock) -> LudlMac6000:
    """Open the port, halt whatever moves, and make sure of the controller.

    The halt comes first and waits for nobody: a controller that goes on and says nothing must
    have it all the same.

    Raises:
        LinkLostError: the port is absent, taken, or gone.
        ConfigMismatchError: what is there is not the controller that was configured.
    """
    link = SerialLink(config.port, config.baud)
    stage = LudlMac6000(link, config, limits, clock)
    try:
        stage.stop()
        stage.identify()
    except BaseException:
        link.close()
        raise
    return stage

"""Whether the confocal's first edge starts a recording, and its last one stops it."""

from __future__ import annotations

from tracker.operator_config import ArmConfig
from tracker.runtime.orders import LineTrain


class Arming:
    """What an armed session waits for; the recordings themselves are the caller's."""

    def __init__(self, config: ArmConfig | None) -> None:
        """Begin as config.yaml says; None: there is no line to wait for."""
        self._config = config
        self.is_armed = config is not None and config.at_start
        self._is_ours = False  # the open recording: an edge has started it
        self._runs = False  # edges come

    @property
    def state(self) -> str:
        """A word for the status line; nothing where it is not armed."""
        if not self.is_armed:
            return ""
        return "ARMED for the next scan" if self._runs else "ARMED"

    def note(self, train: LineTrain) -> None:
        """Keep in mind whether edges come: a scan that runs already starts nothing."""
        self._runs = train.has_begun

    @property
    def can_arm(self) -> bool:
        """Whether there is a line to wait for."""
        return self._config is not None

    @property
    def awaits_end(self) -> bool:
        """Whether the open recording ends with the last edge."""
        return self._is_ours

    def toggle(self) -> bool:
        """Arm or disarm; return whether it is armed now. A recording goes on either way."""
        self.is_armed = self.can_arm and not self.is_armed
        return self.is_armed

    def starts_at(self, train: LineTrain, *, is_recording: bool) -> float | None:
        """Return from when on to record because of this; None: not at all."""
        if self._config is None or not (self.is_armed and train.has_begun) or is_recording:
            return None
        self._is_ours, self.is_armed = True, self._config.again
        return train.t_s - self._config.before_s

    def stops(self, train: LineTrain) -> bool:
        """Say whether the open recording ends because of this."""
        return self._is_ours and not train.has_begun

    def recording_ended(self) -> None:
        """Whatever ended it, the next edge ends nothing."""
        self._is_ours = False

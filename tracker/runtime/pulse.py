"""Whether the processes that matter are still at work: a frozen one neither ends nor complains."""

from __future__ import annotations

# The stage process reports four times a second. Without it there is no guard and no dead-man.
STAGE_SILENT_S = 1.0
# Control handles a frame many times a second; without it the dead-man has halted the stage.
CONTROL_SILENT_S = 1.0


class Pulse:
    """When each process was last heard of; times are the supervisor's clock."""

    def __init__(self, now_s: float) -> None:
        self._stage_s = self._control_s = now_s
        self._ticks = 0
        self.is_control_silent = False

    def heard_stage(self, now_s: float) -> None:
        """Take note of a report of the stage process."""
        self._stage_s = now_s

    def is_stage_frozen(self, now_s: float) -> bool:
        """Say whether the stage process has been silent for too long."""
        return now_s - self._stage_s > STAGE_SILENT_S

    def has_control_fallen_silent(self, ticks: int, now_s: float) -> bool:
        """Say, once for each silence, that no frame has been handled for too long.

        `ticks` counts the frames that were handled since the start.
        """
        if ticks != self._ticks:
            self._ticks, self._control_s = ticks, now_s
            self.is_control_silent = False
        was_silent = self.is_control_silent
        self.is_control_silent = now_s - self._control_s > CONTROL_SILENT_S
        return self.is_control_silent and not was_silent

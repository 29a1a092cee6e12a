"""How long the end of a session waits for the recorder: while it shows signs of life, and aloud."""

from __future__ import annotations

SILENT_S = 2.0  # a sign of life comes every second
FROZEN_S = 10.0
LONGEST_S = 120.0
_AGAIN_S = 5.0


class Patience:
    """Knows when the recorder was last heard of, and what it was at; times are the caller's."""

    def __init__(self, now_s: float) -> None:
        self._began_s = self._heard_s = self._spoke_s = now_s
        self._doing = "saving"
        self._has_warned = False

    def heard(self, now_s: float, doing: str = "") -> None:
        """Take note of a sign of life, and of what has been begun."""
        self._heard_s, self._has_warned = now_s, False
        if doing:
            self._doing, self._spoke_s = doing, now_s

    def is_silent(self, now_s: float) -> bool:
        """Say whether a sign of life is overdue."""
        return now_s - self._heard_s > SILENT_S

    def is_over(self, now_s: float) -> bool:
        """Say whether there is no more to wait for."""
        return now_s - self._heard_s > FROZEN_S or now_s - self._began_s > LONGEST_S

    def word(self, now_s: float) -> str:
        """Return what the operator should read now; mostly nothing."""
        if self.is_silent(now_s):
            if self._has_warned:
                return ""
            self._has_warned = True
            return (
                f"no sign of life for {SILENT_S:.0f} s while {self._doing}; it is waited for "
                f"{FROZEN_S - SILENT_S:.0f} s more (Ctrl-C: no longer)"
            )
        if now_s - self._spoke_s < _AGAIN_S:
            return ""
        self._spoke_s = now_s
        return f"still {self._doing}, after {now_s - self._began_s:.0f} s"

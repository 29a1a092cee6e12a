"""When the next command is due, so that no question is on the wire just then.

For controllers whose replies cannot be told apart: a command has to wait for the reply to a
question that is under way. Where a whole exchange does not fit between two commands, the question
goes out right behind a command, which leaves it the longest time there is.
"""

from __future__ import annotations

_MARGIN_S = 0.0005
_LONGEST_PERIOD_S = 0.2  # rarer commands have no rhythm: nobody waits for them
_ROOM = 0.4  # of the time between two commands, behind the first
_NEW = 0.2  # how much one exchange counts against those before it


class CommandRhythm:
    """Learns how often commands come and how long a question takes."""

    def __init__(self) -> None:
        self._last_s = float("-inf")
        self._period_s = float("inf")
        self._exchange_s = 0.0

    def commanded(self, now_s: float) -> None:
        """Note that a command was written."""
        self._period_s, self._last_s = now_s - self._last_s, now_s

    def exchanged(self, exchange_s: float) -> None:
        """Note how long a question and its reply took."""
        if self._exchange_s == 0.0:
            self._exchange_s = exchange_s
        self._exchange_s += _NEW * (exchange_s - self._exchange_s)

    def has_room(self, now_s: float) -> bool:
        """Say whether the next command is far off: for what can wait longer than a question.

        >>> rhythm = CommandRhythm()
        >>> rhythm.commanded(1.0); rhythm.commanded(1.025)
        >>> [rhythm.has_room(t_s) for t_s in (1.03, 1.045, 1.2)]
        [True, False, True]
        """
        since_s = now_s - self._last_s
        return self._period_s > _LONGEST_PERIOD_S or not (
            _ROOM * self._period_s < since_s < 2.0 * self._period_s
        )

    def must_wait_s(self, now_s: float) -> float:
        """Return for how long no question should be asked; 0 for ask now.

        >>> rhythm = CommandRhythm()
        >>> rhythm.commanded(1.0); rhythm.commanded(1.025); rhythm.exchanged(0.004)
        >>> rhythm.must_wait_s(1.03), round(rhythm.must_wait_s(1.048), 4)
        (0.0, 0.0145)
        """
        if self._period_s > _LONGEST_PERIOD_S:
            return 0.0
        due_s = self._last_s + self._period_s
        given_up_s = due_s + 0.5 * self._period_s
        need_s = self._exchange_s + _MARGIN_S
        latest_s = max(due_s - need_s, self._last_s + 0.25 * self._period_s)
        return 0.0 if now_s <= latest_s or now_s >= given_up_s else given_up_s - now_s

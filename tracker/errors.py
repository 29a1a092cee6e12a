"""Everything that can go wrong in the tracker, beside the instrument's own errors.

TrackerError
├── UsageError        a command cannot be carried out as it was given
├── MissingExtraError an optional package is needed; the message names the extra
├── CalibrationError  what was measured cannot be trusted; the message says why
├── SessionError      a process of the session failed or ended unasked
└── RecordingError    a recording cannot be written or read
"""

from __future__ import annotations


class TrackerError(Exception):
    """Base; its message is one line for the operator."""


class UsageError(TrackerError):
    """A command cannot be carried out as it was given."""


class MissingExtraError(TrackerError):
    """An optional package is needed."""


class CalibrationError(TrackerError):
    """What was measured cannot be trusted."""


class SessionError(TrackerError):
    """A process of the session failed, or ended unasked."""


class RecordingError(TrackerError):
    """A recording cannot be written or read."""

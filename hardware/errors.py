"""Everything that can go wrong with the instrument.

    HardwareError
    ├── ConfigError           config.yaml or a scenario file cannot mean anything
    ├── ConfigMismatchError   the device is not the one that config.yaml describes
    ├── CameraError           the camera cannot be opened, or gives no more frames
    │   └── EndOfVideoError   a recorded video has been shown to its end
    ├── LinesError            the device that counts edges refused, or has failed
    ├── LinkError
    │   ├── LinkLostError     the port is absent, taken, or gone
    │   └── LinkTimeoutError  no reply before the deadline
    ├── ReplyError
    │   ├── RefusedError      the device understood, and said no
    │   └── UnreadableError   the device said something this command cannot mean
    └── RingError             shared memory cannot be made or attached

The stage process survives a `LinkTimeoutError` and an `UnreadableError`, and counts them: the
guard halts a stage that has not said for long where it is. Every other one ends the session,
stage stopped.
"""

from __future__ import annotations


class HardwareError(Exception):
    """Base of all instrument errors; its message is one line for the operator."""


class ConfigError(HardwareError):
    """A file of the user's cannot mean anything; every fault of it is in the message."""


class ConfigMismatchError(HardwareError):
    """The device that answered is not the one that was configured."""


class CameraError(HardwareError):
    """The camera cannot be opened, or stopped giving frames."""


class EndOfVideoError(CameraError):
    """A recorded video has been shown to its end."""


class LinesError(HardwareError):
    """The device with input lines cannot be opened, refused, or has failed."""


class LinkError(HardwareError):
    """Something is wrong between us and the device."""


class LinkLostError(LinkError):
    """The port is absent, taken by another program, or gone."""


class LinkTimeoutError(LinkError):
    """No reply came before the deadline."""


class ReplyError(HardwareError):
    """The device answered, but not with what was asked for."""

    def __init__(self, reason: str, *, reply: bytes) -> None:
        super().__init__(f"{reason}: {reply!r}")
        self.reply = reply


class RefusedError(ReplyError):
    """The device understood, and said no."""


class UnreadableError(ReplyError):
    """The device said something that this command cannot mean."""


class RingError(HardwareError):
    """Shared memory cannot be made, or is not what was expected."""

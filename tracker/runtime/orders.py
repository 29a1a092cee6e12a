"""What the supervisor and its children tell each other: orders go down, reports come up.

Each message is one JSON object that says what it is; `tracker.runtime.mailboxes` carries it.
Nothing here is on the loop's path: frames, ticks and commands travel by rings.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import TypeAlias, TypeVar

from tracker.errors import SessionError

Metadata: TypeAlias = Mapping[str, str | int | float | bool | None]


@dataclass(frozen=True, slots=True)
class StartTracking:
    """To control: steer from the next frame on."""


@dataclass(frozen=True, slots=True)
class StopTracking:
    """To control: look, but steer no more."""


@dataclass(frozen=True, slots=True)
class MoveField:
    """To control: the field's centre lies so far from where it was calibrated, in stage axes."""

    x_um: float
    y_um: float


@dataclass(frozen=True, slots=True)
class Halt:
    """To the stage: the operator's stop, latched until `Release`."""


@dataclass(frozen=True, slots=True)
class Release:
    """To the stage: the operator's stop is taken back."""


@dataclass(frozen=True, slots=True)
class JogFocus:
    """To the stage: move the focus drive by a little, or follow so much higher."""

    delta_um: float


@dataclass(frozen=True, slots=True)
class MarkFocus:
    """To the stage: here, stage and focus drive as they are, the picture is sharp."""


@dataclass(frozen=True, slots=True)
class StopFocus:
    """To the stage: the focus drive stands too, until `Release`."""


@dataclass(frozen=True, slots=True)
class StartRecording:
    """To the recorder: keep what happens from `t_s` on, in `folder`, which must not exist.

    `metadata` is about the animal; `facts` is what is only known while running, such as the
    `facts` that control reported about its model.
    """

    folder: str
    t_s: float
    metadata: Metadata = field(default_factory=dict[str, str])
    facts: Metadata = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class StopRecording:
    """To the recorder: write what was exposed up to `t_s`, then close; `reason` says why."""

    t_s: float
    reason: str = "stopped"


@dataclass(frozen=True, slots=True)
class MarkEvent:
    """To the recorder: note what happened, in the operator's or a process's words.

    The kind `stage_timeouts` with the value `count` is what the score counts as timeouts.
    """

    t_s: float
    kind: str
    detail: str = ""
    values: Mapping[str, float] = field(default_factory=dict[str, float])


@dataclass(frozen=True, slots=True)
class SetMarker:
    """To the lines: a recording is being made, or is no longer."""

    is_recording: bool


@dataclass(frozen=True, slots=True)
class End:
    """To any child: finish and exit; `reason` is for the recording that may still be open."""

    reason: str = "the session ended"


@dataclass(frozen=True, slots=True)
class Ready:
    """A child has opened what it needs; `detail` is for the operator.

    `facts` goes into recordings: control tells `model_name`, `model_sha256` and `provider`.
    """

    role: str
    detail: str = ""
    facts: Metadata = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Failed:
    """A child cannot go on and is about to exit; `message` is one line for the operator."""

    role: str
    message: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that the operator should read now; the child goes on."""

    role: str
    message: str


@dataclass(frozen=True, slots=True)
class Doing:
    """What a child has just begun, where the operator would otherwise wait without a word."""

    role: str
    message: str


@dataclass(frozen=True, slots=True)
class Alive:
    """A child that may be busy for long is not frozen; once a second."""

    role: str


@dataclass(frozen=True, slots=True)
class Held:
    """Tracking has ended and must not go on before the operator says so; `message` says why."""

    role: str
    message: str


@dataclass(frozen=True, slots=True)
class FocusMarked:
    """The operator's point in focus, the how many-th it is, and what is known of the plane."""

    x_um: float
    y_um: float
    z_um: float
    count: int
    told: str

    @property
    def place(self) -> str:
        """Where it lies, in words."""
        return f"{self.x_um:.0f}, {self.y_um:.0f}, {self.z_um:.1f} um"


@dataclass(frozen=True, slots=True)
class LineTrain:
    """The armed line's edges have begun, or have ceased; `t_s` is that of the first or the last."""

    line: str
    t_s: float
    has_begun: bool


@dataclass(frozen=True, slots=True)
class LookedAt:
    """What control found when it held the first pictures against those that its model knows.

    `message` is one line for the operator, "" where there is nothing to say.
    """

    role: str
    message: str
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Status:
    """Figures for the status line, named with their units; about four times a second."""

    role: str
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class RecordingOpened:
    """The recorder writes into `folder` from now on."""

    folder: str


@dataclass(frozen=True, slots=True)
class RecordingClosed:
    """The files are whole; `summary` is the path of summary.json, `reason` why it ended.

    A recording that could not even begin is reported so too, with an empty `summary`; it and one
    that could not go on have `is_failed`.
    """

    folder: str
    summary: str
    reason: str
    is_failed: bool = False


Order: TypeAlias = (
    StartTracking
    | StopTracking
    | MoveField
    | JogFocus
    | MarkFocus
    | StopFocus
    | Halt
    | Release
    | StartRecording
    | StopRecording
    | MarkEvent
    | SetMarker
    | End
)
Report: TypeAlias = (
    Ready
    | Failed
    | Notice
    | Doing
    | Alive
    | Held
    | FocusMarked
    | LookedAt
    | LineTrain
    | Status
    | RecordingOpened
    | RecordingClosed
)
MessageT = TypeVar("MessageT")
_ORDERS: dict[str, Callable[..., Order]] = {kind.__name__: kind for kind in Order.__args__}
_REPORTS: dict[str, Callable[..., Report]] = {kind.__name__: kind for kind in Report.__args__}


def to_bytes(message: Order | Report) -> bytes:
    """Spell a message.

    >>> to_bytes(StopRecording(t_s=2.5))
    b'{"is": "StopRecording", "t_s": 2.5}'
    """
    return json.dumps({"is": type(message).__name__, **asdict(message)}).encode()


def order_from_bytes(spelling: bytes) -> Order:
    """Read an order.

    Raises:
        SessionError: it is not one.
    """
    return _read(spelling, _ORDERS)


def report_from_bytes(spelling: bytes) -> Report:
    """Read a report.

    Raises:
        SessionError: it is not one.
    """
    return _read(spelling, _REPORTS)


def _read(spelling: bytes, kinds: Mapping[str, Callable[..., MessageT]]) -> MessageT:
    try:
        content = json.loads(spelling)
        return kinds[content.pop("is")](**content)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SessionError(f"not a message between our processes: {spelling[:80]!r}") from error

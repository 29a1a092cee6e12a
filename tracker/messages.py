"""What the rooms of the tracker say to each other, and the records in which it travels.

A message is a frozen dataclass within a process; between processes, and on disk, it is a
fixed record (numpy structured dtype) of the same words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum, IntFlag

import numpy as np
from numpy.typing import NDArray

from hardware.types import Vec2
from models.detection import Candidate


class Mode(IntEnum):
    """What a session is doing."""

    IDLE = 0  # looking, not steering
    TRACKING = 1
    CHECKING = 2  # test moves, before tracking starts


class GuardAction(IntFlag):
    """What the guard did to a command."""

    NONE = 0
    SPEED = 1  # slowed to the greatest speed
    ACCELERATION = 2  # held back to the greatest acceleration
    TRAVEL = 4  # turned aside before the edge of the travel
    COASTING = 8  # slowed because the head has not been seen for a while
    UNREADABLE = 16  # not a number: stand still
    DEADMAN = 32  # no fresh command: halted
    STOPPED = 64  # halted by the operator, until released
    UNPLACED = 128  # no recent position of the stage: stand still
    KEEP_OUT = 256  # turned aside before a zone that is kept out of
    RUNAWAY = 512  # the head ran away from a stage that went after it: held until released
    PUSHED = 1024  # the stage moves as nobody told it to: held until released
    SEARCHING = 2048  # no head to follow: along the search's path, at its speed


class FocusAction(IntFlag):
    """What the focus drive's guard had to do with it."""

    NONE = 0
    FLOOR = 1  # the goal was cut to the floor
    CEILING = 2  # or to the ceiling
    STOPPED = 4  # by the operator, until released
    HELD = 8  # it said that it stood beyond its limits


@dataclass(frozen=True, slots=True, kw_only=True)
class FocusReport:
    """Where the focus drive was at `t_s`, and where it is to go; NaN where it is to stand."""

    t_s: float
    received_s: float
    z_um: float
    goal_um: float
    target_um: float  # on the way to the goal: what it was told last
    action: FocusAction


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """Where the head is or will be at `t_s`, in stage coordinates.

    `covariance` is (4, 4) over x, y, vx, vy in um and um/s. `seen_s` is the mid-exposure of the
    last frame in which the head was found.
    """

    t_s: float
    position_um: Vec2
    velocity_um_s: Vec2
    covariance: NDArray[np.float64]
    seen_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What one frame showed of our animal: the candidate chosen, and the head it stands for."""

    candidate: Candidate
    head_px: Vec2
    head_um: Vec2


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A velocity for the guard, with what it rests on: the frame, and the last seen head.

    `off_um` is how far off the field's centre that frame showed the head; NaN where it did not.
    A search rests on no head at all, and says so.
    """

    sequence: int
    t_s: float
    frame_t_s: float
    seen_s: float
    velocity_um_s: Vec2
    off_um: Vec2 = field(default_factory=lambda: np.full(2, np.nan))
    is_search: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardedCommand:
    """What became of a command, or a halt of the guard's own (sequence -1, `posted_s` NaN).

    The words are those of `STAGE_ROW`. `sent_um_s` is the velocity that the stage was left
    with, as the controller was really given it.
    """

    sequence: int
    posted_s: float
    written_s: float
    acts_s: float
    asked_um_s: Vec2
    sent_um_s: Vec2
    action: GuardAction


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """One turn of the loop, told to every listener. `sighting` is None where no worm was.

    Times: `started_s` the loop took the frame up, `detected_s` the eye had answered,
    `decided_s` the velocity stood, `posted_s` it was handed over. `nudge_um` is how far the
    operator had moved the field's centre since its calibration (`tracker.geometry.nudged`).
    What was known of the stage: `stage_heard_s` is the stamp of its newest position, from which it
    was reckoned on to `stage_until_s`.
    """

    index: int
    frame_index: int
    t_s: float
    received_s: float
    started_s: float
    detected_s: float
    decided_s: float
    posted_s: float
    mode: Mode
    candidates: Sequence[Candidate]
    sighting: Sighting | None
    stage_um: Vec2
    stage_heard_s: float
    stage_until_s: float
    estimate: Estimate | None
    foreseen: Estimate | None
    command: Command | None
    nudge_um: Vec2 = field(default_factory=lambda: np.zeros(2))


_NAN2 = (float("nan"), float("nan"))

TICK_ROW = np.dtype(
    [
        ("index", "<i8"),
        ("frame_index", "<i8"),
        ("t_s", "<f8"),
        ("received_s", "<f8"),
        ("started_s", "<f8"),
        ("detected_s", "<f8"),
        ("decided_s", "<f8"),
        ("posted_s", "<f8"),
        ("mode", "u1"),
        ("candidate_count", "u1"),
        ("is_found", "?"),
        ("confidence", "<f4"),
        ("keypoints_px", "<f4", (3, 2)),
        ("keypoint_confidences", "<f4", 3),
        ("head_px", "<f8", 2),
        ("head_um", "<f8", 2),
        ("stage_um", "<f8", 2),  # interpolated to mid-exposure
        ("error_um", "<f8", 2),  # head_um - stage_um: off the centre of the confocal's field
        ("estimate_um", "<f8", 2),
        ("estimate_um_s", "<f8", 2),
        ("foreseen_s", "<f8"),
        ("foreseen_um", "<f8", 2),
        ("foreseen_um_s", "<f8", 2),
        ("sequence", "<i8"),  # of the command; -1 where none was posted
        ("command_um_s", "<f8", 2),
        ("nudge_um", "<f8", 2),  # of the field's centre, since the calibration in recording.json
        ("stage_heard_s", "<f8"),  # of the newest position of the stage that was known
        ("stage_until_s", "<f8"),  # to when the stage was reckoned on from there
    ]
)

POST_ROW = np.dtype(
    [
        ("sequence", "<i8"),
        ("t_s", "<f8"),
        ("frame_t_s", "<f8"),
        ("seen_s", "<f8"),
        ("velocity_um_s", "<f8", 2),
        ("off_um", "<f8", 2),
        ("is_search", "?"),
    ]
)

# What the guard made of a command (joined to its tick by the number), or a halt of its own (-1).
STAGE_ROW = np.dtype(
    [
        ("sequence", "<i8"),
        ("posted_s", "<f8"),
        ("written_s", "<f8"),
        ("acts_s", "<f8"),  # when the stage is expected to act on it: wire and servo lag
        ("asked_um_s", "<f8", 2),
        ("sent_um_s", "<f8", 2),
        ("action", "<u2"),  # GuardAction
    ]
)

POSITION_ROW = np.dtype([("t_s", "<f8"), ("received_s", "<f8"), ("position_um", "<f8", 2)])


# Where the focus drive was; a few a second.
FOCUS_ROW = np.dtype(
    [
        ("t_s", "<f8"),
        ("received_s", "<f8"),
        ("z_um", "<f8"),
        ("goal_um", "<f8"),
        ("target_um", "<f8"),
        ("action", "<u2"),  # FocusAction
    ]
)


def focus_record(report: FocusReport) -> tuple[object, ...]:
    """Return the fields of `FOCUS_ROW` for what the drive's guard tells."""
    return (
        report.t_s,
        report.received_s,
        report.z_um,
        report.goal_um,
        report.target_um,
        int(report.action),
    )


def stage_record(guarded: GuardedCommand) -> tuple[object, ...]:
    """Return the fields of `STAGE_ROW` for what became of a command."""
    return (
        guarded.sequence,
        guarded.posted_s,
        guarded.written_s,
        guarded.acts_s,
        guarded.asked_um_s,
        guarded.sent_um_s,
        int(guarded.action),
    )


def tick_record(tick: Tick) -> tuple[object, ...]:
    """Return the fields of `TICK_ROW` for a tick."""
    sighting, estimate, foreseen, command = (
        tick.sighting,
        tick.estimate,
        tick.foreseen,
        tick.command,
    )
    return (
        tick.index,
        tick.frame_index,
        tick.t_s,
        tick.received_s,
        tick.started_s,
        tick.detected_s,
        tick.decided_s,
        tick.posted_s,
        int(tick.mode),
        len(tick.candidates),
        sighting is not None,
        sighting.candidate.confidence if sighting else float("nan"),
        sighting.candidate.keypoints_px if sighting else np.full((3, 2), np.nan),
        sighting.candidate.confidences if sighting else np.full(3, np.nan),
        sighting.head_px if sighting else _NAN2,
        sighting.head_um if sighting else _NAN2,
        tick.stage_um,
        sighting.head_um - tick.stage_um if sighting else _NAN2,
        estimate.position_um if estimate else _NAN2,
        estimate.velocity_um_s if estimate else _NAN2,
        foreseen.t_s if foreseen else float("nan"),
        foreseen.position_um if foreseen else _NAN2,
        foreseen.velocity_um_s if foreseen else _NAN2,
        command.sequence if command else -1,
        command.velocity_um_s if command else _NAN2,
        tick.nudge_um,
        tick.stage_heard_s,
        tick.stage_until_s,
    )

"""One label put together from what a file says, by the same rules for every tool."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from models.detection import KEYPOINTS
from models.labels.faults import Findings
from models.labels.label import (
    NO_POINTS,
    NOT_GIVEN,
    Frame,
    Label,
    Point,
    Presence,
    State,
)
from models.labels.words import Words

CORNER_TO_CENTER_PX = (
    -0.5
)  # tools that count from the picture's corner, to pixel centres at 0, 1, 2


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is to be read.

    `annotator` is whose labels they are where the file does not say; `unmarked` is what a frame
    without any mark means, which no format can tell from one that was not reached.
    """

    annotator: str = ""
    repeat: int = 0
    words: Words = field(default_factory=Words)
    unmarked: Presence = Presence.UNDECIDED


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a file says of one animal in one frame."""

    frame: Frame
    marks: Mapping[str, Point]
    presence: Presence | None = None
    annotator: str = ""
    when: str = ""
    tool: str = ""
    animal: int = 0
    repeat: int | None = None
    presence_probability: float | None = None


def assemble(findings: Findings, where: str, said: Said, reading: Reading) -> None:
    """Add the label to the findings, or the faults that forbid it."""
    annotator = said.annotator or reading.annotator
    if not annotator:
        says = "does not say who labelled: give it as NAME=FILE, for instance anna=FILE"
        if not any(fault.says == says for fault in findings.faults):
            findings.fault("", says)
        return
    points = tuple(said.marks.get(name, NOT_GIVEN) for name in KEYPOINTS)
    presence = said.presence or _presence(findings, points, reading)
    if presence is Presence.ABSENT and points != NO_POINTS:
        given = ", ".join(name for name in KEYPOINTS if name in said.marks)
        findings.fault(where, f"the head is absent and yet {given} is given: mend one of the two")
        return
    unfit = outside(points, said.frame)
    for says in unfit:
        findings.fault(where, says)
    if unfit:
        return
    findings.add(
        where,
        Label(
            frame=said.frame,
            annotator=annotator,
            presence=presence,
            points=points,
            animal=said.animal,
            repeat=reading.repeat if said.repeat is None else said.repeat,
            when=said.when,
            tool=said.tool,
            presence_probability=said.presence_probability,
        ),
    )


def _presence(findings: Findings, points: tuple[Point, ...], reading: Reading) -> Presence:
    if points != NO_POINTS:
        return Presence.PRESENT
    if reading.unmarked is Presence.UNDECIDED:
        findings.count(
            "frames carry no mark and are taken as undecided; where that means that no head is "
            "in them, import with --unmarked absent"
        )
    return reading.unmarked


def outside(points: tuple[Point, ...], frame: Frame) -> list[str]:
    """Say which points lie beyond the picture, where its size is known."""
    if frame.size_px is None:
        return []
    width_px, height_px = frame.size_px
    faults: list[str] = []
    for name, point in zip(KEYPOINTS, points, strict=True):
        if point.at_px is None:
            continue
        x_px, y_px = point.at_px
        if not (-0.5 <= x_px <= width_px - 0.5 and -0.5 <= y_px <= height_px - 0.5):
            faults.append(
                f"{name} at ({x_px:.1f}, {y_px:.1f}) px lies outside the picture of "
                f"{width_px} x {height_px} px ({frame.file})"
            )
    return faults


def placed(x_px: float, y_px: float, *, is_hidden: bool = False) -> Point:
    """Return a point that was marked, or placed though it could not be seen."""
    return Point(State.HIDDEN if is_hidden else State.MARKED, (x_px, y_px))


def take_mark(
    findings: Findings, where: str, marks: dict[str, Point], name: str, point: Point
) -> None:
    """Add a mark, or the fault that the same keypoint was marked twice."""
    if name in marks:
        findings.fault(where, f"{name} is marked twice: remove one of the two")
        return
    marks[name] = point

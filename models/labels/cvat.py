"""CVAT's XML ("CVAT for images 1.1" and "for video 1.1"): points, skeletons and tags.

CVAT counts from the picture's corner: half a pixel is taken off. `outside` means not visible,
`occluded` placed though hidden; a tag ("absent", "no head", ...) says that no head is there.
CVAT does not say who labelled.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError, XMLParser, fromstring

from models.labels.assembly import CORNER_TO_CENTER_PX, Reading, Said, assemble, placed, take_mark
from models.labels.faults import Fault, Findings, LabelError
from models.labels.label import NOT_VISIBLE, Frame, Point
from models.labels.labelbox import Answers, take_answer
from models.labels.text_files import read_text
from models.labels.words import IGNORED, unknown_keypoint


@dataclass(slots=True)
class _Picture:
    """What is said of one picture: loose marks, and the skeletons in it, each an animal."""

    frame: Frame
    where: str
    loose: Answers = field(default_factory=lambda: Answers({}))
    skeletons: list[dict[str, Point]] = field(default_factory=list[dict[str, Point]])


def read_cvat(file: Path, reading: Reading) -> Findings:
    """Read an export.

    Raises:
        LabelError: the file as a whole cannot be read.
    """
    root = _root(read_text(file), str(file))
    findings = Findings(str(file))
    pictures = list(_of_images(findings, root, reading)) + _of_tracks(findings, root, reading)
    if not pictures:
        findings.fault("", "holds no images and no tracks: expected CVAT's annotations")
    for picture in pictures:
        marked = [picture.loose.marks, *picture.skeletons]
        marked = [marks for marks in marked if marks] or [{}]
        for animal, marks in enumerate(marked):
            said = Said(
                frame=picture.frame,
                marks=marks,
                presence=picture.loose.presence,
                animal=animal,
                tool="CVAT",
            )
            assemble(findings, picture.where, said, reading)
    return findings


def _root(text: str, file: str) -> Element:
    """Return the parsed file; entities, which a label file never needs, are refused."""
    if "<!ENTITY" in text or "<!DOCTYPE" in text:
        raise LabelError([Fault(file, "", "declares entities: no export of CVAT's")])
    try:
        root = fromstring(text.strip(), parser=XMLParser())
    except ParseError as error:
        line, column = error.position
        says = f"is no XML at column {column}: {error.msg}"
        raise LabelError([Fault(file, f"line {line}", says)]) from error
    if root.tag != "annotations":
        raise LabelError([Fault(file, "", f"begins with <{root.tag}>: expected <annotations>")])
    return root


def _of_images(findings: Findings, root: Element, reading: Reading) -> Iterator[_Picture]:
    for image in root.iter("image"):
        name = image.get("name", "")
        where = f"image {image.get('id', '?')} ({name})"
        if not name:
            findings.fault(where, "has no name")
            continue
        picture = _Picture(Frame(name, 0, _size_px(image)), where)
        for tag in image.findall("tag"):
            take_answer(findings, where, picture.loose, tag.get("label", ""), reading)
        for points in image.findall("points"):
            _take_points(findings, where, picture.loose.marks, points, reading)
        for skeleton in image.findall("skeleton"):
            marks: dict[str, Point] = {}
            for points in skeleton.findall("points"):
                _take_points(findings, where, marks, points, reading)
            picture.skeletons.append(marks)
        for shape in image:
            if shape.tag not in ("tag", "points", "skeleton"):
                findings.count(f"shapes <{shape.tag}> are left out: they are no points")
        yield picture


def _size_px(element: Element) -> tuple[int, int] | None:
    width, height = element.get("width", ""), element.get("height", "")
    return (int(width), int(height)) if width.isdecimal() and height.isdecimal() else None


def _of_tracks(findings: Findings, root: Element, reading: Reading) -> list[_Picture]:
    """Return the pictures of a video: the key frames alone, as the rest is interpolated."""
    task = root.find("meta/task")
    source = (task.findtext("source") or task.findtext("name") or "") if task is not None else ""
    original = root.find("meta/task/original_size")
    size_px = _original_size_px(original) if original is not None else None
    pictures: dict[int, _Picture] = {}
    for track in root.iter("track"):
        skeletons: dict[int, dict[str, Point]] = {}
        for points in track.iter("points"):
            number = _frame_number(track, points)
            if number is None:
                where = f"track {track.get('id', '?')}"
                findings.fault(where, "a point does not say in which frame it lies")
                continue
            if points.get("keyframe") == "0":
                findings.count("interpolated points are left out: no person placed them")
                continue
            where = f"track {track.get('id', '?')}, frame {number}"
            frame = Frame(source or "video", number, size_px)
            picture = pictures.setdefault(number, _Picture(frame, f"frame {number}"))
            is_loose = track.find("skeleton") is None and track.find("track") is None
            marks = picture.loose.marks if is_loose else skeletons.setdefault(number, {})
            label = points.get("label") or track.get("label", "")
            _take_points(findings, where, marks, points, reading, label=label)
        for number, marks in skeletons.items():
            pictures[number].skeletons.append(marks)
    return [pictures[number] for number in sorted(pictures)]


def _original_size_px(original: Element) -> tuple[int, int] | None:
    width, height = original.findtext("width", ""), original.findtext("height", "")
    return (int(width), int(height)) if width.isdecimal() and height.isdecimal() else None


def _frame_number(track: Element, points: Element) -> int | None:
    given = points.get("frame")
    if given is None:
        holder = next((s for s in track.iter("skeleton") if points in list(s)), None)
        given = holder.get("frame") if holder is not None else None
    return int(given) if given is not None and given.isdecimal() else None


def _take_points(
    findings: Findings,
    where: str,
    marks: dict[str, Point],
    points: Element,
    reading: Reading,
    *,
    label: str = "",
) -> None:
    name = label or points.get("label", "")
    keypoint = reading.words.keypoint(name)
    if keypoint is None:
        findings.fault(where, unknown_keypoint(name))
        return
    if keypoint == IGNORED:
        return
    if points.get("outside") == "1":
        take_mark(findings, where, marks, keypoint, NOT_VISIBLE)
        return
    number = r"(-?\d+(?:\.\d+)?(?:e-?\d+)?)"
    match = re.fullmatch(rf"{number},{number}", points.get("points", ""))
    if match is None:
        findings.fault(where, f"{name} {points.get('points')!r}: expected one point, 'x,y'")
        return
    x_px, y_px = (float(part) + CORNER_TO_CENTER_PX for part in match.groups())
    point = placed(x_px, y_px, is_hidden=points.get("occluded") == "1")
    take_mark(findings, where, marks, keypoint, point)

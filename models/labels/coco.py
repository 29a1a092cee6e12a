"""COCO keypoints. Pixel centres lie at whole numbers, as in most programs that read it.

What COCO has no word for (who, when, absent, not visible without a place) is kept under the key
`wormlock`, which other programs pass over; so a file of ours comes back whole.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from models.detection import KEYPOINTS
from models.labels.assembly import Reading, Said, assemble, placed, take_mark
from models.labels.faults import Findings
from models.labels.label import Frame, FrameKey, Label, LabelSet, Point, Presence, State
from models.labels.text_files import (
    Json,
    fields,
    items,
    number_of,
    parse_json,
    read_text,
    text_of,
    write_text,
)
from models.labels.words import IGNORED, unknown_keypoint

_OURS = "wormlock"
_VISIBILITY = {State.MARKED: 2, State.HIDDEN: 1, State.NOT_VISIBLE: 0, State.NOT_GIVEN: 0}


def write_coco(file: Path, labels: LabelSet) -> None:
    """Write labels so that `read_coco` returns the same.

    Raises:
        LabelError: the file cannot be written.
    """
    images: dict[tuple[FrameKey, tuple[int, int] | None], int] = {}
    annotations: list[Json] = []
    unmarked: list[Json] = []
    for label in labels:
        image = images.setdefault((label.frame.key, label.frame.size_px), len(images) + 1)
        ours: dict[str, Json] = {_OURS: _extension(label, len(annotations) + len(unmarked))}
        if label.presence is Presence.PRESENT:
            annotations.append({**_annotation(len(annotations) + 1, image, label), **ours})
        else:
            unmarked.append({"image_id": image, "keypoints": _numbers(label), **ours})
    content: Json = {
        "info": {"description": "head keypoints, written by Wormlock"},
        "images": [_image(*image, number) for image, number in images.items()],
        "categories": [
            {
                "id": 1,
                "name": "head",
                "supercategory": "worm",
                "keypoints": list[Json](KEYPOINTS),
                "skeleton": [[1, 2], [2, 3]],
            }
        ],
        "annotations": annotations,
        _OURS: {"without_head": unmarked},
    }
    write_text(file, json.dumps(content, ensure_ascii=False, indent=1) + "\n")


def _image(key: FrameKey, size_px: tuple[int, int] | None, number: int) -> Json:
    size: dict[str, Json] = {} if size_px is None else {"width": size_px[0], "height": size_px[1]}
    return {"id": number, "file_name": key[0], "frame_index": key[1], **size}


def _numbers(label: Label) -> list[Json]:
    numbers: list[Json] = []
    for point in label.points:
        numbers += [*(point.at_px or (0, 0)), _VISIBILITY[point.state]]
    return numbers


def _annotation(number: int, image: int, label: Label) -> dict[str, Json]:
    at_px = [point.at_px for point in label.points if point.at_px is not None]
    left, top = (min((at[axis] for at in at_px), default=0.0) for axis in (0, 1))
    width, height = (
        max((at[axis] for at in at_px), default=0.0) - start
        for axis, start in ((0, left), (1, top))
    )
    return {
        "id": number,
        "image_id": image,
        "category_id": 1,
        "keypoints": _numbers(label),
        "num_keypoints": len(at_px),
        "bbox": [left, top, width, height],
        "area": width * height,
        "iscrowd": 0,
    }


def _extension(label: Label, order: int) -> Json:
    return {
        "order": order,
        "annotator": label.annotator,
        "repeat": label.repeat,
        "animal": label.animal,
        "when": label.when,
        "tool": label.tool,
        "presence": label.presence.value,
        "presence_probability": label.presence_probability,
        "states": [point.state.value for point in label.points],
        "spreads_px": [point.spread_px for point in label.points],
    }


@dataclass(slots=True)
class _File:
    """A file's images and categories by number, and how many animals each image has shown."""

    frames: dict[str, Frame]
    keypoints: dict[str, list[str]]
    animals: dict[tuple[str, str], int]


def read_coco(file: Path, reading: Reading) -> Findings:
    """Read COCO keypoints.

    Raises:
        LabelError: the file as a whole cannot be read.
    """
    findings = Findings(str(file))
    content = fields(parse_json(read_text(file), file=str(file)))
    known = _File(
        frames=_frames(findings, items(content.get("images"))),
        keypoints=_categories(findings, items(content.get("categories")), reading),
        animals={},
    )
    without_head = items(fields(content.get(_OURS)).get("without_head"))
    listed = [("annotation", entry) for entry in items(content.get("annotations"))]
    listed += [("without_head", entry) for entry in without_head]
    ordered = sorted(enumerate(listed), key=lambda entry: (_order(entry[1][1]), entry[0]))
    for place, (kind, entry) in ordered:
        number = text_of(fields(entry).get("id")) or str(place + 1)
        _take(findings, f"{kind} {number}", fields(entry), known, reading)
    _take_bare_images(findings, known, [fields(entry) for _, entry in listed], reading)
    return findings


def _order(entry: Json) -> float:
    order = number_of(fields(fields(entry).get(_OURS)).get("order"))
    return float("inf") if order is None else order


def _frames(findings: Findings, images: Sequence[Json]) -> dict[str, Frame]:
    frames: dict[str, Frame] = {}
    for place, entry in enumerate(images, start=1):
        image = fields(entry)
        number, name = text_of(image.get("id")), text_of(image.get("file_name"))
        where = f"image {number or place}"
        if not number or not name:
            findings.fault(where, "has no id or no file_name")
            continue
        width, height = number_of(image.get("width")), number_of(image.get("height"))
        size_px = (int(width), int(height)) if width and height else None
        frame = Frame(name, int(number_of(image.get("frame_index")) or 0), size_px)
        if number in frames:
            findings.fault(where, f"the id is given twice ({frames[number].file} and {name})")
        frames[number] = frame
    if not images:
        findings.fault("", "holds no images: expected COCO keypoints with 'images'")
    return frames


def _categories(
    findings: Findings, categories: Sequence[Json], reading: Reading
) -> dict[str, list[str]]:
    """Return each category's keypoints in our spelling."""
    found: dict[str, list[str]] = {}
    for entry in categories:
        category = fields(entry)
        where = f"category {text_of(category.get('name')) or text_of(category.get('id'))}"
        names = [text_of(name) for name in items(category.get("keypoints"))]
        if not names:
            findings.fault(where, "has no keypoints: expected COCO keypoints, not boxes or masks")
        for name in names:
            if reading.words.keypoint(name) is None:
                findings.fault(where, unknown_keypoint(name))
        found[text_of(category.get("id"))] = [
            reading.words.keypoint(name) or IGNORED for name in names
        ]
    return found


def _take(
    findings: Findings, where: str, entry: dict[str, Json], known: _File, reading: Reading
) -> None:
    frame = known.frames.get(text_of(entry.get("image_id")))
    names = known.keypoints.get(text_of(entry.get("category_id")) or "1")
    numbers = [number_of(number) for number in items(entry.get("keypoints"))]
    if frame is None:
        findings.fault(where, f"image_id {entry.get('image_id')!r} is none of the images")
        return
    if names is None:
        findings.fault(where, f"category_id {entry.get('category_id')!r} is none of the categories")
        return
    if len(numbers) != 3 * len(names) or None in numbers:
        findings.fault(
            where,
            f"has {len(numbers)} keypoint numbers: expected x, y, v of {len(names)} keypoints",
        )
        return
    marks: dict[str, Point] = {}
    sound = [number or 0.0 for number in numbers]
    for place, name in enumerate(names):
        x_px, y_px, visibility = sound[3 * place : 3 * place + 3]
        if name != IGNORED and visibility in (1, 2):
            point = placed(x_px, y_px, is_hidden=visibility == 1)
            take_mark(findings, where, marks, name, point)
        elif visibility not in (0, 1, 2):
            findings.fault(where, f"visibility {visibility:g}: expected 0, 1 or 2")
            return
    try:
        said = _said(entry, frame, marks, known)
    except ValueError as error:
        findings.fault(where, f"what stands under 'wormlock' is damaged: {error}")
        return
    assemble(findings, where, said, reading)


def _said(entry: dict[str, Json], frame: Frame, marks: dict[str, Point], known: _File) -> Said:
    ours = fields(entry.get(_OURS))
    annotator = text_of(ours.get("annotator"))
    if not ours:
        annotator = text_of(fields(entry.get("attributes")).get("annotator"))
        seen = (text_of(entry.get("image_id")), annotator)
        animal = known.animals.get(seen, 0)
        known.animals[seen] = animal + 1
        return Said(frame=frame, marks=marks, annotator=annotator, animal=animal)
    for name, state, spread_px in zip(
        KEYPOINTS, items(ours.get("states")), items(ours.get("spreads_px")), strict=True
    ):
        if name in marks:
            marks[name] = Point(marks[name].state, marks[name].at_px, number_of(spread_px))
        elif state == State.NOT_VISIBLE:
            marks[name] = Point(State.NOT_VISIBLE)
    return Said(
        frame=frame,
        marks=marks,
        presence=Presence(text_of(ours.get("presence"))),
        annotator=annotator,
        when=text_of(ours.get("when")),
        tool=text_of(ours.get("tool")),
        animal=int(number_of(ours.get("animal")) or 0),
        repeat=int(number_of(ours.get("repeat")) or 0),
        presence_probability=number_of(ours.get("presence_probability")),
    )


def _take_bare_images(
    findings: Findings, known: _File, entries: Sequence[dict[str, Json]], reading: Reading
) -> None:
    """Take the images that nothing was said about, if it is known who looked at them."""
    seen = {text_of(entry.get("image_id")) for entry in entries}
    for number, frame in known.frames.items():
        if number in seen:
            continue
        if reading.annotator:
            assemble(findings, f"image {number}", Said(frame=frame, marks={}), reading)
        else:
            findings.count("images have no annotation and are left out")

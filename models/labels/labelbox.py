"""Labelbox exports: NDJSON, one picture a line, of the newer kind and the older flat one.

Labelbox counts from the picture's corner: half a pixel is taken off. Whether the head is there
comes from a radio answer ("absent", "no head", ...), and so does "nose not visible".
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from models.labels.assembly import (
    CORNER_TO_CENTER_PX,
    Reading,
    Said,
    assemble,
    placed,
    take_mark,
)
from models.labels.faults import Findings, LabelError
from models.labels.label import NOT_VISIBLE, Frame, Point, Presence
from models.labels.text_files import Json, fields, items, number_of, parse_json, read_text, text_of
from models.labels.words import IGNORED, unknown_keypoint


@dataclass(slots=True)
class Answers:
    """What is said of one picture, while it is being read."""

    marks: dict[str, Point]
    presence: Presence | None = None


def read_labelbox(file: Path, reading: Reading) -> Findings:
    """Read an export.

    Raises:
        LabelError: the file as a whole cannot be read.
    """
    findings = Findings(str(file))
    for number, line in enumerate(read_text(file).splitlines(), start=1):
        if not line.strip():
            continue
        try:
            record = fields(parse_json(line, file=str(file), line=number))
        except LabelError as error:
            findings.faults += error.faults
            continue
        if "data_row" in record:
            _take_row(findings, f"line {number}", record, reading)
        elif "Label" in record:
            _take_flat(findings, f"line {number}", record, reading)
        else:
            findings.fault(f"line {number}", "has neither 'data_row' nor 'Label': no export line")
    return findings


def _take_row(findings: Findings, where: str, record: dict[str, Json], reading: Reading) -> None:
    row, media = fields(record["data_row"]), fields(record.get("media_attributes"))
    name = text_of(row.get("external_id")) or text_of(row.get("global_key"))
    if not name:
        findings.fault(where, "the data row has neither external_id nor global_key: no picture")
        return
    width, height = number_of(media.get("width")), number_of(media.get("height"))
    frame = Frame(name, 0, (int(width), int(height)) if width and height else None)
    repeats: dict[str, int] = {}
    labels = [
        fields(label)
        for project in fields(record.get("projects")).values()
        for label in items(fields(project).get("labels"))
    ]
    for label in sorted(labels, key=_created_at):
        details, content = fields(label.get("label_details")), fields(label.get("annotations"))
        who = text_of(details.get("created_by"))
        answers = _answers(findings, where, content, reading)
        said = Said(
            frame=frame,
            marks=answers.marks,
            presence=answers.presence,
            annotator=who,
            when=_created_at(label),
            tool="Labelbox",
            repeat=reading.repeat + repeats.get(who, 0),
        )
        repeats[who] = repeats.get(who, 0) + 1
        assemble(findings, where, said, reading)
    if not labels:
        findings.count("pictures have no label yet and are left out")


def _created_at(label: dict[str, Json]) -> str:
    return text_of(fields(label.get("label_details")).get("created_at"))


def _take_flat(findings: Findings, where: str, record: dict[str, Json], reading: Reading) -> None:
    """Take a line of the older export."""
    name = text_of(record.get("External ID"))
    if not name:
        findings.fault(where, "has no 'External ID': no picture")
        return
    if record.get("Skipped") is True:
        findings.count("pictures were skipped by the annotator and are left out")
        return
    answers = _answers(findings, where, fields(record["Label"]), reading)
    said = Said(
        frame=Frame(name),
        marks=answers.marks,
        presence=answers.presence,
        annotator=text_of(record.get("Created By")),
        when=text_of(record.get("Created At")),
        tool="Labelbox",
    )
    assemble(findings, where, said, reading)


def _answers(findings: Findings, where: str, content: dict[str, Json], reading: Reading) -> Answers:
    answers = Answers({})
    for entry in items(content.get("objects")):
        thing = fields(entry)
        name = _name(thing)
        point = fields(thing.get("point"))
        x_px, y_px = number_of(point.get("x")), number_of(point.get("y"))
        keypoint = reading.words.keypoint(name)
        if keypoint is None:
            findings.fault(where, unknown_keypoint(name))
        elif keypoint != IGNORED and (x_px is None or y_px is None):
            findings.fault(where, f"{name} is no point (expected 'point' with x and y)")
        elif keypoint != IGNORED and x_px is not None and y_px is not None:
            at = placed(x_px + CORNER_TO_CENTER_PX, y_px + CORNER_TO_CENTER_PX)
            take_mark(findings, where, answers.marks, keypoint, at)
    for entry in items(content.get("classifications")):
        asked = fields(entry)
        chosen = [asked.get(key) for key in ("radio_answer", "answer")]
        chosen += [*items(asked.get("checklist_answers")), *items(asked.get("answers"))]
        for answer in (_name(fields(one)) for one in chosen if one):
            take_answer(findings, where, answers, answer, reading)
    return answers


def _name(entry: dict[str, Json]) -> str:
    return text_of(entry.get("name")) or text_of(entry.get("title")) or text_of(entry.get("value"))


def take_answer(
    findings: Findings, where: str, answers: Answers, word: str, reading: Reading
) -> None:
    """Take a choice: whether the head is there, or that a keypoint is not visible."""
    presence, hidden = reading.words.presence(word), reading.words.not_visible(word)
    if hidden is not None:
        take_mark(findings, where, answers.marks, hidden, NOT_VISIBLE)
    elif presence is None:
        if reading.words.meaning(word) != IGNORED:
            findings.count(f"times the choice {word!r} is left out: it says nothing of the head")
    elif answers.presence not in (None, presence):
        findings.fault(where, f"the head is {answers.presence} and {presence} at once")
    else:
        answers.presence = presence

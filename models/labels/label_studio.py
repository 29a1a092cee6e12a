"""Label Studio's JSON export (the full one, not JSON-MIN): points in percent of the picture.

Its percents count from the picture's corner: half a pixel is taken off. Presence comes from a
choice ("absent", "no head", ...), and so does "nose not visible".
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from models.labels.assembly import CORNER_TO_CENTER_PX, Reading, Said, assemble, placed, take_mark
from models.labels.faults import Findings
from models.labels.label import Frame
from models.labels.labelbox import Answers, take_answer
from models.labels.text_files import Json, fields, items, number_of, parse_json, read_text, text_of
from models.labels.words import IGNORED, unknown_keypoint


def read_label_studio(file: Path, reading: Reading) -> Findings:
    """Read an export.

    Raises:
        LabelError: the file as a whole cannot be read.
    """
    findings = Findings(str(file))
    tasks = items(parse_json(read_text(file), file=str(file)))
    if not tasks:
        findings.fault("", "holds no tasks: expected Label Studio's JSON export")
    for place, entry in enumerate(tasks, start=1):
        task = fields(entry)
        where = f"task {text_of(task.get('id')) or place}"
        name = _picture(task)
        annotations = [*items(task.get("annotations")), *items(task.get("completions"))]
        if not name:
            findings.fault(where, "names no picture (expected data.image or file_upload)")
            continue
        if not annotations:
            findings.count("tasks have no annotation yet and are left out")
        _take_task(findings, where, name, [fields(one) for one in annotations], reading)
    return findings


def _take_task(
    findings: Findings,
    where: str,
    name: str,
    annotations: Sequence[dict[str, Json]],
    reading: Reading,
) -> None:
    repeats: dict[str, int] = {}
    ordered = sorted(annotations, key=lambda one: text_of(one.get("created_at")))
    for number, annotation in enumerate(ordered, start=1):
        place = f"{where}, annotation {text_of(annotation.get('id')) or number}"
        if annotation.get("was_cancelled") is True:
            findings.count("annotations were cancelled by the annotator and are left out")
            continue
        who = _who(annotation.get("completed_by"))
        answers, size_px = _answers(findings, place, annotation, reading)
        said = Said(
            frame=Frame(name, 0, size_px),
            marks=answers.marks,
            presence=answers.presence,
            annotator=who,
            when=text_of(annotation.get("created_at")),
            tool="Label Studio",
            repeat=reading.repeat + repeats.get(who, 0),
        )
        repeats[who] = repeats.get(who, 0) + 1
        assemble(findings, place, said, reading)


def _picture(task: dict[str, Json]) -> str:
    """Return the picture's name: that of a local file, else as it was uploaded."""
    data = fields(task.get("data"))
    given = next((text_of(data.get(key)) for key in ("image", "img") if data.get(key)), "")
    address = urlsplit(given)
    local = parse_qs(address.query).get("d")
    if local:
        return local[0]
    return text_of(task.get("file_upload")) or unquote(address.path).lstrip("/")


def _who(completed_by: Json) -> str:
    """Return who annotated: Label Studio gives an id, or an object with an e-mail address."""
    person = fields(completed_by)
    who = text_of(person.get("email")) or text_of(person.get("id")) or text_of(completed_by)
    return f"user {who}" if who.isdecimal() else who


def _answers(
    findings: Findings, where: str, annotation: dict[str, Json], reading: Reading
) -> tuple[Answers, tuple[int, int] | None]:
    answers, size_px = Answers({}), None
    for entry in items(annotation.get("result")):
        result = fields(entry)
        value = fields(result.get("value"))
        for choice in items(value.get("choices")):
            take_answer(findings, where, answers, text_of(choice), reading)
        kind = text_of(result.get("type"))
        if kind != "keypointlabels":
            if kind != "choices":
                findings.count(f"results of the type {kind!r} are left out: they are no points")
            continue
        width = number_of(result.get("original_width"))
        height = number_of(result.get("original_height"))
        if not width or not height:
            findings.fault(
                where, "has no original_width and original_height: percents alone give no pixels"
            )
            continue
        if result.get("image_rotation") not in (None, 0):
            findings.fault(where, "the picture was turned while it was labelled: turn it back")
            continue
        size_px = (int(width), int(height))
        _take_point(findings, where, answers, value, size_px=size_px, reading=reading)
    return answers, size_px


def _take_point(
    findings: Findings,
    where: str,
    answers: Answers,
    value: dict[str, Json],
    *,
    size_px: tuple[int, int],
    reading: Reading,
) -> None:
    x_percent, y_percent = number_of(value.get("x")), number_of(value.get("y"))
    names = [text_of(name) for name in items(value.get("keypointlabels"))]
    if len(names) != 1 or x_percent is None or y_percent is None:
        findings.fault(where, "a point without x, y and exactly one keypoint label")
        return
    keypoint = reading.words.keypoint(names[0])
    if keypoint is None:
        findings.fault(where, unknown_keypoint(names[0]))
    elif keypoint != IGNORED:
        x_px = x_percent / 100.0 * size_px[0] + CORNER_TO_CENTER_PX
        y_px = y_percent / 100.0 * size_px[1] + CORNER_TO_CENTER_PX
        take_mark(findings, where, answers.marks, keypoint, placed(x_px, y_px))

"""What only shows when all label files lie side by side, or beside their pictures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2

from models.detection import KEYPOINTS
from models.labels.assembly import outside
from models.labels.faults import Fault, Findings, Found
from models.labels.label import Frame, FrameKey, Label, LabelSet, Presence

_VIDEOS = (".avi", ".mp4", ".mov", ".mkv", ".m4v", ".mpg", ".wmv")


@dataclass(frozen=True, slots=True)
class Collected:
    """The sound labels of several files, what is wrong with the others, and what to know."""

    labels: LabelSet
    faults: tuple[Fault, ...]
    notes: tuple[str, ...]


def collect(files: Iterable[Findings], *, images: Path | None) -> Collected:
    """Check the labels of all files together, against their pictures if `images` holds them."""
    findings = list(files)
    found = [one for file in findings for one in file.found]
    faults = [fault for file in findings for fault in file.faults]
    notes = [note for file in findings for note in file.all_notes()]
    if images is not None:
        found, unfit, renamed = _beside_pictures(found, images)
        faults += unfit
        notes += renamed
    found, unfit = _of_one_size(found)
    faults += unfit
    found, unfit = _without_doubles(found)
    faults += unfit
    labels = LabelSet(tuple(one.label for one in found))
    return Collected(labels, tuple(faults), (*notes, *notes_on(labels)))


def _without_doubles(found: Sequence[Found]) -> tuple[list[Found], list[Fault]]:
    """Leave out labels that say the same thing, or two things at once, of one head."""
    first: dict[object, Found] = {}
    kept: list[Found] = []
    faults: list[Fault] = []
    for one in found:
        label = one.label
        twin = first.get(label.key) or first.get(_marks_key(label))
        if twin is None:
            kept.append(one)
            first[label.key] = one
            if label.presence is Presence.PRESENT:
                first[_marks_key(label)] = one
            continue
        file, index = label.frame.key
        frame = f"{file}, frame {index}" if index else file
        faults.append(
            one.fault(
                f"{label.annotator} labelled {frame} already ({twin.file}, {twin.where}); "
                "if it is a second, blind pass, give its file as "
                f"{label.annotator}@2=FILE, else remove one of the two"
            )
        )
    return kept, faults


def _marks_key(label: Label) -> object:
    return (label.frame.key, label.annotator, label.repeat, label.points)


def _of_one_size(found: Sequence[Found]) -> tuple[list[Found], list[Fault]]:
    """Leave out labels that disagree with an earlier one about the size of their picture."""
    sizes: dict[FrameKey, tuple[tuple[int, int], Found]] = {}
    kept: list[Found] = []
    faults: list[Fault] = []
    for one in found:
        size_px = one.label.frame.size_px
        if size_px is not None:
            known, other = sizes.setdefault(one.label.frame.key, (size_px, one))
            if known != size_px:
                faults.append(
                    one.fault(
                        f"{one.label.frame.file} is {size_px[0]} x {size_px[1]} px here, and "
                        f"{known[0]} x {known[1]} px in {other.file}, {other.where}: was it "
                        "labelled on a picture of another size?"
                    )
                )
                continue
        kept.append(one)
    return kept, faults


def _beside_pictures(
    found: Sequence[Found], images: Path
) -> tuple[list[Found], list[Fault], list[str]]:
    """Leave out labels whose picture is missing, of another size, or smaller than they think.

    A frame takes the name that its picture has below `images`.
    """
    names = {file: name_below(images, file) for file in {one.label.frame.file for one in found}}
    sizes = {name: picture_size_px(images / name) for name in names.values() if name is not None}
    kept: list[Found] = []
    faults: list[Fault] = []
    for one in found:
        frame = one.label.frame
        name = names[frame.file]
        size_px = None if name is None else sizes[name]
        if name is None or size_px is None:
            faults.append(one.fault(f"picture {images / frame.file} is missing or unreadable"))
            continue
        if frame.size_px not in (None, size_px):
            faults.append(
                one.fault(
                    f"{frame.file} is {size_px[0]} x {size_px[1]} px: the labels were made for "
                    f"{frame.size_px}"
                )
            )
            continue
        sized = Frame(name, frame.index, size_px)
        says = outside(one.label.points, sized)
        faults += [one.fault(fault) for fault in says]
        if not says:
            kept.append(replace(one, label=replace(one.label, frame=sized)))
    renamed = sorted(file for file, name in names.items() if name not in (None, file))
    notes = (
        [
            f"{len(renamed)} names of pictures were shortened to those below {images}: "
            f"{renamed[0]} is {names[renamed[0]]}"
        ]
        if renamed
        else []
    )
    return kept, faults, notes


def name_below(images: Path, file: str) -> str | None:
    """Return the name of a picture below a folder, whatever folders another computer had.

    The longest end of its path that exists there is taken; None if there is none.
    """
    if (images / file).is_file() and not Path(file).is_absolute():
        return file
    parts = [part for part in re.split(r"[\\/]", file) if part not in ("", ".", "..")]
    ends = ("/".join(parts[start:]) for start in range(len(parts)))
    return next((end for end in ends if (images / end).is_file()), None)


def picture_size_px(path: Path) -> tuple[int, int] | None:
    """Return the width and height of a picture or a video, None if it cannot be read."""
    if not path.is_file():
        return None
    if path.suffix.lower() in _VIDEOS:
        video = cv2.VideoCapture(str(path))
        size = video.get(cv2.CAP_PROP_FRAME_WIDTH), video.get(cv2.CAP_PROP_FRAME_HEIGHT)
        video.release()
        return (round(size[0]), round(size[1])) if min(size) > 0 else None
    image = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    return None if image is None else (image.shape[1], image.shape[0])


def notes_on(labels: LabelSet) -> list[str]:
    """Say what a set of labels lacks, or holds that surprises; none of it is a fault."""
    if not len(labels):
        return []
    notes: list[str] = []
    sizes = sorted({label.frame.size_px for label in labels if label.frame.size_px})
    unsized = sum(label.frame.size_px is None for label in labels)
    if len(sizes) > 1:
        told = ", ".join(f"{width} x {height}" for width, height in sizes[:6])
        more = "" if len(sizes) <= 6 else f" and {len(sizes) - 6} more"
        notes.append(f"pictures of {len(sizes)} sizes: {told}{more} px")
    if unsized:
        notes.append(
            f"{unsized} labels do not know how large their picture is, so that marks outside it "
            "cannot be told: give the folder of the pictures with --images"
        )
    if len(labels.annotators) == 1:
        notes.append(
            f"one annotator only ({labels.annotators[0]}): how far people agree cannot be known"
        )
    elif not _is_shared(labels):
        names = [next(iter(labels.by(who))).frame.file for who in labels.annotators[:2]]
        notes.append(
            f"no frame was labelled by two people; if {names[0]} and {names[1]} lie in one folder "
            "under other names, give that folder with --images"
        )
    if not any(label.presence is Presence.ABSENT for label in labels):
        notes.append(
            "no frame without a head: what is trained on these may see heads where none are"
        )
    empty = [name for place, name in enumerate(KEYPOINTS) if not _is_marked(labels, place)]
    notes += [f"{name} is not marked in any frame" for name in empty]
    return notes


def _is_marked(labels: LabelSet, place: int) -> bool:
    return any(label.points[place].at_px is not None for label in labels)


def _is_shared(labels: LabelSet) -> bool:
    seen: dict[FrameKey, str] = {}
    return any(
        seen.setdefault(label.frame.key, label.annotator) != label.annotator for label in labels
    )

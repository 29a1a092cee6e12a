"""What frames are labelled beside: an expert's labels, or a worklist of frames to look at again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.commands.label_files import label_file
from tracker.errors import UsageError

if TYPE_CHECKING:
    from models.labels.label import FrameKey, LabelSet
    from models.labels.shelf import Shelf


def read_gold(word: str, shelf: Shelf) -> LabelSet:
    """Read an expert's labels of frames that are here.

    Raises:
        UsageError: they are several people's, or of no frame that is here.
        LabelError: they are faulty; every fault is named.
    """
    from dataclasses import replace

    from models.labels.faults import LabelError
    from models.labels.gathering import Gathering, gather
    from models.labels.label import LabelSet
    from models.labels.words import Words

    collected = gather([label_file(word)], Gathering(Words()))
    if collected.faults:
        raise LabelError(collected.faults)
    if len(collected.labels.annotators) > 1:
        raise UsageError(
            f"--gold {word}: holds labels of {', '.join(collected.labels.annotators)}: expected "
            "one expert's, or a consensus"
        )
    found = {label.frame.key: shelf.find(label.frame.key) for label in collected.labels}
    known = {key: here for key, here in found.items() if here is not None}
    if not known:
        raise UsageError(f"--gold {word}: none of its {len(found)} frames lies below {shelf.root}")
    if len(known) < len(found):
        print(f"note: {len(found) - len(known)} gold frames are not below {shelf.root}: left out")
    return LabelSet(
        tuple(
            replace(label, frame=shelf.frame(known[label.frame.key]))
            for label in collected.labels
            if label.frame.key in known and label.repeat == 0
        )
    )


def read_why(file: Path, shelf: Shelf) -> Mapping[FrameKey, str]:
    """Return the frames of a worklist, in its order, and why each is to be looked at again.

    Raises:
        LabelError: it is no worklist, or frames are not here; every fault is named.
    """
    from models.labels.faults import Fault, LabelError
    from models.labels.worklist import read_worklist

    why: dict[FrameKey, str] = {}
    faults: list[Fault] = []
    for wanted in read_worklist(file):
        key = shelf.find(wanted.frame)
        if key is None:
            says = f"picture {wanted.frame[0]} is not below {shelf.root}"
            faults.append(Fault(str(file), f"line {wanted.line}", says))
        else:
            why[key] = "; ".join(filter(None, (why.get(key, ""), wanted.why)))
    if faults:
        raise LabelError(faults)
    return why


def changed_at(file: Path) -> datetime:
    """Return when a worklist was written: labels made later are second looks."""
    return datetime.fromtimestamp(int(file.stat().st_mtime), UTC)
